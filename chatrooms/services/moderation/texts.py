"""The text of a message as moderation reads it: what its author wrote and, of a poll, its choices
on lines of their own beneath. What is marked in it is told part by part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message, PollRow

_BETWEEN = " \u00b7 "


@dataclass(frozen=True, slots=True)
class Text:
    """What model and rules read of a message."""

    body: str
    choices: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """All of it: what rules read, and what marks are places in."""
        return "\n".join((self.body, *self.choices))

    @property
    def pieces(self) -> tuple[tuple[int, str], ...]:
        """What the model is asked about, each with where it begins in the whole: that first and, of
        a poll, every line alone, because harmless ones around an insult would lower its score."""
        found, start = [(0, self.whole)], 0
        for line in (self.body, *self.choices) if self.choices else ():
            found.append((start, line))
            start += len(line) + 1
        return tuple(found)

    def reworded(self, whole: str) -> "Text":
        """The same with other words, line by line."""
        body, *choices = whole.split("\n") if self.choices else [whole]
        return Text(body, tuple(choices))


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of the text that drove the score up."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What a poll offers, for reading alone."""

    text: str
    marks: tuple[Mark, ...] = ()


def in_a_line(choices: Sequence[str]) -> str:
    """A poll's choices where there is room for one line alone."""
    return _BETWEEN.join(choices)


def marks_in_a_line(choices: Sequence[Choice]) -> tuple[Mark, ...]:
    """Where in that line is what is marked in the choices."""
    marks, after = list[Mark](), 0
    for each in choices:
        marks += [Mark(after + mark.start, after + mark.end) for mark in each.marks]
        after += len(each.text) + len(_BETWEEN)
    return tuple(marks)


def find_choices(tx: Transaction, messages: Sequence[Any]) -> dict[int, tuple[str, ...]]:
    """The choices of those messages that have a poll, by message id. Messages are rows with `id`
    and `has_poll`; where none has a poll this asks nothing."""
    ids = [message.id for message in messages if message.has_poll]
    if not ids:
        return {}
    polls = tx.scalars(select(PollRow).where(col(PollRow.message_id).in_(ids)))
    return {poll.message_id: tuple(poll.choices) for poll in polls}


def find_texts(tx: Transaction, messages: Sequence[Message]) -> dict[int, Text]:
    """What model and rules read of these messages' newest texts, by message id."""
    choices = find_choices(tx, messages)
    return {each.id: Text(each.newest_text, choices.get(each.id, ())) for each in messages}


def marks_of(
    evidence: Sequence[dict[str, Any]], *, length: int, after: int = 0
) -> tuple[Mark, ...]:
    """Where in a part of that length the words stand that drove the score up, in order, none over
    another; counted from the part's beginning, which is `after` so many characters of the text."""
    marks: list[Mark] = []
    for each in sorted(evidence, key=lambda found: int(found["start"])):
        start, end = max(int(each["start"]) - after, 0), min(int(each["end"]) - after, length)
        if start >= end:
            continue
        if marks and start <= marks[-1].end:
            marks[-1] = Mark(marks[-1].start, max(end, marks[-1].end))
        else:
            marks.append(Mark(start, end))
    return tuple(marks)


def marked_choices(
    evidence: Sequence[dict[str, Any]], *, body: str, choices: Sequence[str]
) -> tuple[Choice, ...]:
    """A poll's choices with what is marked in each of them."""
    after, marked = len(body) + 1, list[Choice]()
    for text in choices:
        marked.append(Choice(text, marks_of(evidence, length=len(text), after=after)))
        after += len(text) + 1
    return tuple(marked)
