"""A quiet room as ideas are found in it, and the ideas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chatrooms.ml.ideas.clauses import called, is_automatic, spoken
from chatrooms.ml.retrieve.wording import content_stems, stems
from chatrooms.ml.wordlist import words

MAX_EVIDENCE = 8
_MONTHS = words(
    "January February March April May June July August September October November December"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One message: `n` is its number in the prompt."""

    n: int
    author: str
    text: str
    sent_at: datetime | None = None
    reply_to: int | None = None
    thread: int | None = None
    """The number of the message at the root of its thread."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is known about the room."""

    lines: tuple[Line, ...]
    name: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    summary: str = ""
    quiet_minutes: float = 0.0

    def about(self) -> frozenset[str]:
        """Stems of the words that say what the room is about."""
        said = " ".join((self.name, self.topic, *self.tags, self.description))
        return frozenset(content_stems(said.replace("-", " ").replace("_", " ")))


@dataclass(frozen=True, slots=True)
class Idea:
    """What every idea carries."""

    why: str
    """One sentence for the members."""
    evidence: tuple[int, ...]
    """Numbers of the messages that it rests on."""
    confidence: float
    """How likely it is sensible, from 0 to 1."""
    key: frozenset[str]
    """Stems of what it is about: two ideas that share most of them are the same."""


@dataclass(frozen=True, slots=True)
class Poll(Idea):
    """A question of choice."""

    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opener(Idea):
    """The first message of a thread."""

    text: str


@dataclass(frozen=True, slots=True)
class Topic(Idea):
    """Something to talk about."""

    title: str
    text: str


class Said:
    """The lines of people that may serve for ideas, read once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """Lines of bots and what is written to bots are left out."""
        authors = {line.author.lower() for line in lines}
        self.names = frozenset(authors)
        self.lines = tuple(line for line in lines if not is_automatic(line.author, line.text))
        self.texts = tuple(spoken(line.text, self.names) for line in self.lines)
        self.stems = tuple(tuple(stems(text)) for text in self.texts)

    def addressed(self, place: int) -> frozenset[str]:
        """Names in lower case of those whom a line speaks to."""
        return frozenset(called(self.lines[place].text, self.names))

    def minutes_between(self, first: int, second: int) -> float | None:
        """Minutes from one line to another, if both tell their time."""
        before, after = self.lines[first].sent_at, self.lines[second].sent_at
        return (after - before).total_seconds() / 60 if before and after else None

    def numbers(self, places: Iterable[int]) -> tuple[int, ...]:
        """The numbers of lines as evidence: the first few of them, in the order of the room."""
        found = [self.lines[place].n for place in dict.fromkeys(places)]
        return tuple(sorted(found[:MAX_EVIDENCE]))

    def day(self, place: int) -> str:
        """`on 3 May`, with the year if it is not that of the newest line; or nothing."""
        sent_at, newest = self.lines[place].sent_at, self.lines[-1].sent_at
        if sent_at is None:
            return ""
        year = f" {sent_at.year}" if newest and newest.year != sent_at.year else ""
        return f" on {sent_at.day} {_MONTHS[sent_at.month - 1]}{year}"


def listed(names: Sequence[str]) -> str:
    """`Ada, Bert and Cleo`."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
