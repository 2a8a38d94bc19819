"""The text that opens a thread: a question, what else was said about it, and an invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chatrooms.ml.ideas.clauses import sentences, shortened

MIN_WORDS: Final = 50
MAX_WORDS: Final = 100
_QUESTION_WORDS: Final = 45
_QUOTE_WORDS: Final = 18
_UNANSWERED: Final = "Nobody has answered yet, as far as the messages here show."
_INVITATION: Final = (
    "Who knows more, or has met the same? A hint or a link in this thread is enough."
)
_MORE: Final = (
    "Partial answers and pointers to where it could be looked up are welcome as well.",
    "It may help to say what has been tried already, and what came out.",
    "If it has been settled elsewhere, a short note here would let everybody find it later.",
)
"""What fills up a short opener, in this order."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words; `day` as it stands in a sentence, such as ` on 3 May`."""

    author: str
    text: str
    day: str = ""


def opener_text(question: Quote, related: Sequence[Quote]) -> str | None:
    """From 50 to 100 words by blanks; None if the question alone is too long for that.

    The question is told whole. Related quotes stand as far as there is room for them.
    """
    if len(question.text.split()) > _QUESTION_WORDS:
        return None
    asked = f"{question.author} asked{question.day}: {_quoted(question.text)} {_UNANSWERED}"
    told: list[str] = []
    for quote in related:
        line = f"{quote.author} wrote: {_quoted(shortened(_first(quote.text), _QUOTE_WORDS))}"
        if _words(asked, *told, line, _INVITATION) <= MAX_WORDS:
            told.append(line)
    if told:
        told[0] = told[0].replace(" wrote: ", " wrote about it: ", 1)
    fill: list[str] = []
    for sentence in _MORE:
        if _words(asked, *told, *fill, _INVITATION) < MIN_WORDS:
            fill.append(sentence)
    text = "\n\n".join([asked, *told, " ".join([*fill, _INVITATION])])
    return text if MIN_WORDS <= len(text.split()) <= MAX_WORDS else None


def _quoted(text: str) -> str:
    return f"\u201c{' '.join(text.split())}\u201d"


def _first(text: str) -> str:
    """Whole sentences from the first one on, as many as may be quoted; at least one."""
    kept: list[str] = []
    for sentence in sentences(text):
        if kept and _words(*kept, sentence) > _QUOTE_WORDS:
            break
        kept.append(sentence)
    return " ".join(kept)


def _words(*parts: str) -> int:
    return len(" ".join(parts).split())
