"""Turns as the worker that carries them out meets them. Attempts are fenced: only the newest one of
a turn may end it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AssistantTurn
from chatrooms.domain.assistant import MAX_ANSWER_CHARS, Fault, Kind, Outcome
from chatrooms.domain.errors import AssistantOff, ChatError, SourcesChanged
from chatrooms.domain.permissions import Permission
from chatrooms.domain.usage import Usage
from chatrooms.services.access import access_room
from chatrooms.services.ai import streaming
from chatrooms.services.ai.calls import Call, access_call
from chatrooms.services.ai.cited import find_outdated
from chatrooms.services.ai.streaming import Attempt
from chatrooms.services.ai.turns import send
from chatrooms.services.ai.use import record_use

log = structlog.get_logger(__name__)

_GIVE_UP_AFTER = timedelta(minutes=10)
_SETTLING = timedelta(seconds=5)
"""A turn younger than this is on its way to a worker."""
_MAX_RESTARTED = 200


@dataclass(frozen=True, slots=True)
class RunningTurn:
    """A turn as it is carried out, for the account that asked."""

    id: int
    attempt: int
    account_id: int
    person: str
    """The name of who asked."""
    room_id: int
    room: str
    """The room's name."""
    kind: Kind
    question: str
    asked_at: datetime
    call: Call | None = None
    """Where the answer goes if the assistant was called in the room."""

    @property
    def key(self) -> Attempt:
        """Which attempt at which turn it is."""
        return Attempt(self.id, self.attempt)


@dataclass(frozen=True, slots=True)
class Ended:
    """What an attempt ends with."""

    outcome: Outcome
    answer: str = ""
    sources: tuple[int, ...] = ()
    """Ids of the messages that the answer's marks name, in their order."""
    error: str = ""
    """Why it failed: the code of a `ChatError`, or a `Fault`."""
    told: str = ""
    """What went wrong, in words for the person who asked."""
    rests_on: Mapping[int, int] | None = None
    """Which text of which messages the answer may rest on, by id; None for all that the model was
    shown."""
    by_words: bool = False
    """Whether messages were looked for mostly by their words."""


def begin(deps: Deps, *, turn_id: int, attempt: int) -> RunningTurn | None:
    """The turn to carry out; None if it ended, another attempt was begun, or the person lost the
    room or the room its assistant, which ends it."""
    with transaction(deps.sessions) as tx:
        row = tx.get(AssistantTurn, turn_id)
        if row is None or (row.attempt, row.outcome) != (attempt, Outcome.RUNNING):
            return None
        try:
            access = access_room(
                tx, actor_id=row.account_id, room_id=row.room_id, to=Permission.READ
            )
            if not access.facts.has_assistant:
                raise AssistantOff
            call = _call(tx, row)
        except ChatError:
            row.outcome, row.finished_at = Outcome.STOPPED, deps.clock()
            return None
        return RunningTurn(
            id=row.id,
            attempt=row.attempt,
            account_id=row.account_id,
            person=access.actor.name,
            room_id=row.room_id,
            room=access.facts.name,
            kind=Kind(row.kind),
            question=row.question,
            asked_at=row.asked_at,
            call=call,
        )


def note_shown(
    deps: Deps, turn: RunningTurn, revisions: Mapping[int, int], elsewhere: Collection[int] = ()
) -> None:
    """Store which text of which messages the model is shown for an attempt, by id, and from which
    other rooms some of them are."""
    with transaction(deps.sessions) as tx:
        tx.execute(
            update(AssistantTurn)
            .where(
                col(AssistantTurn.id) == turn.id,
                col(AssistantTurn.attempt) == turn.attempt,
                col(AssistantTurn.outcome) == Outcome.RUNNING,
            )
            .values(elsewhere=sorted(elsewhere), **_resting(revisions))
        )


def _resting(revisions: Mapping[int, int]) -> dict[str, Any]:
    return {"rests_on": list(revisions), "revisions": list(revisions.values())}


def _call(tx: Transaction, row: AssistantTurn) -> Call | None:
    if row.kind != Kind.MENTION:
        return None
    return access_call(
        tx, account_id=row.account_id, room_id=row.room_id, message_id=row.message_id
    )


def look_where(deps: Deps, turn: RunningTurn) -> Call | None:
    """As `check_may_go_on`, for a worker in the middle of an answer. A catch-up, which is shown
    thousands of messages, is looked at once it is known what of them it tells.

    Raises: SourcesChanged if a message that the model was shown says something else by now.
    """
    with transaction(deps.sessions) as tx:
        call = check_may_go_on(tx, turn)
        if turn.kind is not Kind.CATCH_UP and find_outdated(tx, [turn.id]):
            raise SourcesChanged
        return call


