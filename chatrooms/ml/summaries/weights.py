"""How much each feature counts: nine weights, learned once, in a file that says how."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chatrooms.ml.summaries.features import NAMES

WEIGHTS_FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Weights:
    """A linear score over features that have been brought to mean 0 and deviation 1."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    weight: NDArray[np.float64]

    def score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """How well each passage serves a summary, among its own conversation's passages: mean 0,
        deviation 1 (or 0 where all are alike).
        """
        values = ((rows - self.mean) / self.deviation) @ self.weight
        return (values - values.mean()) / (values.std() + 1e-9)


@cache
def shipped_weights() -> Weights:
    """The weights that come with the package."""
    columns = json.loads(WEIGHTS_FILE.read_text())["features"]
    return Weights(
        *(
            np.array([columns[name][key] for name in NAMES], dtype=np.float64)
            for key in ("mean", "deviation", "weight")
        )
    )
