"""What each n-gram of one text adds to its logit, exactly."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from chatrooms.ml.correction import BITS, PATTERNS, Correction
from chatrooms.ml.fast import FastModel, Table
from chatrooms.ml.features import (
    CHAR_BITS,
    CHAR_SIZES,
    KIND_PATTERNS,
    WORD_PATTERNS,
    NgramFeatures,
    telling,
)
from chatrooms.ml.hashing import Hashes, Spelled, buckets, pattern_grams
from chatrooms.ml.tokens import Token

Span = tuple[int, int]

_MARKED_SHARE = 0.85
"""Of what speaks for abuse; the words behind the rest are not marked."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An n-gram and what it adds to the logit."""

    ngram: str
    """As the model reads it, which is not always as it was typed."""
    weight: float
    spans: tuple[Span, ...]
    """Where it stands in the original text, as start and end of characters."""
    is_of_room: bool = False
    """Whether the weight is that of a room's correction."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of the original text that speaks for abuse."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text has its probability: `bias` and all weights add up to `logit`."""

    probability: float
    """Of abuse, calibrated. Not a number if the text cannot be read."""
    logit: float
    """Before calibration."""
    bias: float
    evidence: tuple[Evidence, ...]
    """Strongest for abuse first."""
    marks: tuple[Mark, ...]
    """The words that drove the score up, in the order of the text."""


@dataclass(slots=True)
class _Gram:
    ngram: str
    bucket: int
    tokens: set[int] = field(default_factory=set[int])


def evidence_of(
    tokens: Sequence[Token],
    fast: FastModel,
    features: NgramFeatures,
    correction: Correction | None = None,
) -> tuple[tuple[Evidence, ...], tuple[Mark, ...]]:
    """The n-grams with their weights, and the words behind those that speak for abuse."""
    words = [token.text for token in tokens]
    kinds = [features.kind_of(word) for word in words]
    families = (
        (fast.word_table, _patterns(words, WORD_PATTERNS, fast.word_table.bits, str)),
        (fast.kind_table, _patterns(kinds, KIND_PATTERNS, fast.kind_table.bits, _shown_kind)),
        (fast.char_table, _chars(words)),
    )
    evidence: list[Evidence] = []
    shares = np.zeros(len(tokens))
    weighted = [(False, each) for table, grams in families for each in _weighted(table, grams)]
    if correction is not None:
        own = _patterns(words, PATTERNS, BITS, str)
        weighted += [(True, each) for each in _corrected(correction, own)]
    for is_of_room, (gram, weight) in weighted:
        spans = tuple(_spans(tokens, gram.tokens))
        evidence.append(Evidence(gram.ngram, weight, spans, is_of_room))
        for token in gram.tokens:
            shares[token] += weight / len(gram.tokens)
    evidence.sort(key=lambda item: -item.weight)
    return tuple(evidence), tuple(_marks(tokens, shares.tolist()))


def _weighted(table: Table, grams: list[_Gram]) -> list[tuple[_Gram, float]]:
    merged = _merged(gram for gram in grams if table.squares[gram.bucket] > 0)
    length = math.sqrt(sum(float(table.squares[bucket]) for bucket in merged)) or 1.0
    return [(gram, float(table.weights[bucket]) / length) for bucket, gram in merged.items()]


def _corrected(correction: Correction, grams: list[_Gram]) -> list[tuple[_Gram, float]]:
    known = [
        (gram, weight)
        for bucket, gram in _merged(grams).items()
        if (weight := correction.weight(bucket)) is not None
    ]
    return [(gram, weight / math.sqrt(len(known))) for gram, weight in known]


def _merged(grams: Iterable[_Gram]) -> dict[int, _Gram]:
    """Grams of one bucket count as one, as in scoring."""
    merged: dict[int, _Gram] = {}
    for gram in grams:
        merged.setdefault(gram.bucket, gram).tokens |= gram.tokens
    return merged


def _patterns(
    words: Sequence[str], patterns: Sequence[Sequence[int]], bits: int, show: Callable[[str], str]
) -> list[_Gram]:
    if not words:
        return []
    hashes: Hashes = Spelled(words).word_hashes()
    texts = np.zeros(len(words), dtype=np.int64)
    grams: list[_Gram] = []
    for pattern in patterns:
        starts, found = pattern_grams(hashes, texts, pattern)
        for start, bucket in zip(starts.tolist(), buckets(found, bits).tolist(), strict=True):
            places = [start + distance for distance in pattern]
            grams.append(_Gram(_shown(words, places, show), bucket, set(places)))
    return grams


def _shown(words: Sequence[str], places: Sequence[int], show: Callable[[str], str]) -> str:
    parts = [show(words[places[0]])]
    for before, place in pairwise(places):
        if place > before + 1:
            parts.append("…")
        parts.append(show(words[place]))
    return " ".join(parts)


def _shown_kind(kind: str) -> str:
    return f"<{kind.lower()}>" if kind.isupper() or kind[-1:].isdigit() or kind in "~*" else kind


def _chars(words: Sequence[str]) -> list[_Gram]:
    words = telling(words)
    spelled = Spelled(words)
    grams: list[_Gram] = []
    for size, starts, found in spelled.grams(CHAR_SIZES) if words else ():
        for place, bucket in zip(starts.tolist(), buckets(found, CHAR_BITS).tolist(), strict=True):
            owner = int(spelled.owner[place])
            text = spelled.gram_text(words, place, size)
            grams.append(_Gram(text.replace(" ", "_"), bucket, {owner}))
    return grams


def _spans(tokens: Sequence[Token], places: set[int]) -> list[Span]:
    """The places of these tokens, those of neighbours as one."""
    spans: list[Span] = []
    before = -2
    for place in sorted(places):
        token = tokens[place]
        if place == before + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], token.end))
        else:
            spans.append((token.start, token.end))
        before = place
    return spans


def _marks(tokens: Sequence[Token], shares: list[float]) -> list[Mark]:
    ranked = sorted((i for i, share in enumerate(shares) if share > 0), key=lambda i: -shares[i])
    wanted = _MARKED_SHARE * sum(shares[i] for i in ranked)
    chosen: set[int] = set()
    for i in ranked:
        if sum(shares[j] for j in chosen) >= wanted:
            break
        if tokens[i].text[0].isalnum():
            chosen.add(i)
    marks: list[Mark] = []
    for i in sorted(chosen):
        token = tokens[i]
        if i - 1 in chosen:
            last = marks.pop()
            marks.append(Mark(last.start, max(last.end, token.end), last.weight + shares[i]))
        else:
            marks.append(Mark(token.start, token.end, shares[i]))
    return marks
