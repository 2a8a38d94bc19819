"""Texts to tokens as a scikit-learn transformer."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin

from chatrooms.ml.normalise import Normaliser
from chatrooms.ml.tokens import plain_words

_MIN_COUNT = 3
"""Words that the training texts hold less often are no vocabulary."""


class Tokeniser(TransformerMixin, BaseEstimator):  # pyright: ignore[reportMissingTypeArgument]
    """Learns how often each word stands in the texts, and normalises with that knowledge."""

    def fit(self, texts: Sequence[str], _labels: Any = None) -> Self:
        """Count the words."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(plain_words(text))
        self.counts_ = {word: n for word, n in sorted(counts.items()) if n >= _MIN_COUNT}
        return self

    def transform(self, texts: Sequence[str]) -> list[list[str]]:
        """The tokens of each text."""
        return [*map(self.normaliser().words, texts)]

    def normaliser(self) -> Normaliser:
        """What does the work, with these counts."""
        return Normaliser(self.counts_)
