"""Training: the same corpus and the same versions give the same weights."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from chatrooms.ml import reading
from chatrooms.ml.features import NgramFeatures
from chatrooms.ml.shipped_file import Trained
from chatrooms.ml.tokeniser import Tokeniser
from chatrooms.ml.training.corpus import Example
from chatrooms.ml.training.data import Taught

Tell = Callable[[str], None]
"""Is told what comes next."""

CAUTIOUS: Final = 0.003
EAGER: Final = 3.0
"""Inverse penalties. The eager fit knows the sources well, the cautious one carries further: left
out of training, a source is told much better by both together than by the eager one alone, and a
mixture of two linear models is one.
"""
SHARE_OF_CAUTIOUS: Final = 0.15
WEIGHT_OF_ABUSE: Final = 1.2
"""Of an abusive row in calibrating. More moves one half towards where precision and recall meet
best, less keeps harmless hard cases below it.
"""
_MAX_ROUNDS: Final = 60
_KEPT_BITS: Final = 11
"""Of a weight's mantissa: what is cut off is far below what a weight is known to."""


def fit(taught: Taught, valid: Sequence[Example], tell: Tell, *, min_texts: int = 4) -> Trained:
    """Learn from what is taught; calibrate on the validation rows."""
    tell("Counting words")
    tokeniser = Tokeniser().fit(taught.texts[: taught.plain])
    tell("Normalising")
    docs = tokeniser.transform(taught.texts)
    tell("Choosing n-grams")
    features = NgramFeatures(min_texts=min_texts).fit(docs, taught.labels)
    tell("Building the matrix")
    matrix = features.transform(docs)
    tell("Fitting the weights")
    linear = _mixed(_fit(matrix, taught, CAUTIOUS), _fit(matrix, taught, EAGER), matrix)
    pipeline = Pipeline([("tokens", tokeniser), ("features", features), ("linear", linear)])
    tell("Calibrating")
    calibration = _calibrate(pipeline, valid)
    return Trained(pipeline, calibration, reading.english_words(tokeniser.counts_))


def _fit(matrix: Any, taught: Taught, inverse_penalty: float) -> LogisticRegression:
    linear = LogisticRegression(C=inverse_penalty, max_iter=_MAX_ROUNDS)
    with warnings.catch_warnings():
        # The last rounds change the weights in digits that are cut off later.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return linear.fit(matrix, taught.labels, sample_weight=taught.weights)


def _mixed(
    cautious: LogisticRegression, eager: LogisticRegression, matrix: Any
) -> LogisticRegression:
    """The eager fit with the weights of both, each in the unit of its own logits' spread."""
    spread = float(np.std(eager.decision_function(matrix)))
    share = SHARE_OF_CAUTIOUS * spread / float(np.std(cautious.decision_function(matrix)))
    eager.coef_ = _rounded(share * cautious.coef_ + (1 - SHARE_OF_CAUTIOUS) * eager.coef_)
    eager.intercept_ = share * cautious.intercept_ + (1 - SHARE_OF_CAUTIOUS) * eager.intercept_
    return eager


def _calibrate(pipeline: Pipeline, valid: Sequence[Example]) -> LogisticRegression:
    """Platt's scaling of the logit, on rows that were not taught."""
    logits = pipeline.decision_function([example.text for example in valid])
    labels = [example.label for example in valid]
    scale = LogisticRegression(C=1e6, class_weight={0: 1.0, 1: WEIGHT_OF_ABUSE})
    return scale.fit(np.asarray(logits).reshape(-1, 1), labels)


def _rounded(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """The weights with short mantissas, which compress well."""
    mantissa, exponent = np.frexp(weights)
    cut = np.ldexp(np.round(mantissa * (1 << _KEPT_BITS)) / (1 << _KEPT_BITS), exponent)
    return cut.astype(np.float32)
