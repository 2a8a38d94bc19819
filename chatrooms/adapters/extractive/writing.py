"""What the built-in model writes: quotations with their marks, never words of its own about the
room."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatrooms.adapters.extractive.task import Given, Task
from chatrooms.domain.citing import NO_ANSWER, UNSURE, without_marks
from chatrooms.ml.embed.lexical import Lexical
from chatrooms.ml.retrieve.conversation import Line
from chatrooms.ml.retrieve.history import History
from chatrooms.ml.retrieve.wording import content_stems, stems
from chatrooms.ml.summaries.passages import Message
from chatrooms.ml.summaries.summary import MAX_WORDS, summarise

CAPABILITIES = (
    "I am the built-in assistant. I find the messages of this room that answer a question and quote"
    " them with their sources; I can also tell what the room is about and what you missed. I do not"
    " make anything up."
)
_CITED = 3
_NEARLY = 0.8
"""What counts as nearly as good as the best: this share of its relevance."""
_NEAR = 0.5
"""The same where it is not sure that any of them answers: then one more is worth a look."""
_QUOTED_CHARS = 300
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of what is written, and the numbers of the messages it rests on."""

    text: str
    cites: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.text + "".join(f" [{n}]" for n in self.cites)


def statements_of(task: Task) -> list[Statement]:
    """The answer to a question, or the summary of the messages where none is asked."""
    if not task.question or task.wants_overview:
        return _overview(task)
    if task.is_about_the_model:
        return [Statement(CAPABILITIES)]
    if task.is_greeting:
        hello = f"Hello {task.person}!" if task.person else "Hello!"
        return [Statement(f"{hello} Ask me something about this room.")]
    return _answer(task)


def _overview(task: Task) -> list[Statement]:
    if task.question and task.summary:
        # It tells more than the messages that share words with such a question.
        return [Statement(task.summary)]
    said = [Message(each.n, each.author, without_marks(each.text)) for each in task.messages]
    found = summarise(said, max_words=task.max_words or MAX_WORDS)
    if found:
        return [Statement(each.text, tuple(map(int, each.cites))) for each in found]
    return [Statement(NO_ANSWER)] if task.question else []


def _answer(task: Task) -> list[Statement]:
    if not task.messages or not task.may_be_answered:
        return [Statement(NO_ANSWER)]
    ranked = _ranked(task)
    enough = (_NEARLY if task.is_sure else _NEAR) * ranked[0][1]
    best = [given for given, relevance in ranked[:_CITED] if relevance >= enough and given.text]
    best.sort(key=lambda given: given.n)
    quotes = [
        Statement(f"{given.author}: {_quote(given.text, task.question)}", (given.n,))
        for given in best
    ]
    if not quotes:
        return [Statement(NO_ANSWER)]
    return quotes if task.is_sure else [Statement(UNSURE), *quotes]


def _ranked(task: Task) -> list[tuple[Given, float]]:
    """The messages with their relevance, best first: as the prompt says, else by their wording."""
    known = [(each, each.relevance) for each in task.messages if each.relevance is not None]
    if known:
        return sorted(known, key=lambda pair: (-pair[1], -pair[0].n))
    lines = [Line(str(each.n), each.author, each.text) for each in task.messages]
    ranking = History(lines, Lexical()).rank(task.question)
    top = max(float(ranking.scores.max()), 1e-9)
    return [
        (task.messages[place], float(ranking.scores[place]) / top)
        for place in ranking.best(len(lines))
    ]


def _quote(text: str, question: str) -> str:
    """The message, or of a long one the stretch of whole sentences that is nearest the question."""
    text = without_marks(" ".join(text.split()))
    if len(text) <= _QUOTED_CHARS:
        return text
    asked = set(content_stems(question))
    sentences = _SENTENCE_END.split(text)
    shared = [len(asked.intersection(stems(sentence))) for sentence in sentences]
    start = end = max(range(len(sentences)), key=lambda n: shared[n])
    while end + 1 < len(sentences) and _length(sentences[start : end + 2]) <= _QUOTED_CHARS:
        end += 1
    while start > 0 and _length(sentences[start - 1 : end + 1]) <= _QUOTED_CHARS:
        start -= 1
    quoted = " ".join(sentences[start : end + 1])
    if len(quoted) > _QUOTED_CHARS:
        quoted = quoted[: _QUOTED_CHARS - 1].rstrip() + "\u2026"
    elif end + 1 < len(sentences):
        quoted += " \u2026"
    return f"\u2026 {quoted}" if start else quoted


def _length(sentences: Sequence[str]) -> int:
    return len(" ".join(sentences))
