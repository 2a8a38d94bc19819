"""What every embedder offers."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors of length 1; those of different embedders cannot be compared."""

    @property
    def name(self) -> str:
        """The word of the setting `EMBEDDINGS` that chooses it."""
        ...

    @property
    def key(self) -> str:
        """What names collections of its vectors: letters, digits, dots and dashes. Vectors of
        different keys cannot be compared."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text, its length 1, or 0 for a text in which there is nothing to see."""
        ...
