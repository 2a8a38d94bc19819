"""A conversation's summary: its best passages that fit together, each with its sources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chatrooms.ml.summaries.features import features, vectors
from chatrooms.ml.summaries.passages import Message, MessageId, Passage, passages_of
from chatrooms.ml.summaries.weights import Weights, shipped_weights

MAX_WORDS = 50
_BLOCK = 400
"""Passages compared with each other at once: bounds time and memory."""
_KEPT_OF_BLOCK = 40
_LENGTH_BONUS = 0.7
_REDUNDANCY = 0.5
_SAME = 0.6
"""Cosine above which two passages say the same."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a summary and the ids of the messages it is taken from."""

    text: str
    cites: tuple[MessageId, ...]


def summarise(
    messages: Sequence[Message], *, max_words: int = MAX_WORDS, weights: Weights | None = None
) -> list[Sentence]:
    """The conversation in at most `max_words` words, in its own order and its own words.

    Names of authors stand before what they said and count as words. Of a conversation longer than
    one block the best passages of each block compete (map-reduce). The same messages always give
    the same summary; nothing to quote, such as emoji alone, gives none.
    """
    passages = passages_of(messages)
    weights = weights or shipped_weights()
    while len(passages) > _BLOCK:
        blocks = [passages[start : start + _BLOCK] for start in range(0, len(passages), _BLOCK)]
        passages = [passage for block in blocks for passage in _best(block, weights)]
    return _sentences(_chosen(passages, weights, max_words)) if passages else []


def _best(block: Sequence[Passage], weights: Weights) -> list[Passage]:
    scores, similar = _judged(block, weights)
    chosen = _relevant(scores, similar, lambda numbers: len(numbers) <= _KEPT_OF_BLOCK)
    return [block[number] for number in chosen]


def _judged(
    passages: Sequence[Passage], weights: Weights
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How well each passage serves a summary, and how alike each two are (cosine)."""
    tfidf = vectors(passages)
    lengths = np.log([len(passage.text.split()) for passage in passages])
    scores = weights.score(features(passages, tfidf)) + _LENGTH_BONUS * lengths
    # Rounded, so that the last bit of a sum cannot decide between two passages.
    return np.round(scores, 9), (tfidf @ tfidf.T).toarray()


def _chosen(passages: Sequence[Passage], weights: Weights, max_words: int) -> list[Passage]:
    scores, similar = _judged(passages, weights)

    def fits(numbers: list[int]) -> bool:
        return _word_count([passages[number] for number in numbers]) <= max_words

    chosen = _relevant(scores, similar, fits)
    if not chosen:
        return [_cut(passages[int(scores.argmax())], max_words)]
    return [passages[number] for number in chosen]


def _relevant(
    scores: NDArray[np.float64],
    similar: NDArray[np.float64],
    fits: Callable[[list[int]], bool],
) -> list[int]:
    """The best that fit together and do not say the same, in the order of the conversation.

    Source: maximal marginal relevance (Carbonell and Goldstein 1998).
    """
    said = np.zeros(len(scores))
    left = np.ones(len(scores), dtype=bool)
    chosen: list[int] = []
    while (left & (said <= _SAME)).any():
        value = np.where(left & (said <= _SAME), scores - _REDUNDANCY * said, -np.inf)
        best = int(value.argmax())
        left[best] = False
        together = sorted([*chosen, best])
        if fits(together):
            chosen = together
            said = np.maximum(said, similar[best])
    return chosen


def _cut(passage: Passage, max_words: int) -> Passage:
    """The beginning of a passage that is by itself longer than the summary may be."""
    room = max(1, max_words - len(passage.author.split()))
    return replace(passage, text=" ".join(passage.text.split()[:room]) + "\u2026")


def _word_count(passages: Sequence[Passage]) -> int:
    return sum(len(sentence.text.split()) for sentence in _sentences(passages))


def _sentences(passages: Sequence[Passage]) -> list[Sentence]:
    """Each passage says who speaks, unless the one before it does and rests on the same messages.

    Then both are withdrawn together, and no sentence is ever left under another's name.
    """
    sentences: list[Sentence] = []
    before: Passage | None = None
    for passage in passages:
        told = before is not None and before.cites == passage.cites
        name = "" if told or not passage.author else f"{passage.author}: "
        sentences.append(Sentence(f"{name}{passage.text}", passage.cites))
        before = passage
    return sentences
