"""Disguised spellings for training: what people do to words that a filter knows."""

import random
import re
from collections.abc import Callable
from typing import Final

from chatrooms.ml import lexicon
from chatrooms.ml.wordlist import words

_WORD: Final = re.compile(r"[A-Za-z]{3,}")
_LEET: Final = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1", "b": "8"}
_CYRILLIC: Final = {pair[0]: pair[1] for pair in words("aа cс eе oо pр xх yу iі kк sѕ")}
_NEIGHBOURS: Final = {
    pair[0]: pair[1]
    for pair in words(
        "qw we er rt ty yu ui io op po as sd df fg gh hj jk kl lk zx xc cv vb bn nm mn"
    )
}
_VOWELS: Final = "aeiou"


def disguise(text: str, chance: random.Random) -> str:
    """The text with some of its words, abusive ones first, spelled differently."""
    found = list(_WORD.finditer(text))
    if not found:
        return text
    told = [word for word in found if word.group().lower() in lexicon.ABUSIVE]
    count = min(len(found), chance.choice((1, 1, 2, 3)))
    chosen = told[:3] or chance.sample(found, count)
    way = chance.choice(_WAYS)
    for word in sorted(chosen, key=lambda match: -match.start()):
        text = text[: word.start()] + way(word.group(), chance) + text[word.end() :]
    return text


def has_telling_word(text: str) -> bool:
    """Whether the text holds a word that people disguise."""
    return any(word.lower() in lexicon.ABUSIVE for word in _WORD.findall(text))


def _leet(word: str, chance: random.Random) -> str:
    return "".join(
        chance.choice(_LEET[c]) if c in _LEET and chance.random() < 0.6 else c for c in word.lower()
    )


def _mask(word: str, chance: random.Random) -> str:
    hidden = {i for i in range(1, len(word)) if word[i] in _VOWELS} or {1}
    kept = chance.choice(sorted(hidden))
    return "".join(
        "*" if i == kept or (i in hidden and i > kept) else c for i, c in enumerate(word)
    )


def _space(word: str, chance: random.Random) -> str:
    return chance.choice((" ", " ", ".", "-", "_", "*")).join(word)


def _stretch(word: str, chance: random.Random) -> str:
    i = chance.randrange(1, len(word))
    return word[:i] + word[i] * chance.randint(2, 6) + word[i + 1 :]


def _swap(word: str, chance: random.Random) -> str:
    i = chance.randrange(1, len(word) - 1)
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _drop(word: str, chance: random.Random) -> str:
    i = chance.randrange(1, len(word))
    return word[:i] + word[i + 1 :]


def _drop_vowels(word: str, chance: random.Random) -> str:
    bare = word[0] + "".join(c for c in word[1:] if c.lower() not in _VOWELS)
    return bare if len(bare) >= 3 else _drop(word, chance)


def _double(word: str, chance: random.Random) -> str:
    i = chance.randrange(len(word))
    return word[: i + 1] + word[i:]


def _mistype(word: str, chance: random.Random) -> str:
    i = chance.randrange(1, len(word))
    return word[:i] + _NEIGHBOURS.get(word[i].lower(), word[i]) + word[i + 1 :]


def _look_alike(word: str, chance: random.Random) -> str:
    return "".join(_CYRILLIC.get(c, c) if chance.random() < 0.7 else c for c in word.lower())


def _hide(word: str, chance: random.Random) -> str:
    return chance.choice("\u200b\u200d\u2060\u00ad").join(word)


def _tear(word: str, chance: random.Random) -> str:
    i = chance.randrange(1, len(word))
    return word[:i] + chance.choice((" ", "-", ".")) + word[i:]


_WAYS: Final[tuple[Callable[[str, random.Random], str], ...]] = (
    _leet,
    _leet,
    _mask,
    _mask,
    _space,
    _stretch,
    _swap,
    _drop,
    _drop_vowels,
    _double,
    _mistype,
    _look_alike,
    _hide,
    _tear,
)
