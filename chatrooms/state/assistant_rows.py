"""What the assistant was asked and answered, as the browser receives it."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from chatrooms.domain.assistant import Fault, Outcome
from chatrooms.domain.errors import MessageUnavailable, every_error
from chatrooms.live.rows import PersonRow, iso, person_row
from chatrooms.services.ai.cited import CitedMessage
from chatrooms.services.ai.conversation import Turn

_BEGIN_GONE = "The message that this began with was taken away. Choose again what to catch up on."


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A message that an answer rests on."""

    number: int = 0
    """What marks in the answer name it by."""
    message_id: int = 0
    author: PersonRow = field(default_factory=PersonRow)
    text: str = ""
    preview: str = ""
    sent_at: str = ""
    in_thread: bool = False
    room: str = ""
    """The name of the room it is in, if that is another one."""
    path: str = ""
    """Where it is, if it is in another room."""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A question and its answer."""

    id: int = 0
    client_id: str = ""
    question: str = ""
    answer: str = ""
    outcome: str = ""
    problem: str = ""
    """Why there is no whole answer, in a sentence."""
    sources: list[SourceRow] = field(default_factory=list[SourceRow])
    is_withdrawn: bool = False
    by_words: bool = False
    """Whether messages were looked for by their words alone."""
    search_path: str = ""
    """Where the room's messages are searched for the question's words."""
    model: str = ""
    rating: int = 0
    asked_at: str = ""


def turn_row(turn: Turn, *, slug: str) -> TurnRow:
    """A turn in the room with this slug, for the browser."""
    is_failed = turn.outcome is Outcome.FAILED
    return TurnRow(
        id=turn.id,
        client_id=turn.client_id,
        question=turn.question,
        answer=turn.answer,
        outcome=turn.outcome.value,
        problem=problem_of(turn.error) if is_failed else "",
        sources=[source_row(n, each) for n, each in enumerate(turn.sources, 1)],
        is_withdrawn=turn.is_withdrawn,
        by_words=turn.by_words,
        search_path=f"/search?{urlencode({'q': f'in:{slug} {turn.question}'})}",
        model=turn.model,
        rating=turn.rating,
        asked_at=iso(turn.asked_at),
    )


def problem_of(code: str) -> str:
    """Why a turn with this error failed, in a sentence."""
    if code == MessageUnavailable.code:
        return _BEGIN_GONE
    known = {each.code: each.sentence for each in every_error()}
    known |= {each.value: each.sentence for each in Fault}
    return known.get(code, Fault.UNEXPECTED.sentence)


def source_row(number: int, source: CitedMessage) -> SourceRow:
    """A message as a source for the browser."""
    room = source.elsewhere
    return SourceRow(
        number=number,
        message_id=source.message_id,
        author=person_row(source.author),
        text=source.text,
        preview=source.preview,
        sent_at=iso(source.sent_at),
        in_thread=source.in_thread,
        room=room.name if room else "",
        path=f"/rooms/{room.slug}?message={source.message_id}" if room else "",
    )
