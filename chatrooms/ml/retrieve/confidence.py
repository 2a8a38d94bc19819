"""Whether a history holds an answer at all."""

from collections.abc import Sequence

import numpy as np

from chatrooms.ml.retrieve.calibration import Calibration, Usual
from chatrooms.ml.retrieve.history import Ranking
from chatrooms.ml.retrieve.signals import Scores

_LOOKED_AT = 5
_BEFORE, _AFTER = 4, 2
_BACKGROUND = 100
_SLOPE, _OFFSET = 0.6, 0.45
"""Platt scaling (1999) of the sum of voices, as if every second question could be answered. Both
embedders gave the same."""


def confidence(ranking: Ranking, best: Sequence[int], calibration: Calibration) -> float:
    """How likely one of the best messages answers the question, from 0 to 1.

    Three equal voices: whether what is asked about is named near one of the best, how far the best
    stands out of the room, and how far the nearest in meaning does. A plain similarity tells
    little: a room about one thing is near to every question about that thing.
    """
    covered = max(
        float(ranking.covered[max(0, place - _BEFORE) : place + _AFTER + 1].max())
        for place in best[:_LOOKED_AT]
    )
    voices = (
        calibration.covered.voice(covered)
        + calibration.best.voice(_standing(ranking.scores, calibration.scores))
        + calibration.nearest.voice(_standing(ranking.meaning, calibration.meaning))
    )
    return float(1 / (1 + np.exp(-_SLOPE * voices - _OFFSET)))


def _standing(values: Scores, usual: Usual) -> float:
    """How many standard deviations the largest is above the mean.

    A room of a few messages has no spread worth the name, so that the usual ones are added as if
    it had that many more.
    """
    count = len(values) + _BACKGROUND
    mean = (float(values.sum()) + _BACKGROUND * usual.mean) / count
    own = float(((values - mean) ** 2).sum())
    background = _BACKGROUND * (usual.spread**2 + (mean - usual.mean) ** 2)
    return (float(values.max()) - mean) / ((own + background) / count) ** 0.5
