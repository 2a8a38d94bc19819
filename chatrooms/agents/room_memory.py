"""What is due in the rooms' memories: summaries of messages, and rolling summaries made anew."""

import time
from collections.abc import Callable
from datetime import timedelta

from chatrooms.agents.summaries import summarise
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import AnswerUnusable, AssistantOff, AssistantUnavailable
from chatrooms.domain.memory import CitedSentence, Outcome
from chatrooms.domain.usage import Usage
from chatrooms.services import waking
from chatrooms.services.ai import condensing, summarising, summary_storing, use

FEATURE = "summaries"
"""What its calls of the language model are counted as."""
BUDGET = timedelta(seconds=30)
"""How long a task goes on before others in its queue have their turn. What it has begun it ends."""
MAX_WORDS = 50
"""Words of one summary of messages."""
CONDENSED_WORDS = 80
"""Words of one summary of summaries, or of messages for which several were due."""
ROLLING_WORDS = 120


def summarise_due(deps: Deps, *, budget: timedelta = BUDGET) -> None:
    """Make what is due in any room, what waits longest first: a request got lost, a worker was
    killed, or the language model was away. At the end of the budget it asks for another worker.

    Safe to repeat, and at once by several workers.
    """
    waking.note_begun(deps, waking.SUMMARISING_DUE)
    end = _end(budget)
    for room_id in summarising.list_due(deps):
        _summarise(deps, room_id, end)
        if time.monotonic() >= end:
            waking.wake(deps, waking.SUMMARISING_DUE)
            return


def summarise_room(deps: Deps, *, room_id: int, budget: timedelta = BUDGET) -> None:
    """Make the summaries that are due in a room, then its rolling summary anew. At the end of the
    budget it asks for another worker.

    Safe to repeat, and at once by several workers. What the language model cannot do now is done
    later, a few times; the room's memory says why it was not. Once the room's assistant is turned
    off the model is asked nothing more, nothing is stored, and what was due waits.
    """
    waking.note_begun(deps, waking.SUMMARISING, room_id=room_id)
    if not _summarise(deps, room_id, _end(budget)):
        waking.wake(deps, waking.SUMMARISING, room_id=room_id)


def _end(budget: timedelta) -> float:
    return time.monotonic() + budget.total_seconds()


def _summarise(deps: Deps, room_id: int, end: float) -> bool:
    """Whether everything that is due in the room was looked at; False at the end of the time."""
    while _summarise_next(deps, room_id) or _condense_next(deps, room_id):
        if time.monotonic() >= end:
            return False
    return True


def _summarise_next(deps: Deps, room_id: int) -> bool:
    batch = summarising.take(deps, room_id=room_id)
    if batch is None:
        return False

    def write(usage: Usage) -> list[CitedSentence]:
        return summarise(
            deps.chat,
            batch.passages,
            # What stands for several summaries has the length of one that was made from them.
            max_words=MAX_WORDS if len(batch.request_ids) == 1 else CONDENSED_WORDS,
            budget_tokens=deps.settings.llm_context_tokens,
            usage=usage,
            go_on=lambda: summarising.go_on(deps, batch),
        )

    usage = Usage()
    try:
        found = _tried(deps, room_id, write, usage)
        if isinstance(found, Outcome):
            summarising.put_off(deps, batch, why=found)
            return False
        return summary_storing.store(deps, batch, found, usage=usage)
    except AssistantOff:
        summarising.give_back(deps, batch)
        return False


def _condense_next(deps: Deps, room_id: int) -> bool:
    part = condensing.take(deps, room_id=room_id)
    if part is None:
        return False
    usage = Usage()
    try:
        found = _tried(deps, room_id, lambda usage: _condensed(deps, part, usage), usage)
        if isinstance(found, Outcome):
            condensing.put_off(deps, part, why=found)
            return False
        return condensing.store(deps, part, found, usage=usage)
    except AssistantOff:
        condensing.give_back(deps, part)
        return False


def _tried(
    deps: Deps, room_id: int, write: Callable[[Usage], list[CitedSentence]], usage: Usage
) -> list[CitedSentence] | Outcome:
    """What was written, or why it was not; what the model took is recorded in any case. Raises:
    AssistantOff."""
    try:
        return write(usage)
    except AssistantUnavailable:
        return Outcome.UNAVAILABLE
    except AnswerUnusable:
        return Outcome.UNUSABLE
    finally:
        use.record(deps, room_id=room_id, feature=FEATURE, usage=usage)


def _condensed(deps: Deps, part: condensing.Part, usage: Usage) -> list[CitedSentence]:
    max_words = ROLLING_WORDS if part.is_rolling else CONDENSED_WORDS
    if sum(len(each.text.split()) for each in part.passages) <= max_words:
        return [CitedSentence(each.text, each.ids) for each in part.passages]
    return summarise(
        deps.chat,
        part.passages,
        max_words=max_words,
        budget_tokens=deps.settings.llm_context_tokens,
        usage=usage,
        go_on=lambda: condensing.go_on(deps, part),
    )
