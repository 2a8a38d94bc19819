"""Whether a history holds an answer at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatrooms.ml.retrieve.calibration import Calibration, Usual
from chatrooms.ml.retrieve.combining import Scores
from chatrooms.ml.retrieve.history import Ranking

_LOOKED_AT = 5
_BEFORE, _AFTER = 4, 2
_BACKGROUND = 100
_SLOPE, _OFFSET = 0.6, 0.45
"""Platt scaling (1999) of the sum of voices, as if every second question could be answered. Both
embedders gave the same."""


@dataclass(frozen=True, slots=True)
class Background:
    """What the signals say about a sample of the room's messages."""

    scores: Scores
    meaning: Scores
    size: int
    """How many messages the room has."""


def confidence(
    ranking: Ranking,
    best: Sequence[int],
    calibration: Calibration,
    background: Background | None = None,
) -> float:
    """How likely one of the best messages answers the question, from 0 to 1.

    `background`: by what to measure where the ranking is of some messages of a room, chosen for
    this question.

    Three equal voices: whether what is asked about is named near one of the best, how far the best
    stands out of the room, and how far the nearest in meaning does. A plain similarity tells
    little: a room about one thing is near to every question about that thing.
    """
    covered = max(
        float(ranking.covered[max(0, place - _BEFORE) : place + _AFTER + 1].max())
        for place in best[:_LOOKED_AT]
    )
    room = background or Background(ranking.scores, ranking.meaning, len(ranking.scores))
    best_by = _standing(ranking.scores, room.scores, room.size, calibration.scores)
    nearest_by = _standing(ranking.meaning, room.meaning, room.size, calibration.meaning)
    voices = (
        calibration.covered.voice(covered)
        + calibration.best.voice(best_by)
        + calibration.nearest.voice(nearest_by)
    )
    return float(1 / (1 + np.exp(-_SLOPE * voices - _OFFSET)))


def _standing(values: Scores, sample: Scores, size: int, usual: Usual) -> float:
    """How many standard deviations the largest is above the mean of the room.

    A room of a few messages has no spread worth the name, so that the usual ones are added as if
    it had that many more.
    """
    if not len(sample):
        return (float(values.max()) - usual.mean) / usual.spread
    count = size + _BACKGROUND
    mean = (size * float(sample.mean()) + _BACKGROUND * usual.mean) / count
    own = size * float(((sample - mean) ** 2).mean())
    background = _BACKGROUND * (usual.spread**2 + (mean - usual.mean) ** 2)
    return (float(values.max()) - mean) / ((own + background) / count) ** 0.5
