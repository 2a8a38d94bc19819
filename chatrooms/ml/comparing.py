"""Whether one way of scoring is better than another on the same decisions, with an interval.

Compared is precision at one recall: each is given the threshold at which it finds that share of
what moderators removed. Source of the intervals: percentile bootstrap (Efron 1979), paired, over
different texts, so that one text that was posted fifty times proves no more than once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MAX_RECALL: Final = 0.95
"""Nobody is asked to find more: which texts are the last few of a hundred is chance."""
RESAMPLES: Final = 1_000
_BLOCK: Final = 100
_TAILS: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The present scores and a candidate's on held-out decisions."""

    decided: int
    removed: int
    """Those of them that moderators removed."""
    recall: float
    """The share of these at which both are compared: what the present scores find at the room's
    threshold, but not more than `MAX_RECALL`."""
    before: Estimate
    """Precision of the present scores at that recall, in [0, 1]."""
    after: Estimate
    difference: Estimate
    """Candidate less present."""
    found_before: float
    """Share of the removed ones that is at or over the room's threshold."""
    found_after: float


def compare(
    *,
    present: Floats,
    candidate: Floats,
    is_removed: NDArray[np.bool_],
    texts: Sequence[str],
    threshold: float,
    seed: int,
) -> Comparison:
    """How the candidate does beside the present scores; all of the same length, at least one text
    removed. The same seed gives the same figures."""
    clusters = np.unique(np.array(texts, dtype=object), return_inverse=True)[1]
    random = np.random.default_rng(seed)
    count = int(clusters.max()) + 1
    drawn = [
        random.multinomial(count, np.full(count, 1 / count), size=_BLOCK)[:, clusters]
        for _ in range(RESAMPLES // _BLOCK)
    ]
    once = np.ones((1, len(is_removed)), dtype=np.int64)
    before, after, recall = _precisions(once, present, candidate, is_removed, threshold)
    pairs = [_precisions(each, present, candidate, is_removed, threshold)[:2] for each in drawn]
    befores, afters = (np.concatenate(each) for each in zip(*pairs, strict=True))
    return Comparison(
        decided=len(is_removed),
        removed=int(is_removed.sum()),
        recall=float(recall[0]),
        before=_estimate(before, befores),
        after=_estimate(after, afters),
        difference=_estimate(after - before, afters - befores),
        found_before=float((present[is_removed] >= threshold).mean()),
        found_after=float((candidate[is_removed] >= threshold).mean()),
    )


def _precisions(
    counts: Counts,
    present: Floats,
    candidate: Floats,
    is_removed: NDArray[np.bool_],
    threshold: float,
) -> tuple[Floats, Floats, Floats]:
    """For each row of counts, how often each decision is there: both precisions and the recall."""
    removed = counts[:, is_removed].sum(axis=1)
    found = counts[:, is_removed & (present >= threshold)].sum(axis=1)
    recall = np.minimum(found / np.maximum(removed, 1), MAX_RECALL)
    wanted = np.maximum(np.ceil(recall * removed - 1e-9), 1)
    return (
        _precision(counts, present, is_removed, wanted),
        _precision(counts, candidate, is_removed, wanted),
        recall,
    )


def _precision(
    counts: Counts, scores: Floats, is_removed: NDArray[np.bool_], wanted: Floats
) -> Floats:
    """Precision at the highest threshold that finds so many; of equal scores, none is left out."""
    order = np.lexsort((is_removed, -scores))
    ranked = counts[:, order]
    found = np.cumsum(ranked * is_removed[order], axis=1)
    last = np.argmax(found >= wanted[:, None], axis=1)
    rows = np.arange(len(counts))
    return found[rows, last] / np.maximum(np.cumsum(ranked, axis=1)[rows, last], 1)


def _estimate(value: Floats, resampled: Floats) -> Estimate:
    low, high = np.percentile(resampled, _TAILS)
    return Estimate(float(value[0]), float(low), float(high))
