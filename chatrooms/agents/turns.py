"""Carries out turns: has the right agent write, shows what it writes, and stores what became of
it."""

from collections.abc import Callable
from types import MappingProxyType

import structlog

from chatrooms.agents import catch_up, chatbot, mention
from chatrooms.agents.writing import Halted, HandedBack, TakenElsewhere, Writing
from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Fault, Kind, Outcome
from chatrooms.domain.errors import ChatError, SourcesChanged
from chatrooms.domain.usage import Usage
from chatrooms.services.ai import answering, replies, use
from chatrooms.services.ai.answering import Ended, RunningTurn

log = structlog.get_logger(__name__)

Agent = Callable[[Deps, RunningTurn, Writing, Usage], Ended]
AGENTS: MappingProxyType[Kind, Agent] = MappingProxyType(
    {
        Kind.QUESTION: chatbot.answer,
        Kind.CATCH_UP: catch_up.tell,
        Kind.MENTION: mention.answer,
    }
)
"""Who writes what."""


def carry_out(
    deps: Deps, *, turn_id: int, attempt: int, is_ending: Callable[[], bool] = lambda: False
) -> None:
    """Carry out an attempt at a turn. Safe to repeat, and at once by several workers: one of them
    does it, and an attempt that is not the newest changes nothing.

    `is_ending` tells whether this worker is to stop: then the turn is begun anew by another.
    Raises: RedisError before anything is done.
    """
    turn = answering.begin(deps, turn_id=turn_id, attempt=attempt)
    if turn is None:
        return
    usage = Usage()
    try:
        with Writing(deps, turn, is_ending=is_ending) as writing:
            ended = _write(deps, turn, writing, usage)
            if turn.call is None:
                answering.finish(deps, turn, ended, usage)
            else:
                writing.is_posted = replies.finish(deps, turn, turn.call, ended, usage)
    except TakenElsewhere:
        log.info("turn_taken_elsewhere", turn_id=turn_id)
    except HandedBack:
        log.info("turn_handed_back", turn_id=turn_id)
        use.record(
            deps,
            room_id=turn.room_id,
            feature=turn.kind,
            usage=usage,
            account_id=turn.account_id,
        )


def _write(deps: Deps, turn: RunningTurn, writing: Writing, usage: Usage) -> Ended:
    """What the turn ends with, whatever happens. Raises: HandedBack."""
    try:
        return AGENTS[turn.kind](deps, turn, writing, usage)
    except Halted:
        return Ended(Outcome.STOPPED, writing.text, writing.sources)
    except HandedBack:
        raise
    except SourcesChanged as error:
        return Ended(Outcome.FAILED, error=error.code, told=str(error))
    except ChatError as error:
        log.info("turn_failed", turn_id=turn.id, code=error.code)
        return Ended(Outcome.FAILED, writing.text, writing.sources, error.code, str(error))
    except Exception:
        log.exception("turn_failed", turn_id=turn.id)
        return Ended(Outcome.FAILED, writing.text, writing.sources, Fault.UNEXPECTED)
