"""What a room's memory is made of: sentences, and the messages they rest on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a summary that was asked for. Stored by value."""

    SUMMARISED = "summarised"
    NOTHING = "nothing"
    """There was nothing to quote: no approved message, or none that says anything."""
    UNAVAILABLE = "unavailable"
    """The language model did not answer. The next summary covers the same messages."""
    UNUSABLE = "unusable"
    """What the language model wrote could not be used. As above."""
    LOST = "lost"
    """The workers that took it ended before they were done. As above."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Something to be summarised: a message, or a sentence of a summary."""

    ids: tuple[int, ...]
    """What it is, for whoever asks: it comes back in what is cited."""
    text: str
    author: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence of a summary, and the ids of the passages or messages that it rests on."""

    text: str
    ids: tuple[int, ...]
