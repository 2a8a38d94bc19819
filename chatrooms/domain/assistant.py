"""What people have the assistant write, and what may become of it."""

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from chatrooms.domain.events import Person

MAX_QUESTION_CHARS = 1_000
MAX_ANSWER_CHARS = 20_000
"""Longer answers are cut: no model of ours is asked for as much."""


class Kind(StrEnum):
    """What the assistant writes."""

    QUESTION = "question"
    """An answer, in the pane "Room assistant"."""
    CATCH_UP = "catch_up"
    """What somebody missed."""
    MENTION = "mention"
    """An answer in a thread of the room, which everybody reads."""

    @property
    def is_private(self) -> bool:
        """Whether it is for the person who asked alone, who stops it, rates it and has it written
        anew."""
        return self is not Kind.MENTION


class Outcome(StrEnum):
    """What became of a turn."""

    RUNNING = "running"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    """The room holds none."""
    STOPPED = "stopped"
    FAILED = "failed"


class Fault(StrEnum):
    """Why a turn failed, where it is no `ChatError`. Stored by value, as the code of one is."""

    INTERRUPTED = "interrupted"
    """No worker could carry it to its end."""
    UNEXPECTED = "unexpected"
    """It met a fault of ours."""

    @property
    def sentence(self) -> str:
        """What the person who asked is told."""
        match self:
            case Fault.INTERRUPTED:
                return "The answer was interrupted, and nobody went on with it."
            case Fault.UNEXPECTED:
                return "Something went wrong on the server."


class Progress(BaseModel):
    """How far a running turn is: what is announced with each update of its text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    turn_id: int
    account_id: int
    room_id: int
    kind: Kind
    attempt: int
    asked_at: datetime = datetime.min.replace(tzinfo=UTC)
    """When the turn was begun, or begun anew by its person."""
    number: int = 0
    """Counts the updates of one attempt."""
    text: str = ""
    sources: tuple[int, ...] = ()
    """Messages cited so far: ids, in the order in which they were first cited."""
    thread_id: int = 0
    """The thread whose readers all see it; 0 if the person who asked does, alone."""
    author: Person | None = None
    """Who writes there."""
    is_over: bool = False
    """Whether nothing comes of it any more."""

    def is_after(self, other: "Progress") -> bool:
        """Whether this tells more than the other: of one turn what was written later, of two of a
        person's turns the one that was begun later. An older turn may be begun anew."""
        if self.turn_id == other.turn_id:
            return (self.attempt, self.number) > (other.attempt, other.number)
        return (self.asked_at, self.turn_id) > (other.asked_at, other.turn_id)
