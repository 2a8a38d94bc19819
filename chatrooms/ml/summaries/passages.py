"""From messages to passages: the stretches of text that a summary may quote."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from chatrooms.ml.summaries.cleaning import compressed, fluent, without_markup

MessageId: TypeAlias = str | int

MAX_MESSAGE_CHARS = 8_000
"""What a message says beyond this is not read."""
_SENTENCE_END = re.compile(r"(?:(?<=[.!?\u2026])|(?<=[.!?\u2026][\"')\]]))\s+")
_CLAUSE = re.compile(
    r",\s+(?=(?:and|but|so)\b)"
    r"|\s+(?=(?:and|but|so)\s+(?:i|we|you|he|she|it|they|there|this|that|let)(?:'\w+)?\s)"
    r"|;\s+|\s+[\u2013\u2014]\s+|\u2014",
    re.IGNORECASE,
)
_LONG_SENTENCE_WORDS = 20
_MIN_CLAUSE_WORDS = 6
_MIN_WORDS = 4
_INTERJECTION_WORDS = 3
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be summarised. `id` is the caller's own and comes back in the citations."""

    id: MessageId
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one author's words.

    `cites` are the ids of the messages it is taken from; `place` is where in the conversation it
    begins, in [0, 1].
    """

    text: str
    author: str
    cites: tuple[MessageId, ...]
    place: float


def passages_of(messages: Sequence[Message]) -> list[Passage]:
    """Every passage that can be quoted, in the order of the conversation.

    Those of three words and less count only where there are no others.
    """
    names = frozenset(message.author.lower() for message in messages)
    last = max(1, len(messages) - 1)
    found = [
        Passage(piece, turn.author, tuple(turn.cites), turn.place / last)
        for turn in _turns(messages)
        for piece in _pieces(turn.text, names)
    ]
    return [passage for passage in found if len(passage.text.split()) >= _MIN_WORDS] or found


@dataclass(slots=True)
class _Turn:
    author: str
    text: str
    cites: list[MessageId]
    place: int


def _turns(messages: Sequence[Message]) -> Iterator[_Turn]:
    """One turn per message, except that a sentence its author went on with in the next is whole.

    Only interjections of a few words by others may stand between its parts.
    """
    current: _Turn | None = None
    kept_back: list[_Turn] = []
    for place, message in enumerate(messages):
        turn = _Turn(message.author, _read(message.text), [message.id], place)
        if not turn.text:
            continue
        if current is None:
            current = turn
        elif turn.author == current.author and _goes_on(current.text, turn.text):
            current.text = f"{current.text} {turn.text}"
            current.cites += turn.cites
            kept_back.clear()
        elif turn.author != current.author and _is_interjection(turn.text):
            kept_back.append(turn)
        else:
            yield current
            yield from kept_back
            kept_back.clear()
            current = turn
    if current is not None:
        yield current
        yield from kept_back


def _read(text: str) -> str:
    lines = without_markup(text[:MAX_MESSAGE_CHARS]).splitlines()
    return "\n".join(filter(None, map(fluent, lines)))


def _goes_on(before: str, after: str) -> bool:
    long = len(before) > MAX_MESSAGE_CHARS
    return after[0].islower() and not before.endswith((".", "!", "?", "\u2026")) and not long


def _is_interjection(text: str) -> bool:
    return len(text.split()) <= _INTERJECTION_WORDS


def _pieces(text: str, names: frozenset[str]) -> Iterator[str]:
    for line in text.splitlines():
        for sentence in _sentences(line):
            for clause in _clauses(sentence):
                piece = compressed(clause, names)
                if _LETTER.search(piece):
                    yield piece


def _sentences(line: str) -> list[str]:
    """The line's sentences; a bracket is not torn apart."""
    sentences: list[str] = []
    is_open = False
    for part in _SENTENCE_END.split(line):
        if is_open and ")" in part:
            sentences[-1] = f"{sentences[-1]} {part}"
        else:
            sentences.append(part)
        is_open = sentences[-1].count("(") > sentences[-1].count(")")
    return sentences


def _clauses(sentence: str) -> list[str]:
    """A long sentence cut where its author coordinates: before "and", "but" and "so"."""
    if len(sentence.split()) <= _LONG_SENTENCE_WORDS:
        return [sentence]
    clauses: list[str] = []
    for part in _CLAUSE.split(sentence):
        short = len(part.split()) < _MIN_CLAUSE_WORDS
        if clauses and (short or len(clauses[-1].split()) < _MIN_CLAUSE_WORDS):
            clauses[-1] = f"{clauses[-1]} {part}"
        else:
            clauses.append(part)
    return clauses
