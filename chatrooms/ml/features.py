"""Word, kind and character n-grams of tokens, as a scikit-learn transformer.

Three families, each hashed, weighted and scaled to length one:

- words: n-grams of one to three tokens and pairs with a gap, each counted once per text;
- kinds: n-grams of two to four kinds of tokens and pairs up to five apart (see `kinds`);
- characters: n-grams of three to five characters inside a token, each counted once per text. Words
  that hold another one by accident have none.

Source of the weights: inverse document frequency times the root of the naive Bayes log-count ratio
(after Wang and Manning 2012).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from chatrooms.ml import kinds, lexicon
from chatrooms.ml.hashing import Hashes, Indexes, Spelled, buckets, distinct, pattern_grams

Floats = NDArray[np.float64]
Docs = Sequence[Sequence[str]]

VERSION: Final = 2
"""Raised with every change to tokens or features that makes older model files wrong."""

WORD_PATTERNS: Final = ((0,), (0, 1), (0, 1, 2), (0, 2), (0, 3))
KIND_PATTERNS: Final = ((0, 1), (0, 1, 2), (0, 1, 2, 3), (0, 2), (0, 3), (0, 4), (0, 5))
CHAR_SIZES: Final = (3, 4, 5)
WORD_BITS: Final = 21
KIND_BITS: Final = 19
CHAR_BITS: Final = 20
_BLOCK: Final = 4000
"""Texts whose n-grams are in memory at once while fitting."""


@dataclass(slots=True)
class Family:
    """The n-grams of one kind that the model knows."""

    bits: int
    buckets: NDArray[np.int32]
    """In ascending order."""
    scales: NDArray[np.float32]

    def columns(self, found: Indexes) -> tuple[NDArray[np.bool_], Indexes]:
        """Which of the buckets are known, and the columns of those."""
        at = np.searchsorted(self.buckets, found)
        at[at == len(self.buckets)] = 0
        known = self.buckets[at] == found if len(self.buckets) else np.zeros(len(found), bool)
        return known, at[known]


class Tokens:
    """The tokens of many texts in one row, each different token once in `types`."""

    def __init__(self, docs: Docs) -> None:
        types: dict[str, int] = {}
        self.count = len(docs)
        self.ids = np.array(
            [types.setdefault(word, len(types)) for doc in docs for word in doc], dtype=np.int64
        )
        self.texts = np.repeat(np.arange(len(docs)), [len(doc) for doc in docs])
        self.types = list(types)
        self.spelled = Spelled(self.types)


class NgramFeatures(TransformerMixin, BaseEstimator):  # pyright: ignore[reportMissingTypeArgument]
    """Lists of tokens in, a sparse matrix out, one row for each text.

    `min_texts`: an n-gram in fewer texts is not learnt. `contrast`: the power of the log-count
    ratio. The scales say how much a family counts beside the others.
    """

    def __init__(
        self,
        *,
        min_texts: int = 4,
        min_ratio: float = 0.0,
        contrast: float = 0.5,
        word_scale: float = 1.0,
        kind_scale: float = 0.7,
        char_scale: float = 0.8,
    ) -> None:
        self.min_texts = min_texts
        self.min_ratio = min_ratio
        self.contrast = contrast
        self.word_scale = word_scale
        self.kind_scale = kind_scale
        self.char_scale = char_scale

    def fit(self, docs: Docs, labels: NDArray[np.int64]) -> Self:
        """Learn which n-grams there are and how much each can tell."""
        tokens = Tokens(docs)
        self.kinds_ = self._learn_kinds(tokens, labels)
        self.words_ = self._learn(self._word_counts(tokens), labels, WORD_BITS)
        self.kind_grams_ = self._learn(self._kind_counts(tokens), labels, KIND_BITS)
        self.chars_ = self._learn(self._char_counts(tokens), labels, CHAR_BITS)
        return self

    def transform(self, docs: Docs) -> sparse.csr_matrix:
        """Shape (texts, known n-grams): words first, then kinds, then characters."""
        tokens = Tokens(docs)
        words = _unit_rows(_weighted(self._word_counts(tokens), self.words_))
        kind_grams = _unit_rows(_weighted(self._kind_counts(tokens), self.kind_grams_))
        chars = _unit_rows(_weighted(self._char_counts(tokens), self.chars_))
        return sparse.csr_matrix(
            sparse.hstack(
                [words * self.word_scale, kind_grams * self.kind_scale, chars * self.char_scale]
            )
        )

    def kind_of(self, word: str) -> str:
        """The kind of a token."""
        return self.kinds_.get(word, kinds.UNKNOWN)

    def _learn_kinds(self, tokens: Tokens, labels: NDArray[np.int64]) -> dict[str, str]:
        texts_with = _incidence(tokens.texts, tokens.ids, tokens.count, len(tokens.types))
        abusive, harmless = _sums(texts_with, labels)
        ratio = np.log((abusive + 1) / (labels.sum() + 2)) - np.log(
            (harmless + 1) / ((1 - labels).sum() + 2)
        )
        learnt = {
            word: kinds.leaning(float(ratio[i]))
            for i, word in enumerate(tokens.types)
            if abusive[i] + harmless[i] >= 2 * self.min_texts
        }
        return learnt | kinds.listed_kinds()

    def _learn(self, counts: sparse.csr_matrix, labels: NDArray[np.int64], bits: int) -> Family:
        abusive, harmless = _sums(counts, labels)
        total = abusive + harmless
        ratio = np.abs(
            np.log((abusive + 1) / (abusive.sum() + len(total)))
            - np.log((harmless + 1) / (harmless.sum() + len(total)))
        )
        known = np.flatnonzero((total >= self.min_texts) & (ratio >= self.min_ratio))
        rarity = np.log(counts.shape[0] / total[known]) + 1  # pyright: ignore
        scales = rarity * (ratio[known] + 0.1) ** self.contrast
        return Family(bits, known.astype(np.int32), scales.astype(np.float16).astype(np.float32))

    def _word_counts(self, tokens: Tokens) -> sparse.csr_matrix:
        hashes = tokens.spelled.word_hashes()[tokens.ids]
        return _pattern_counts(tokens, hashes, WORD_PATTERNS, WORD_BITS)

    def _kind_counts(self, tokens: Tokens) -> sparse.csr_matrix:
        names = Spelled([self.kind_of(word) for word in tokens.types])
        return _pattern_counts(tokens, names.word_hashes()[tokens.ids], KIND_PATTERNS, KIND_BITS)

    def _char_counts(self, tokens: Tokens) -> sparse.csr_matrix:
        counts = _incidence(
            tokens.texts, tokens.ids, tokens.count, len(tokens.types)
        ) @ _type_grams(tokens.types)
        counts.data = np.ones_like(counts.data)
        return counts


def _pattern_counts(
    tokens: Tokens, hashes: Hashes, patterns: Sequence[Sequence[int]], bits: int
) -> sparse.csr_matrix:
    places: list[Indexes] = []
    found: list[Indexes] = []
    for pattern in patterns:
        starts, grams = pattern_grams(hashes, tokens.texts, pattern)
        places.append(tokens.texts[starts])
        found.append(buckets(grams, bits))
    return _incidence(np.concatenate(places), np.concatenate(found), tokens.count, 1 << bits)


def char_buckets(words: Sequence[str]) -> tuple[Indexes, Indexes]:
    """The place of the word and the bucket of every n-gram of characters."""
    spelled = Spelled(telling(words))
    places: list[Indexes] = [np.zeros(0, dtype=np.int64)]
    found: list[Indexes] = [np.zeros(0, dtype=np.int64)]
    for _, starts, grams in spelled.grams(CHAR_SIZES):
        places.append(spelled.owner[starts])
        found.append(buckets(grams, CHAR_BITS))
    return np.concatenate(places), np.concatenate(found)


def telling(words: Sequence[str]) -> list[str]:
    """The words, empty where their characters tell nothing."""
    return ["" if word in lexicon.HARMLESS else word for word in words]


def _type_grams(types: Sequence[str]) -> sparse.csr_matrix:
    return _incidence(*char_buckets(types), len(types), 1 << CHAR_BITS)


def _incidence(rows: Indexes, columns: Indexes, height: int, width: int) -> sparse.csr_matrix:
    """Ones where a row holds a column, however often."""
    keys = distinct(rows * width + columns)
    ones = np.ones(len(keys), dtype=np.float32)
    return sparse.csr_matrix((ones, (keys // width, keys % width)), shape=(height, width))


def _sums(counts: sparse.csr_matrix, labels: NDArray[np.int64]) -> tuple[Floats, Floats]:
    every = np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()
    abusive = np.asarray(counts.T @ labels, dtype=np.float64).ravel()
    return abusive, every - abusive


def _weighted(counts: sparse.csr_matrix, family: Family) -> sparse.csr_matrix:
    return counts[:, family.buckets].multiply(family.scales.astype(np.float64)).tocsr()


def _unit_rows(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return (sparse.diags_array(1 / np.where(lengths > 0, lengths, 1)) @ rows).tocsr()
