"""Learning a room's correction from its decisions, and holding it against newer ones.

The older part of the decisions is learnt from, the newest is held out and only compared on. What
was compared is what may be used: nothing is learnt from the held-out part afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from chatrooms.ml.comparing import Comparison, compare
from chatrooms.ml.correction import BITS, MAX_GRAMS, Correction
from chatrooms.ml.hashing import distinct
from chatrooms.ml.model import ToxicityModel

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEARNT_SHARE: Final = 0.75
"""Of the decisions, the oldest; the rest is held out."""
MIN_HELD_OUT: Final = 20
"""Held-out decisions of each kind, for a comparison to mean anything."""
MAX_LOST: Final = 0.05
"""Share of what moderators removed that a candidate may find less at the room's threshold."""
_KEPT_RECALL: Final = 0.97
"""Nor is the shift chosen to find more than this share of what is learnt from."""
_MIN_TEXTS: Final = 2
_STRENGTHS: Final = (0.3, 1.0, 3.0)
_OF_SHIFT: Final = 0.1
_FOLDS: Final = 4
_MAX_STEPS: Final = 60
_MAX_RISE: Final = 0.5
"""In logits of the probability: at a threshold of 0.5, what had 0.38 before reaches it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Decided texts, the oldest decision first."""

    texts: Sequence[str]
    is_removed: Bools
    weights: Floats
    """How much each counts in learning."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of learning."""

    correction: Correction | None
    """The candidate; None where there was too little to compare."""
    comparison: Comparison | None
    why_not: str
    """Why it must not be used: `few_newest`, `nothing_found`, `not_better`, `finds_less`. Empty
    if it is better."""


def learn(
    model: ToxicityModel,
    labelled: Labelled,
    *,
    present: Correction | None,
    threshold: float,
    version: str,
    seed: int,
) -> Lesson:
    """A candidate from the older decisions, compared with the present scores on the newest.

    `present`: the correction in use. `threshold`: score from which on the room acts. The same
    decisions and seed give the same candidate and figures.
    """
    labelled = _readable(model, labelled)
    is_held = np.arange(len(labelled.texts)) >= int(len(labelled.texts) * LEARNT_SHARE)
    held = labelled.is_removed[is_held]
    if min(held.sum(), (~held).sum()) < MIN_HELD_OUT:
        return Lesson(None, None, "few_newest")
    now = model.score(labelled.texts, [present] * len(labelled.texts))
    if not (now[is_held][held] >= threshold).any():
        return Lesson(None, None, "nothing_found")
    with threadpool_limits(1):
        # These are small matrices: more threads only wait for each other.
        candidate = _candidate(model, labelled, ~is_held, now, threshold, version)
    texts = [text for text, out in zip(labelled.texts, is_held, strict=True) if out]
    comparison = compare(
        present=now[is_held],
        candidate=model.score(texts, [candidate] * len(texts)),
        is_removed=held,
        texts=texts,
        threshold=threshold,
        seed=seed,
    )
    return Lesson(candidate, comparison, _why_not(comparison))


def _why_not(comparison: Comparison) -> str:
    if comparison.difference.low <= 0:
        return "not_better"
    return "finds_less" if comparison.found_after < comparison.recall - MAX_LOST else ""


def _readable(model: ToxicityModel, labelled: Labelled) -> Labelled:
    can_be_read = ~np.isnan(model.score(labelled.texts))
    return Labelled(
        [text for text, can in zip(labelled.texts, can_be_read, strict=True) if can],
        labelled.is_removed[can_be_read],
        labelled.weights[can_be_read],
    )


