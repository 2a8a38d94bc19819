"""The rooms that suit a person, best first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from chatrooms.ml.embed.embedder import Vectors
from chatrooms.ml.recommend.interest import Weights
from chatrooms.ml.recommend.nearness import Nearness, add_people, by_people

MOST_KNOWN = 50
"""Of more rooms that somebody knows, those that weigh most speak for the rest."""

_RELEVANCE = 0.9
_WEIGHED = 32

Scores = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Space:
    """Rooms and how near they are to each other."""

    vectors: Vectors
    """Centred, shape (rooms, width)."""
    shared: csr_array
    """`nearness.covisits` of the same rooms."""

    def nearness(self, known: Places, others: Places | None = None) -> Nearness:
        """How near rooms are to others, or to all: shape (known, others). None is near itself."""
        if others is not None:
            return self._among(known, others)
        near = self.vectors[known] @ self.vectors.T
        add_people(near, self.shared[known])
        near[np.arange(len(known)), known] = 0
        return near

    def parts(self, one: int, other: int) -> tuple[float, float]:
        """What two rooms are near by: what they are about, and who goes there."""
        by_text = max(float(self.vectors[one] @ self.vectors[other]), 0.0)
        return by_text, by_people(float(self.shared[one, other]))

    def _among(self, known: Places, others: Places) -> Nearness:
        near = self.vectors[known] @ self.vectors[others].T
        add_people(near, self.shared[known][:, others])
        near[known[:, None] == others[None, :]] = 0
        return near


@dataclass(frozen=True)
class Choice:
    """A chosen room by its place, its score, and the row of the nearness that speaks for it most;
    None if none does."""

    room: int
    score: float
    because: int | None


def strongest(known: Places, weights: Weights) -> tuple[Places, Weights]:
    """The rooms that weigh most, if somebody knows very many."""
    most = np.argsort(-weights, kind="stable")[:MOST_KNOWN]
    return known[most], weights[most]


def best_rooms(
    space: Space,
    nearness: Nearness,
    weights: Weights,
    candidates: Places,
    count: int,
    *,
    prior: Scores | None = None,
) -> list[Choice]:
    """The `count` candidates that suit a person best, each weighed against those before it.

    Args:
        nearness: of what the person cares for to all rooms, shape (known, rooms).
        weights: how much the person cares for each, 0 or more.
        candidates: places of the rooms that may be chosen.
        prior: of each room, 0 to 1: decides between those that suit equally, so a person of whom
            nothing is known gets the highest.
    """
    scores = suits(nearness, weights)[candidates]
    # So small that it never comes before a difference that was measured.
    ranked = scores if prior is None else scores + 1e-6 * prior[candidates]
    near = _highest(ranked, max(_WEIGHED, count))
    around = candidates[near]
    chosen = near[varied(ranked[near], space.nearness(around, around), count)]
    return [
        Choice(
            int(candidates[place]),
            float(scores[place]),
            _because(nearness[:, candidates[place]], weights),
        )
        for place in chosen
    ]


def _highest(scores: Scores, count: int) -> Places:
    """The places of the `count` highest scores, highest first; of many only those are sorted."""
    if len(scores) <= 4 * count:
        return np.argsort(-scores, kind="stable")[:count]
    some = np.argpartition(-scores, count)[:count]
    return some[np.argsort(-scores[some], kind="stable")]


def suits(nearness: Nearness, weights: Weights) -> Scores:
    """How well each room suits who cares this much for the known ones.

    A room is measured by the known rooms next to it and not by a mean of all of them: who has two
    interests is not sent to what lies between them. Hence the cubes.

    Args: nearness, shape (known, rooms); weights of the known, 0 or more.
    Returns: one number per room, from 0 up.
    """
    total = weights.sum()
    if total <= 0:
        return np.zeros(nearness.shape[1])
    share = (weights / total).astype(np.float32)
    return np.cbrt((share @ (nearness * nearness * nearness)).astype(float))


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


def _because(column: Nearness, weights: Weights) -> int | None:
    parts = weights * column.astype(float) ** 3
    return int(np.argmax(parts)) if parts.sum() > 0 else None
