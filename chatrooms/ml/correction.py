"""A small correction that one room's decisions put on top of the shared model.

Weights of hashed n-grams of one and two tokens, as the shared model reads them, and a shift: added
to the shared model's logit before calibration. It holds no text, and means something only together
with the model that it was learnt on.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from chatrooms.ml.hashing import Indexes, distinct

Floats = NDArray[np.float64]

PATTERNS: Final = ((0,), (0, 1))
BITS: Final = 21
MAX_GRAMS: Final = 2_000
"""With two numbers each, a correction takes some tens of kilobytes at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What one room's moderators decide otherwise than the shared model would."""

    version: str
    model: str
    """Version of the shared model that it belongs to."""
    shift: float
    """Added to every logit."""
    buckets: Indexes
    """Of the n-grams that it knows, in ascending order."""
    weights: Floats

    def added(self, texts: Indexes, found: Indexes, count: int) -> Floats:
        """What it adds to the logits of so many texts.

        `texts` and `found`: in pairs, the index of a text and the bucket of an n-gram in it;
        repetitions count once. Weights are divided by the root of the number of known n-grams.
        """
        keys = distinct((texts << BITS) | found)
        owners, held = keys >> BITS, keys & ((1 << BITS) - 1)
        at = np.searchsorted(self.buckets, held)
        at[at == len(self.buckets)] = 0
        known = self.buckets[at] == held if len(self.buckets) else np.zeros(len(held), np.bool_)
        owners, at = owners[known], at[known]
        sums = np.bincount(owners, self.weights[at], count)
        return self.shift + sums / np.sqrt(np.maximum(np.bincount(owners, minlength=count), 1))

    def weight(self, bucket: int) -> float | None:
        """The weight of an n-gram before it is divided; None if the correction does not know it."""
        at = int(np.searchsorted(self.buckets, bucket))
        is_known = at < len(self.buckets) and int(self.buckets[at]) == bucket
        return float(self.weights[at]) if is_known else None

    def stored(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {
            "shift": self.shift,
            "buckets": self.buckets.tolist(),
            "weights": [round(weight, 5) for weight in self.weights.tolist()],
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any], *, version: str, model: str) -> Self:
        """The correction again. Raises: ValueError if these are not the numbers of one."""
        try:
            buckets = np.array(stored["buckets"], dtype=np.int64)
            weights = np.array(stored["weights"], dtype=np.float64)
            shift = float(stored["shift"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("This is no correction.") from error
        is_whole = buckets.shape == weights.shape and buckets.ndim == 1
        if not is_whole or not np.isfinite(weights).all() or not math.isfinite(shift):
            raise ValueError("This is no correction.")
        return cls(version, model, shift, buckets, weights)
