"""The moderation model: how likely texts are abuse, and because of which words.

A linear model of word, kind and character n-grams with calibrated probabilities. It judges by the
label policy of its card: 1 is abuse aimed at a person, a group or the bot.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from chatrooms.ml import shipped_file
from chatrooms.ml.card import SHIPPED
from chatrooms.ml.explain import Explanation, evidence_of
from chatrooms.ml.fast import FastModel
from chatrooms.ml.features import NgramFeatures
from chatrooms.ml.reading import can_be_read, letters_of
from chatrooms.ml.shipped_file import Trained
from chatrooms.ml.tokeniser import Tokeniser

Floats = NDArray[np.float64]

_MAX_CHARS = 20_000
"""More of one text is not looked at: it would hold everybody else up."""
_NOT_READ = math.nan


class ToxicityModel:
    """Scores texts. Safe to share between threads; holds no text."""

    def __init__(self, trained: Trained, card: dict[str, Any]) -> None:
        self.card = card
        self.version: str = str(card["sha256"])[:12]
        """Short, different for every file."""
        tokeniser = cast(Tokeniser, trained.pipeline["tokens"])
        self._normaliser = tokeniser.normaliser()
        self._features = cast(NgramFeatures, trained.pipeline["features"])
        linear: Any = trained.pipeline["linear"]
        self.bias = float(linear.intercept_[0])
        self._fast = FastModel(self._features, linear.coef_[0], self.bias, list(tokeniser.counts_))
        calibration: Any = trained.calibration
        self._slope = float(calibration.coef_[0, 0])
        self._shift = float(calibration.intercept_[0])
        self._english = frozenset(trained.english)
        self._letters = {word: letters_of(word, self._english) for word in tokeniser.counts_}

    def score(self, texts: Sequence[str]) -> Floats:
        """How likely each text is abuse.

        Returns: shape (texts,), calibrated probabilities; not a number where a text cannot be read
        because it is in another script or language. Such a text is unscored, never harmless.
        """
        docs = self._docs(texts)
        probabilities = self.calibrated(self._fast.logits(docs))
        probabilities[[not self._is_readable(doc) for doc in docs]] = _NOT_READ
        return probabilities

    def logits(self, texts: Sequence[str]) -> Floats:
        """Shape (texts,): the linear part before calibration, also of texts that cannot be read."""
        return self._fast.logits(self._docs(texts))

    def calibrated(self, logits: Floats) -> Floats:
        """The probabilities that belong to logits of the linear part."""
        return 1 / (1 + np.exp(-np.clip(self._slope * logits + self._shift, -500, 500)))

    def explain(self, text: str) -> Explanation:
        """The probability of one text with every n-gram's part in it."""
        text = text[:_MAX_CHARS]
        evidence, marks = evidence_of(self._normaliser.tokens(text), self._fast, self._features)
        return Explanation(
            probability=float(self.score([text])[0]),
            logit=float(self.logits([text])[0]),
            bias=self.bias,
            evidence=evidence,
            marks=marks,
        )

    def _docs(self, texts: Sequence[str]) -> list[list[str]]:
        return [self._normaliser.words(text[:_MAX_CHARS]) for text in texts]

    def _is_readable(self, words: Sequence[str]) -> bool:
        known = self._letters.get
        return can_be_read(known(word) or letters_of(word, self._english) for word in words)


def load_model(path: Path | None = None) -> ToxicityModel:
    """The model in this file; by default the one that comes with the product.

    Raises: ModelMissing if it cannot be read, ModelMismatch if it is not what its card says or was
    made by other versions. There is no other model to fall back to.
    """
    return ToxicityModel(*shipped_file.load(path or SHIPPED))