def _candidate(
    model: ToxicityModel,
    labelled: Labelled,
    is_learnt: Bools,
    now: Floats,
    threshold: float,
    version: str,
) -> Correction:
    texts = [text for text, learnt in zip(labelled.texts, is_learnt, strict=True) if learnt]
    columns, rows = _rows(model, texts)
    offset = model.slope * model.logits(texts) + model.shift
    removed, weights = labelled.is_removed[is_learnt], labelled.weights[is_learnt]
    strength, unseen = _chosen(rows, offset, removed, weights)
    fitted = _fit(rows, offset, removed, weights, strength)
    found = float((now[is_learnt][removed] >= threshold).mean()) if removed.any() else 0.0
    shift = _shift(unseen[removed], found, threshold)
    heavy = np.sort(np.argsort(-np.abs(fitted[:-1]))[:MAX_GRAMS])
    return Correction(
        version=version,
        model=model.version,
        shift=shift / model.slope,
        buckets=columns[heavy],
        weights=fitted[heavy] / model.slope,
    )


def _rows(model: ToxicityModel, texts: Sequence[str]) -> tuple[NDArray[np.int64], Any]:
    """The n-grams that several texts hold, and a row for each text, of length one."""
    owners, found = model.grams(texts)
    keys = distinct((owners << BITS) | found)
    owners, found = keys >> BITS, keys & ((1 << BITS) - 1)
    columns = np.flatnonzero(np.bincount(found, minlength=1 << BITS) >= _MIN_TEXTS)
    at = np.searchsorted(columns, found)
    at[at == len(columns)] = 0
    known = columns[at] == found if len(columns) else np.zeros(len(found), np.bool_)
    owners, at = owners[known], at[known]
    lengths = np.sqrt(np.bincount(owners, minlength=len(texts)))
    values = 1 / lengths[owners]
    return columns, sparse.csr_matrix((values, (owners, at)), shape=(len(texts), len(columns)))


def _chosen(rows: Any, offset: Floats, removed: Bools, weights: Floats) -> tuple[float, Floats]:
    """The strength of regularisation that foretells unseen decisions best, and what it makes of
    each decision without having seen it, before the shift."""
    best: tuple[float, float, Floats] | None = None
    for strength in _STRENGTHS:
        unseen, loss = np.zeros(len(offset)), 0.0
        for fold in range(_FOLDS):
            out = np.arange(len(offset)) % _FOLDS == fold
            fitted = _fit(rows[~out], offset[~out], removed[~out], weights[~out], strength)
            unseen[out] = offset[out] + rows[out] @ fitted[:-1]
            logits = unseen[out] + fitted[-1]
            loss += float(weights[out] @ (np.logaddexp(0, logits) - removed[out] * logits))
        if best is None or loss < best[0]:
            best = (loss, strength, unseen)
    assert best is not None
    return best[1], best[2]


def _fit(rows: Any, offset: Floats, removed: Bools, weights: Floats, strength: float) -> Floats:
    """Weights of a logistic regression over an offset, the shift behind them."""
    columns = rows.T.tocsr()
    wanted = removed.astype(np.float64)

    def loss(fitted: Floats) -> tuple[float, Floats]:
        logits = offset + fitted[-1] + rows @ fitted[:-1]
        misses = weights * (1 / (1 + np.exp(-np.clip(logits, -500, 500))) - wanted)
        value = weights @ (np.logaddexp(0, logits) - wanted * logits)
        value += strength / 2 * fitted[:-1] @ fitted[:-1] + _OF_SHIFT / 2 * fitted[-1] ** 2
        slope = columns @ misses + strength * fitted[:-1]
        return float(value), np.append(slope, misses.sum() + _OF_SHIFT * fitted[-1])

    begin = np.zeros(rows.shape[1] + 1)
    found: Any = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": _MAX_STEPS})
    return found.x


def _shift(unseen: Floats, found: float, threshold: float) -> float:
    """What has the room's threshold go on finding the share that it finds, so that it keeps its
    meaning. Upwards only a little: of texts below the threshold few were decided about, so nobody
    could tell what that would flag."""
    if not len(unseen):
        return 0.0
    at = np.quantile(unseen, 1 - min(found, _KEPT_RECALL), method="lower")
    threshold = float(np.clip(threshold, 1e-6, 1 - 1e-6))
    return min(_MAX_RISE, float(np.log(threshold / (1 - threshold)) - at))
