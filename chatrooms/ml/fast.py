"""The linear model worked out for known tokens, for scoring many texts at once.

Gives the same as the estimators; a test compares them.
"""

from collections.abc import Sequence

import numpy as np

from chatrooms.ml.features import (
    KIND_PATTERNS,
    WORD_PATTERNS,
    Docs,
    Family,
    Floats,
    NgramFeatures,
    char_buckets,
)
from chatrooms.ml.hashing import Hashes, Indexes, Spelled, buckets, distinct, pattern_grams


class Table:
    """Weight and square of every n-gram of one family, by bucket."""

    def __init__(self, family: Family, coefficients: Floats, scale: float) -> None:
        self.bits = family.bits
        self.squares = np.zeros(1 << family.bits, dtype=np.float32)
        self.squares[family.buckets] = np.square(family.scales)
        self.weights = np.zeros(1 << family.bits, dtype=np.float32)
        self.weights[family.buckets] = coefficients * scale * family.scales

    def sums(self, texts: Indexes, found: Indexes, count: int) -> Floats:
        """What the n-grams add to each text; `texts` and `found` in pairs, repetitions allowed."""
        known = self.squares[found] > 0
        keys = distinct((texts[known] << self.bits) | found[known])
        owners, held = keys >> self.bits, keys & ((1 << self.bits) - 1)
        lengths = np.sqrt(np.bincount(owners, self.squares[held], count))
        added = np.bincount(owners, self.weights[held], count)
        return added / np.where(lengths > 0, lengths, 1)


class Lexicon:
    """Hashes of tokens that are seen often, worked out once."""

    def __init__(self, words: Sequence[str], features: NgramFeatures) -> None:
        self.index = {word: i for i, word in enumerate(words)}
        self.words = Spelled(words).word_hashes()
        self.kinds = _kind_hashes(words, features)
        owners, found = char_buckets(words)
        order = np.argsort(owners, kind="stable")
        self.chars = found[order]
        self.ends = np.cumsum(np.bincount(owners, minlength=len(words)))
        self.starts = self.ends - np.bincount(owners, minlength=len(words))


class FastModel:
    """Logits of token lists."""

    def __init__(
        self,
        features: NgramFeatures,
        coefficients: Floats,
        intercept: float,
        words: Sequence[str],
    ) -> None:
        self._features = features
        self._intercept = intercept
        families = (features.words_, features.kind_grams_, features.chars_)
        scales = (features.word_scale, features.kind_scale, features.char_scale)
        edges = np.cumsum([0, *(len(family.buckets) for family in families)])
        self.word_table, self.kind_table, self.char_table = (
            Table(family, coefficients[edges[i] : edges[i + 1]], scales[i])
            for i, family in enumerate(families)
        )
        self._lexicon = Lexicon(words, features)

    def logits(self, docs: Docs) -> Floats:
        """Shape (texts,): the logit of each before calibration."""
        count = len(docs)
        texts = np.repeat(np.arange(count), [len(doc) for doc in docs])
        if not len(texts):
            return np.full(count, self._intercept)
        ids, strange = self._identify(docs)
        words, kinds = self._word_hashes(ids, strange), self._kind_hashes(ids, strange)
        total = np.full(count, self._intercept)
        for table, hashes, patterns in (
            (self.word_table, words, WORD_PATTERNS),
            (self.kind_table, kinds, KIND_PATTERNS),
        ):
            owners, found = _all_patterns(hashes, texts, patterns, table.bits)
            total += table.sums(owners, found, count)
        owners, found = self._chars(texts, ids, strange)
        return total + self.char_table.sums(owners, found, count)

    def word_grams(
        self, docs: Docs, patterns: Sequence[Sequence[int]], bits: int
    ) -> tuple[Indexes, Indexes]:
        """The index of the text and the bucket of every n-gram of words after these patterns, also
        of those that the model does not know."""
        texts = np.repeat(np.arange(len(docs)), [len(doc) for doc in docs])
        if not len(texts):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        ids, strange = self._identify(docs)
        return _all_patterns(self._word_hashes(ids, strange), texts, patterns, bits)

    def _identify(self, docs: Docs) -> tuple[Indexes, list[str]]:
        """The index of each token in the lexicon, or behind its end for those in the list."""
        index = self._lexicon.index
        size = len(index)
        strange: dict[str, int] = {}
        ids = [
            known
            if (known := index.get(word, -1)) >= 0
            else size + strange.setdefault(word, len(strange))
            for doc in docs
            for word in doc
        ]
        return np.array(ids, dtype=np.int64), list(strange)

    def _word_hashes(self, ids: Indexes, strange: list[str]) -> Hashes:
        words = self._lexicon.words
        hashes = words[np.minimum(ids, len(words) - 1)]
        if strange:
            is_strange = ids >= len(words)
            hashes[is_strange] = Spelled(strange).word_hashes()[ids[is_strange] - len(words)]
        return hashes

    def _kind_hashes(self, ids: Indexes, strange: list[str]) -> Hashes:
        kinds = self._lexicon.kinds
        hashes = kinds[np.minimum(ids, len(kinds) - 1)]
        if strange:
            is_strange = ids >= len(kinds)
            others = _kind_hashes(strange, self._features)
            hashes[is_strange] = others[ids[is_strange] - len(kinds)]
        return hashes

    def _chars(self, texts: Indexes, ids: Indexes, strange: list[str]) -> tuple[Indexes, Indexes]:
        lexicon = self._lexicon
        size = len(lexicon.index)
        known = ids < size
        at = ids[known]
        lengths = lexicon.ends[at] - lexicon.starts[at]
        firsts = np.repeat(lexicon.starts[at] - (np.cumsum(lengths) - lengths), lengths)
        owners = np.repeat(texts[known], lengths)
        found = lexicon.chars[firsts + np.arange(len(firsts))]
        if not strange:
            return owners, found
        tokens, grams = char_buckets(strange)
        order = np.argsort(tokens, kind="stable")
        tokens, grams = tokens[order], grams[order]
        sizes = np.bincount(tokens, minlength=len(strange))
        begins = np.cumsum(sizes) - sizes
        others = ids[~known] - size
        lengths = sizes[others]
        firsts = np.repeat(begins[others] - (np.cumsum(lengths) - lengths), lengths)
        return (
            np.concatenate([owners, np.repeat(texts[~known], lengths)]),
            np.concatenate([found, grams[firsts + np.arange(len(firsts))]]),
        )


def _kind_hashes(words: Sequence[str], features: NgramFeatures) -> Hashes:
    kinds = [features.kind_of(word) for word in words]
    names = sorted(set(kinds))
    hashes = Spelled(names).word_hashes()
    place = {name: i for i, name in enumerate(names)}
    return hashes[np.array([place[kind] for kind in kinds], dtype=np.int64)]


def _all_patterns(
    hashes: Hashes, texts: Indexes, patterns: Sequence[Sequence[int]], bits: int
) -> tuple[Indexes, Indexes]:
    owners: list[Indexes] = []
    found: list[Indexes] = []
    for pattern in patterns:
        starts, grams = pattern_grams(hashes, texts, pattern)
        owners.append(texts[starts])
        found.append(buckets(grams, bits))
    return np.concatenate(owners), np.concatenate(found)
