"""How much a person cares for the rooms where they spent time."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

BOUNCE_S = 45.0
"""Who stayed for less in all has most likely looked in and gone."""

HALF_LIFE_DAYS = 30.0

Weights = NDArray[np.float64]


def interest(seconds: ArrayLike, age_days: ArrayLike = 0.0) -> Weights:
    """What time in a room weighs. It grows with the logarithm, so that one room in which a tab
    stays open does not outweigh everything else. A glance counts for next to nothing beside rooms
    where somebody stayed, and is what there is to go by where somebody stayed nowhere.

    Args: seconds in the room and days since the last of them, of the same shape.
    Returns: as many numbers, 0 or more. Time counts for half after `HALF_LIFE_DAYS`.
    Source: dwell time as implicit feedback (Yi et al., Beyond Clicks, 2014).
    """
    decay = 0.5 ** (np.maximum(np.asarray(age_days, dtype=float), 0) / HALF_LIFE_DAYS)
    stays = np.maximum(np.asarray(seconds, dtype=float), 0) / BOUNCE_S
    return np.log1p(stays**4) * decay


def stayed(seconds: ArrayLike) -> NDArray[np.bool_]:
    """Where the time is enough to say that somebody goes there."""
    return np.asarray(seconds, dtype=float) >= BOUNCE_S
