"""Words that were run together."""

import math
from collections.abc import Mapping
from typing import Final

from chatrooms.ml import lexicon
from chatrooms.ml.typos import COMMON

_MAX_PART: Final = 16
_LETTERS_ALONE: Final = frozenset("aiu")
_STRAY: Final = 14.0
"""Price of a letter that belongs to no word, as a negative log probability."""


class RunTogether:
    """`counts`: how often each word stands in the training texts."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._total = math.log(sum(counts.values()) + 1)

    def split(self, letters: str, *, is_open: bool = False) -> list[str] | None:
        """The words that were run together; None if it does not look so.

        `is_open`: it is known that they were (a hashtag, spaced letters), so harmless ones count.
        """
        parts = self._cheapest_parts(letters, stray=_STRAY if is_open else math.inf)
        if parts is None or (len(parts) < 2 and not is_open):
            return None
        if is_open:
            words = [part for part in parts if len(part) > 1 or part in _LETTERS_ALONE]
            is_text = sum(map(len, words)) >= max(0.75 * len(letters), 2 * len(words))
            return parts if is_text else None
        if any(len(part) < 2 and part not in _LETTERS_ALONE for part in parts):
            return None
        if len(letters) < 3 * len(parts):
            return None
        has_abuse = any(
            p in lexicon.ABUSIVE and p not in lexicon.COMMON_LOOKING and len(p) > 3 for p in parts
        )
        is_threat = "kill" in parts and bool({"yourself", "urself", "you"} & set(parts))
        return parts if has_abuse or is_threat else None

    def _cheapest_parts(self, letters: str, *, stray: float) -> list[str] | None:
        """`stray`: the price of a letter that belongs to no word.

        Source: Viterbi over a unigram model of words.
        """
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(letters) + 1):
            best.append(
                min(
                    (best[start][0] + self._price(letters[start:end], stray), start)
                    for start in range(max(0, end - _MAX_PART), end)
                )
            )
        if best[-1][0] == math.inf:
            return None
        parts: list[str] = []
        end = len(letters)
        while end:
            start = best[end][1]
            parts.append(letters[start:end])
            end = start
        return parts[::-1]

    def _price(self, part: str, stray: float) -> float:
        if len(part) == 1 and part not in _LETTERS_ALONE:
            return stray
        count = self._counts.get(part, 0)
        if part in lexicon.ABUSIVE:
            count = max(count, COMMON)
        if count < COMMON:
            return math.inf
        return self._total - math.log(count)
