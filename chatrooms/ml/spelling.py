"""Disguised spellings of single words: what an unknown word was most likely meant to be."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import product
from typing import Final

from chatrooms.ml import lexicon
from chatrooms.ml.run_together import RunTogether
from chatrooms.ml.typos import COMMON, Typos

MIN_KNOWN = 3
"""A word that the training texts hold this often is left as it is."""
_MAX_WORD = 40
"""Longer words are not compared with others."""
_MAX_READINGS = 8

_LEET: Final = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b",
    "9": "g", "@": "a", "$": "s", "!": "il", "|": "il", "+": "t", "(": "c", "<": "c", "#": "h",
}  # fmt: skip
_MASKS: Final = re.compile(r"[*#%_.\-?^~x@$&!]+")
_RUN: Final = re.compile(r"(.)\1+")
_LONG_RUN: Final = re.compile(r"(.)\1{2,}")
_VOWELS: Final = re.compile(r"[aeiou]+")


class Spelling:
    """Reads unknown words with the help of the words that the training texts hold.

    `counts`: how often each word stands in the training texts.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._by_skeleton = _skeletons()
        self._by_shape = _masked_shapes()
        self._typos = Typos(counts)
        self.run_together = RunTogether(counts)

    def knows(self, word: str) -> bool:
        """Whether the word is to be left alone."""
        return (
            self._counts.get(word, 0) >= MIN_KNOWN
            or word in lexicon.ABUSIVE
            or word in lexicon.HARMLESS
        )

    def is_common(self, word: str) -> bool:
        """Whether it is a word that stands by itself, and no half of another."""
        return self._counts.get(word, 0) >= 10 * COMMON

    def repair(self, word: str) -> str | None:
        """What an unknown word of letters and digits was meant to be; None if nobody knows."""
        if not 3 <= len(word) <= _MAX_WORD:
            return None
        firm = lexicon.FIRM_SPELLINGS.get(word)
        if firm is not None:
            return firm
        if not word.isalpha():
            return self.read_signs(word)
        return self._unstretch(word) or self._fill_vowels(word) or self._typos.mend(word)

    def read_signs(self, word: str) -> str | None:
        """What a word with digits or signs in the place of letters spells."""
        if len(word) > _MAX_WORD or not any("a" <= c <= "z" for c in word):
            return None
        choices = [_LEET.get(c, c if "a" <= c <= "z" else "") for c in word]
        if not all(choices) or math.prod(map(len, choices)) > _MAX_READINGS:
            return None
        readings = ["".join(letters) for letters in product(*choices)]
        letters = sum("a" <= c <= "z" for c in word)
        for reading in readings:
            for plain in (reading, self._unstretch(reading)):
                if plain is None:
                    continue
                if plain in lexicon.ABUSIVE and len(plain) > 2:
                    return plain
                if plain in lexicon.FIRM_SPELLINGS:
                    return lexicon.FIRM_SPELLINGS[plain]
        for reading in readings:
            is_word = len(reading) >= 4 and self._counts.get(reading, 0) >= COMMON
            if is_word and 2 * letters > len(word):
                return reading
        for reading in readings:
            mended = self._typos.mend(reading) or self._fill_vowels(reading)
            if mended is not None:
                return mended
        return None

    def unmask(self, word: str) -> str | None:
        """What a word with letters hidden behind stars, dashes and the like spells."""
        if len(word) > _MAX_WORD or not "a" <= word[0] <= "z":
            return None
        bare = word.rstrip("*#")
        if len(bare) > 2 and self.knows(bare):
            return None
        parts = _MASKS.split(word)
        hidden = [len(m.group()) for m in _MASKS.finditer(word)]
        if not hidden or not all(p.isalpha() or not p for p in parts):
            return None
        shown = sum(map(len, parts))
        if shown < 2 and (sum(hidden) < 3 or not set("*#") & set(word)):
            return None
        exact = "".join(
            re.escape(part) + ("." * hidden[i] if i < len(hidden) else "")
            for i, part in enumerate(parts)
        )
        found = self._fitting(word[0], re.compile(exact))
        if found is None and shown >= 2 and "*" in word:
            found = self._fitting(word[0], re.compile("[a-z]{1,3}".join(map(re.escape, parts))))
        return found

    def _fitting(self, first: str, shape: re.Pattern[str]) -> str | None:
        return next((w for w in self._by_shape.get(first, ()) if shape.fullmatch(w)), None)

    def is_abuse(self, word: str) -> bool:
        """Whether it is a word that people disguise, by itself and not by accident."""
        return word in lexicon.ABUSIVE and word not in lexicon.COMMON_LOOKING

    def plain_letters(self, text: str) -> str:
        """The text with digits and signs read as the letters they most often stand for."""
        return "".join(_LEET.get(c, c)[0] for c in text)

    def _unstretch(self, word: str) -> str | None:
        """The word with letters that were drawn out taken back."""
        if not _LONG_RUN.search(word):
            return None
        runs = [m.group() for m in _RUN.finditer(word)]
        if len(runs) > 5:
            return None
        pieces = _RUN.split(word)
        # re.split gives text, letter, text, letter, ..., text.
        forms: list[str] = []
        for lengths in product((2, 1), repeat=len(runs)):
            form = pieces[0]
            for i, length in enumerate(lengths):
                form += pieces[2 * i + 1] * length + pieces[2 * i + 2]
            forms.append(form)
        for form in forms:
            if form in lexicon.ABUSIVE or form in lexicon.FIRM_SPELLINGS:
                return lexicon.FIRM_SPELLINGS.get(form, form)
        best = max(forms, key=lambda form: self._counts.get(form, 0))
        return best if self._counts.get(best, 0) >= MIN_KNOWN else None

    def _fill_vowels(self, word: str) -> str | None:
        if _VOWELS.search(word):
            return None
        return self._by_skeleton.get(_RUN.sub(r"\1", word))


def _skeletons() -> dict[str, str]:
    skeletons: dict[str, str] = {}
    for word in (*lexicon.MASKED, *sorted(lexicon.ABUSIVE - lexicon.COMMON_LOOKING)):
        skeleton = _RUN.sub(r"\1", _VOWELS.sub("", word))
        if len(skeleton) >= 4 or (len(skeleton) == 3 and word in lexicon.MASKED[:12]):
            skeletons.setdefault(skeleton, word)
    return skeletons


def _masked_shapes() -> dict[str, list[str]]:
    shapes: dict[str, list[str]] = defaultdict(list)
    for word in dict.fromkeys((*lexicon.MASKED, *sorted(lexicon.ABUSIVE - lexicon.COMMON_LOOKING))):
        shapes[word[0]].append(word)
    return dict(shapes)
