"""Finding words and phrases in a text, however they are spelled. Pure, linear in the text.

A text has several readings: its words as they stand, with signs between letters left out
("f.o.o"), with single letters joined ("f o o"), and whatever else the caller adds.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

Places = tuple[tuple[int, int], ...]

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_CHUNK: Final = re.compile(r"\S+")
_OUTSIDE: Final = ".,;:?!\"'()[]{}<>~*_\u2026-/\\"
_LONG_RUN: Final = re.compile(r"(.)\1{2,}")
_SIGNS: Final = {"@": "a", "$": "s", "!": "i", "|": "i", "+": "t"}
_DIGITS: Final = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_AS_I: Final = str.maketrans(_DIGITS)
_AS_L: Final = str.maketrans({**_DIGITS, "1": "l"})
_MIN_SPELLED = 3


class Token(NamedTuple):
    """A word and the part of the text that it stands for."""

    text: str
    start: int
    end: int


class Reading(NamedTuple):
    """One way to read a text."""

    tokens: Sequence[Token]
    spelled: Sequence[Sequence[Token]] = ()
    """Runs of single letters."""


Readings = tuple[Reading, ...]


def read(seen: str, span: Callable[[int, int], tuple[int, int]]) -> Readings:
    """The readings of a text. `seen` is it in lower case with look-alikes folded; `span` gives the
    part of the original that a part of `seen` came from."""

    def placed(text: str, start: int, end: int) -> Token:
        return Token(text, *span(start, end))

    words = [placed(match.group(), *match.span()) for match in _WORD.finditer(seen)]
    readings = [Reading(words, _spelled(words))]
    joined = [_without_signs(match) for match in _CHUNK.finditer(seen)]
    if any(len(text) != end - start or not text.isalpha() for text, start, end in joined):
        readings.append(Reading([placed(*each) for each in joined if each[0]]))
    return tuple(readings)


def _without_signs(match: re.Match[str]) -> tuple[str, int, int]:
    chunk = match.group()
    start = len(chunk) - len(chunk.lstrip(_OUTSIDE))
    core = chunk.strip(_OUTSIDE)
    word = "".join(_SIGNS.get(char, char) for char in core)
    letters = "".join(char for char in word if char.isalnum() or char == "'")
    return letters, match.start() + start, match.start() + start + len(core)


def _spelled(words: Sequence[Token]) -> list[list[Token]]:
    runs: list[list[Token]] = [[]]
    for word in words:
        if len(word.text) == 1:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) >= _MIN_SPELLED]


@lru_cache(maxsize=8192)
def _spellings(word: str) -> frozenset[str]:
    """What a word may stand for: repeated letters once or twice, digits as letters."""
    found = {word}
    if _LONG_RUN.search(word):
        found |= {_LONG_RUN.sub(r"\1", word), _LONG_RUN.sub(r"\1\1", word)}
    if not word.isalpha() and not word.isdigit():
        found |= {each.translate(table) for each in tuple(found) for table in (_AS_I, _AS_L)}
    return frozenset(found)


class Phrases:
    """Words and phrases to look for. One that ends in `*` also fits longer words."""

    def __init__(self, typed: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], bool]]] = {}
        self._prefixes: list[str] = []
        self._whole: list[str] = []
        for each in typed:
            words = tuple(_WORD.findall(each))
            if not words:
                continue
            is_open = each.rstrip().endswith("*")
            if is_open and len(words) == 1:
                self._prefixes.append(words[0])
            else:
                self._by_first.setdefault(words[0], []).append((words, is_open))
            joined = "".join(words)
            if joined.isalnum() and len(joined) >= _MIN_SPELLED:
                self._whole.append(joined)

    def find(self, readings: Readings) -> Places:
        """Where they stand in the text, in order."""
        found: set[tuple[int, int]] = set()
        for reading in readings:
            spellings = [_spellings(token.text) for token in reading.tokens]
            for at in range(len(spellings)):
                end = self._end(spellings, at)
                if end:
                    found.add((reading.tokens[at].start, reading.tokens[end - 1].end))
            for run in reading.spelled:
                found.update(self._in_run(run))
        return tuple(sorted(found))

    def _end(self, spellings: Sequence[frozenset[str]], at: int) -> int:
        """The index after the phrase that begins at a word; 0 if none does."""
        here = spellings[at]
        if self._prefixes and any(s.startswith(p) for s in here for p in self._prefixes):
            return at + 1
        for spelling in here:
            for words, is_open in self._by_first.get(spelling, ()):
                if _goes_on(words, spellings[at : at + len(words)], is_open=is_open):
                    return at + len(words)
        return 0

    def _in_run(self, run: Sequence[Token]) -> Iterable[tuple[int, int]]:
        text = "".join(token.text for token in run)
        for table in (_AS_I, _AS_L):
            for word in self._whole:
                at = text.translate(table).find(word)
                if at >= 0:
                    yield run[at].start, run[at + len(word) - 1].end


def _goes_on(words: Sequence[str], spellings: Sequence[frozenset[str]], *, is_open: bool) -> bool:
    if len(spellings) < len(words):
        return False
    *inner, last = zip(words, spellings, strict=True)
    if not all(word in here for word, here in inner):
        return False
    word, here = last
    return word in here or (is_open and any(each.startswith(word) for each in here))
