"""The rooms that suit a person, best first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from chatrooms.ml.embed.embedder import Vectors
from chatrooms.ml.recommend.interest import Weights
from chatrooms.ml.recommend.nearness import Nearness, fused

MOST_KNOWN = 50
"""Of more rooms that somebody knows, those that weigh most speak for the rest."""

_SHARPNESS = 3
_RELEVANCE = 0.9
_WEIGHED = 32

Scores = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Choice:
    """A chosen room by its place, its score, and the place of the known room that speaks for it
    most; None if no known room does."""

    room: int
    score: float
    because: int | None


def best_rooms(
    vectors: Vectors,
    shared: csr_array,
    known: Places,
    weights: Weights,
    candidates: Places,
    count: int,
    *,
    prior: Scores | None = None,
) -> list[Choice]:
    """The `count` candidates that suit a person best, each weighed against those before it.

    Args:
        vectors: of all rooms, centred, shape (rooms, width).
        shared: `nearness.covisits` of the same rooms.
        known: places of the rooms that the person knows; weights of them, 0 or more.
        candidates: places of the rooms that may be chosen.
        prior: of each candidate, 0 to 1: decides between those that suit equally, so a person of
            whom nothing is known gets the highest.
    """
    if len(known) > MOST_KNOWN:
        most = np.argsort(-weights, kind="stable")[:MOST_KNOWN]
        known, weights = known[most], weights[most]
    nearness = _nearness(vectors, shared, known, candidates)
    scores = suits(nearness, weights)
    # So small that it never comes before a difference that was measured.
    ranked = scores + 1e-6 * (prior if prior is not None else 0)
    near = np.argsort(-ranked, kind="stable")[: max(_WEIGHED, count)]
    around = candidates[near]
    chosen = near[varied(ranked[near], _nearness(vectors, shared, around, around), count)]
    reasons = (_because(nearness, weights, place) for place in chosen)
    return [
        Choice(
            int(candidates[place]), float(scores[place]), None if why is None else int(known[why])
        )
        for place, why in zip(chosen, reasons, strict=True)
    ]


def suits(nearness: Nearness, weights: Weights) -> Scores:
    """How well each candidate suits who cares this much for the known rooms.

    A candidate is measured by the known rooms next to it and not by a mean of all of them: who has
    two interests is not sent to what lies between them.

    Args: nearness, shape (known, candidates); weights of the known, 0 or more.
    Returns: one number per candidate, from 0 up.
    """
    total = weights.sum()
    if total <= 0:
        return np.zeros(nearness.shape[1])
    return ((weights / total) @ nearness.astype(float) ** _SHARPNESS) ** (1 / _SHARPNESS)


def varied(scores: Scores, alike: Nearness, count: int) -> list[int]:
    """The places of `count` candidates, best first, each weighed against those before it.

    Args: scores of the candidates; alike, shape (candidates, candidates).
    Source: maximal marginal relevance (Carbonell and Goldstein, 1998).
    """
    relevance = scores / (float(scores.max(initial=0.0)) or 1.0)
    alike = alike / (float(alike.max(initial=0.0)) or 1.0)
    nearest = np.zeros(len(scores))
    left = np.ones(len(scores), dtype=bool)
    chosen: list[int] = []
    for _ in range(min(count, len(scores))):
        marginal = _RELEVANCE * relevance - (1 - _RELEVANCE) * nearest
        place = int(np.argmax(np.where(left, marginal, -np.inf)))
        chosen.append(place)
        left[place] = False
        nearest = np.maximum(nearest, alike[place])
    return chosen


def _nearness(vectors: Vectors, shared: csr_array, known: Places, others: Places) -> Nearness:
    by_people = np.asarray(shared[known][:, others].toarray(), dtype=np.float32)
    near = fused(vectors[known] @ vectors[others].T, by_people)
    near[known[:, None] == others[None, :]] = 0
    return near


def _because(nearness: Nearness, weights: Weights, place: int) -> int | None:
    parts = weights * nearness[:, place].astype(float) ** _SHARPNESS
    return int(np.argmax(parts)) if parts.sum() > 0 else None
