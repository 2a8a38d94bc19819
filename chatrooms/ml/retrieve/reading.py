"""Texts taken apart as far as no question is needed, and kept, because rooms are asked often."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chatrooms.ml.retrieve.wording import asking, stems

_MAX_CHARS = 4_000
_KEPT_TEXTS = 8_192
"""About 3 KB each."""
_KEPT_WORDS = 32_768
_SIZES = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class Read:
    """A text as ranking reads it."""

    stems: Counter[str]
    words: int
    asks: float
    grams: NDArray[np.int64]
    """Its character n-grams within words, each once, in ascending order of their hash."""
    times: NDArray[np.float64]
    """How often each is in it: 1 plus the logarithm."""


@lru_cache(maxsize=_KEPT_TEXTS)
def read(text: str) -> Read:
    """The text taken apart. Hashes are those of this process."""
    text = text[:_MAX_CHARS]
    found = stems(text)
    grams = [gram for word in text.lower().split() for gram in _grams(word)]
    values, counts = np.unique(np.array(grams, dtype=np.int64), return_counts=True)
    return Read(Counter(found), len(found), asking(text), values, 1 + np.log(counts))


@lru_cache(maxsize=_KEPT_WORDS)
def _grams(word: str) -> tuple[int, ...]:
    padded = f" {word} "
    grams: list[int] = []
    for size in _SIZES:
        grams += [hash(padded[at : at + size]) for at in range(max(1, len(padded) - size + 1))]
        if len(padded) <= size:
            break
    return tuple(grams)
