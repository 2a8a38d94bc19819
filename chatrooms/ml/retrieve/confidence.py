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
_UNKNOWN = 2.0
"""What the voice of what the room never names counts next to the others with 1 each."""
_SLOPE = 0.35
"""Platt scaling (1999) of the sum of voices, as if every second question could be answered."""
SURE = 0.55
"""From this confidence on an answer needs no warning."""
DOUBTFUL = 0.3
"""Below this confidence nothing is worth quoting."""


@dataclass(frozen=True, slots=True)
class Background:
    """How near a question is to a sample of the room's messages."""

    meaning: Scores
    """Their cosines with the question."""
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

    Three voices: how much of what is asked about one message near the best names, how far the
    nearest in meaning stands out of the room, and how much of it the room never names. A plain
    similarity tells little: a room about one thing is near to every question about that thing.
    """
    covered = max(
        float(ranking.covered[max(0, place - _BEFORE) : place + _AFTER + 1].max())
        for place in best[:_LOOKED_AT]
    )
    room = background or Background(ranking.meaning, len(ranking.meaning))
    nearest_by = _standing(ranking.meaning, room.meaning, room.size, calibration.meaning)
    voices = (
        calibration.covered.voice(covered)
        + calibration.nearest.voice(nearest_by)
        - _UNKNOWN * calibration.unknown.voice(_unknown(ranking, room.size, calibration))
    )
    return float(1 / (1 + np.exp(-_SLOPE * voices)))


def _unknown(ranking: Ranking, size: int, calibration: Calibration) -> float:
    """The share of what is asked about that the room never names. In a room of a few messages that
    tells little, so that the usual one is added as if it had that many more."""
    usual = calibration.unknown.mean
    return usual + (ranking.unknown - usual) * size / (size + _BACKGROUND)


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
