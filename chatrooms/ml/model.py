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
from chatrooms.ml.card import SHIPPED, version_of
from chatrooms.ml.correction import BITS, PATTERNS, Correction
from chatrooms.ml.explain import Explanation, evidence_of
from chatrooms.ml.fast import FastModel
from chatrooms.ml.features import Docs, NgramFeatures
from chatrooms.ml.hashing import Indexes
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
        self.version = version_of(card)
        """Short, different for every file."""
        tokeniser = cast(Tokeniser, trained.pipeline["tokens"])
        self._normaliser = tokeniser.normaliser()
        self._features = cast(NgramFeatures, trained.pipeline["features"])
        linear: Any = trained.pipeline["linear"]
        self.bias = float(linear.intercept_[0])
        self._fast = FastModel(self._features, linear.coef_[0], self.bias, list(tokeniser.counts_))
        calibration: Any = trained.calibration
        self.slope = float(calibration.coef_[0, 0])
        self.shift = float(calibration.intercept_[0])
        """With `slope`: from a logit of the linear part to that of the probability."""
        self._english = frozenset(trained.english)
        self._letters = {word: letters_of(word, self._english) for word in tokeniser.counts_}

    def score(self, texts: Sequence[str], corrections: Sequence[Correction | None] = ()) -> Floats:
        """How likely each text is abuse.

        `corrections`: for each text that of its room, or none at all.
        Returns: shape (texts,), calibrated probabilities; not a number where a text cannot be read
        because it is in another script or language. Such a text is unscored, never harmless.
        """
        docs = self._docs(texts)
        probabilities = self.calibrated(self._logits(docs, corrections))
        probabilities[[not self._is_readable(doc) for doc in docs]] = _NOT_READ
        return probabilities

    def logits(self, texts: Sequence[str], corrections: Sequence[Correction | None] = ()) -> Floats:
        """Shape (texts,): the linear part before calibration, also of texts that cannot be read."""
        return self._logits(self._docs(texts), corrections)

    def grams(self, texts: Sequence[str]) -> tuple[Indexes, Indexes]:
        """The index of the text and the bucket of every n-gram that a correction may know."""
        return self._fast.word_grams(self._docs(texts), PATTERNS, BITS)

    def calibrated(self, logits: Floats) -> Floats:
        """The probabilities that belong to logits of the linear part."""
        return 1 / (1 + np.exp(-np.clip(self.slope * logits + self.shift, -500, 500)))

    def explain(self, text: str, correction: Correction | None = None) -> Explanation:
        """The probability of one text with every n-gram's part in it."""
        text = text[:_MAX_CHARS]
        tokens = self._normaliser.tokens(text)
        evidence, marks = evidence_of(tokens, self._fast, self._features, correction)
        return Explanation(
            probability=float(self.score([text], [correction])[0]),
            logit=float(self.logits([text], [correction])[0]),
            bias=self.bias + (correction.shift if correction else 0.0),
            evidence=evidence,
            marks=marks,
        )

    def _logits(self, docs: Docs, corrections: Sequence[Correction | None]) -> Floats:
        logits = self._fast.logits(docs)
        for correction in {each for each in corrections if each is not None}:
            at = [i for i, each in enumerate(corrections) if each is correction]
            grams = self._fast.word_grams([docs[i] for i in at], PATTERNS, BITS)
            logits[at] += correction.added(*grams, len(at))
        return logits

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
