"""N-grams of many texts at once, as 64-bit hashes.

Source: polynomial rolling hashes (Karp and Rabin 1987) with the finalizer of SplitMix64.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Indexes = NDArray[np.int64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SHIFTS = (np.uint64(31), np.uint64(29))


def mix(values: Hashes) -> Hashes:
    """The values with every bit depending on every other."""
    values = (values ^ (values >> _SHIFTS[0])) * _FIRST
    return values ^ (values >> _SHIFTS[1])


def buckets(hashes: Hashes, bits: int) -> Indexes:
    """The hashes as numbers below `2 ** bits`."""
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


def distinct(keys: Indexes) -> Indexes:
    """The keys in order, each once. Faster than NumPy's own, which counts on a hash table."""
    keys.sort()
    is_first = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    return keys[is_first]


class Spelled:
    """The characters of words, each with a blank before and behind it."""

    def __init__(self, words: Sequence[str]) -> None:
        text = "".join(f" {word} " for word in words)
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        lengths = np.array([len(word) + 2 for word in words], dtype=np.int64)
        self._starts = np.cumsum(lengths) - lengths
        self._lengths = lengths
        self.owner = np.repeat(np.arange(len(words)), lengths)
        """For each character the index of its word."""
        self._codes = mix(codes.astype(np.uint64) + np.uint64(1))

    def word_hashes(self) -> Hashes:
        """One for each word."""
        if not len(self._lengths):
            return np.zeros(0, dtype=np.uint64)
        places = np.arange(len(self._codes)) - np.repeat(self._starts, self._lengths)
        powers = np.full(int(self._lengths.max()), _BASE, dtype=np.uint64)
        powers[0] = 1
        powers = np.multiply.accumulate(powers)
        return mix(np.add.reduceat(self._codes * powers[places], self._starts))

    def grams(self, sizes: Sequence[int]) -> Iterator[tuple[int, Indexes, Hashes]]:
        """Size, places of the first characters and hashes of all n-grams inside words."""
        rolling = self._codes.copy()
        for size in range(2, max(sizes) + 1):
            count = len(self._codes) - size + 1
            if count <= 0:
                return
            rolling = rolling[:count] * _BASE + self._codes[size - 1 :]
            if size in sizes:
                inside = np.flatnonzero(self.owner[:count] == self.owner[size - 1 :])
                yield size, inside, mix(rolling[inside] + np.uint64(size * 7919))

    def gram_text(self, words: Sequence[str], place: int, size: int) -> str:
        """The n-gram that begins at this place."""
        owner = int(self.owner[place])
        start = place - int(self._starts[owner])
        return f" {words[owner]} "[start : start + size]


def pattern_grams(hashes: Hashes, texts: Indexes, pattern: Sequence[int]) -> tuple[Indexes, Hashes]:
    """Places of the first token and hashes of the n-grams that take the tokens at these distances.

    `texts`: for each token the index of its text; an n-gram does not leave its text.
    """
    reach = pattern[-1]
    count = len(hashes) - reach
    if count <= 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    inside = np.flatnonzero(texts[:count] == texts[reach:])
    code = sum((distance + 1) << (4 * i) for i, distance in enumerate(pattern))
    combined = np.full(len(inside), code, dtype=np.uint64)
    for distance in pattern:
        combined = combined * _BASE + hashes[inside + distance]
    return inside, mix(combined)