def check_may_go_on(tx: Transaction, turn: RunningTurn) -> Call | None:
    """Check that the person may still read the room, the assistant too, and that the answer may
    still go where it is to go: there, as it is now, if the assistant was called in the room.

    Raises: AssistantOff; as `access_room` or, if the assistant was called, as `access_call`.
    """
    if turn.call is None:
        access = access_room(tx, actor_id=turn.account_id, room_id=turn.room_id, to=Permission.READ)
        if not access.facts.has_assistant:
            raise AssistantOff
        return None
    return access_call(
        tx,
        account_id=turn.account_id,
        room_id=turn.room_id,
        message_id=turn.call.message_id,
    )


def finish(deps: Deps, turn: RunningTurn, ended: Ended, usage: Usage) -> bool:
    """Store what an attempt ended with; False, and nothing, if the turn ended before or another
    attempt was begun. To somebody who lost the room meanwhile nothing of it is kept."""
    with transaction(deps.sessions) as tx:
        try:
            check_may_go_on(tx, turn)
        except ChatError:
            ended = Ended(Outcome.STOPPED)
        return store_end(tx, deps, turn, ended, usage)


def store_end(tx: Transaction, deps: Deps, turn: RunningTurn, ended: Ended, usage: Usage) -> bool:
    """Store what an attempt ended with, as `finish`, in the transaction of what else follows."""
    resting = _resting(ended.rests_on) if ended.rests_on is not None else {}
    used: dict[str, Any] = {
        "model": usage.model,
        "tokens_in": col(AssistantTurn.tokens_in) + usage.tokens_in,
        "tokens_out": col(AssistantTurn.tokens_out) + usage.tokens_out,
    }
    stored = tx.execute(
        update(AssistantTurn)
        .where(
            col(AssistantTurn.id) == turn.id,
            col(AssistantTurn.attempt) == turn.attempt,
            col(AssistantTurn.outcome) == Outcome.RUNNING,
        )
        .values(
            outcome=ended.outcome,
            answer=ended.answer[:MAX_ANSWER_CHARS],
            sources=list(ended.sources),
            error=ended.error,
            by_words=ended.by_words,
            finished_at=deps.clock(),
            **resting,
            **used,
        )
        .returning(col(AssistantTurn.id))
    ).scalar()
    if stored is None:
        # What was used was used, whoever ended the turn.
        tx.execute(update(AssistantTurn).where(col(AssistantTurn.id) == turn.id).values(**used))
    record_use(
        tx,
        deps,
        room_id=turn.room_id,
        feature=turn.kind,
        usage=usage,
        account_id=turn.account_id,
    )
    tx.after_commit(lambda: deps.bus.nudge_account(turn.account_id, "turns"))
    return stored is not None


def list_ended(deps: Deps, *, turn_ids: list[int]) -> set[int]:
    """Those of the turns that are not running (any more)."""
    with transaction(deps.sessions) as tx:
        running = tx.scalars(
            select(col(AssistantTurn.id)).where(
                col(AssistantTurn.id).in_(turn_ids),
                col(AssistantTurn.outcome) == Outcome.RUNNING,
            )
        )
        return set(turn_ids) - set(running)


def restart_lost(deps: Deps) -> int:
    """Begin anew the turns whose worker died or whose job was lost; after ten minutes they fail.
    How many were lost. Safe to repeat, and at once by several workers."""
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        rows = tx.scalars(
            select(AssistantTurn)
            .where(
                col(AssistantTurn.outcome) == Outcome.RUNNING,
                col(AssistantTurn.asked_at) < now - _SETTLING,
            )
            .order_by(col(AssistantTurn.asked_at))
            .limit(_MAX_RESTARTED)
            .with_for_update(skip_locked=True)
        ).all()
        try:
            leased = streaming.are_leased(deps, [Attempt(row.id, row.attempt) for row in rows])
        except RedisError:
            # Without Redis there is no worker either; beat asks again.
            return 0
        lost = [row for row, is_leased in zip(rows, leased, strict=True) if not is_leased]
        for row in lost:
            _restart(tx, deps, row, is_over=row.asked_at < now - _GIVE_UP_AFTER)
    return len(lost)


def _restart(tx: Transaction, deps: Deps, row: AssistantTurn, *, is_over: bool) -> None:
    account_id, before = row.account_id, Attempt(row.id, row.attempt)
    log.warning("turn_lost", turn_id=row.id, attempt=row.attempt, gives_up=is_over)
    # A worker that is only slow must not write any more.
    tx.after_commit(lambda: streaming.note_stopped(deps, before))
    if is_over:
        row.outcome, row.error, row.finished_at = Outcome.FAILED, Fault.INTERRUPTED, deps.clock()
        tx.after_commit(lambda: deps.bus.nudge_account(account_id, "turns"))
        return
    row.attempt += 1
    again = Attempt(row.id, row.attempt)
    tx.after_commit(lambda: send(deps, account_id=account_id, attempt=again))
