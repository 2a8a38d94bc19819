"""Slips of the finger: the abusive word that an unknown word is one letter away from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from chatrooms.ml import lexicon

COMMON: Final = 40
"""A word that the training texts hold this often is one that people may have meant."""
_LENGTHS: Final = range(4, 33)
_UNMISTAKABLE: Final = frozenset(["fuck", "shit", "cunt", "dick", "twat", "slut"])


class Typos:
    """`counts`: how often each word stands in the training texts."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._near = self._neighbourhood()

    def mend(self, word: str) -> str | None:
        """The abusive word that this is one slip away from, unless a common word is as near."""
        if len(word) not in _LENGTHS:
            return None
        around = {target for form in _deletes(word) for target in self._near.get(form, ())}
        abusive = [w for w in around if w in lexicon.ABUSIVE and _is_one_slip(word, w)]
        if not abusive:
            return None
        best = max(abusive, key=lambda w: self._counts.get(w, 0))
        rival = max((self._counts.get(w, 0) for w in around - lexicon.ABUSIVE), default=0)
        return best if rival <= max(self._counts.get(best, 0), COMMON) else None

    def _neighbourhood(self) -> dict[str, list[str]]:
        """Source: symmetric deletes (Garbe 2012), distance one."""
        near: dict[str, list[str]] = defaultdict(list)
        targets = {w for w in lexicon.ABUSIVE if len(w) >= 4 and w not in lexicon.COMMON_LOOKING}
        common = {w for w, n in self._counts.items() if n >= COMMON and 4 <= len(w) <= 12}
        shapes = {form for target in targets for form in _deletes(target)}
        for target in sorted(targets | common):
            forms = set(_deletes(target))
            # A common word matters only where it competes with an abusive one.
            if target in targets or not shapes.isdisjoint(forms):
                for form in forms:
                    near[form].append(target)
        return dict(near)


def _deletes(word: str) -> Iterator[str]:
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def _is_one_slip(word: str, target: str) -> bool:
    """Whether one letter was added, left out, changed or swapped with its neighbour.

    Short targets allow less: too many words are near them.
    """
    if word == target:
        return False
    shorter = min(len(word), len(target))
    head = 0
    while head < shorter and word[head] == target[head]:
        head += 1
    tail = 0
    while tail < shorter - head and word[-1 - tail] == target[-1 - tail]:
        tail += 1
    changed, wanted = word[head : len(word) - tail], target[head : len(target) - tail]
    if len(changed) == len(wanted) == 2:
        return changed == wanted[::-1]
    if head == 0 or len(changed) > 1 or len(wanted) > 1:
        return False
    if len(target) <= 4 and target in _UNMISTAKABLE:
        return len(word) > len(target)
    if len(target) <= 4:
        return len(word) > len(target) and changed in (word[head - 1], *word[head + 1 : head + 2])
    if len(word) == 4 and wanted not in "aeiou":
        return False
    if len(target) == 5 and len(wanted) == len(changed) == 1:
        return all(letter in "aeiou" for letter in changed + wanted)
    return True
