"""Characters as a reader sees them: look-alikes folded, the invisible left out.

Source: Unicode Technical Standard 39 (confusables), a selection for letters that pass for Latin.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_PAIRS = (
    # Cyrillic
    "аa вb еe кk мm нh оo рp сc тt уy хx іi јj ѕs ԁd ԛq ԝw һh ӏl ґr зz ёe"
    # Greek
    " αa βb γy εe ηn ιi κk νv οo ρp τt υu χx ωw σo ςs δd"
    # Armenian, Hebrew, Cherokee and Georgian letters that pass for Latin
    " օo ոn սu հh ցg քp ѵv"
    # Latin letters of other alphabets that have no decomposition
    " ıi øo đd łl ħh ŧt ɑa ɡg ʀr ɩi ſs ƒf ƅb ɓb ƈc ɖd ɗd ɠg ƙk ɱm ɲn ƥp ʂs ƭt ʋv ʐz ʙb ɢg ʜh ɪi ʟl"
    " ɴn ʏy ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜰf ꜱs ǝe ɐa ɔc ɘe ɟf ɥh ɯm ɹr ʇt ʌv ʍw ʎy"
)
LOOKALIKES = {pair[0]: pair[1] for pair in _PAIRS.split()}
"""Lower-case letter -> the Latin letter that it passes for."""

_SIGNS = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "´": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "„": '"',
    "–": "-",
    "—": "-",
    "‐": "-",
    "−": "-",
    "©": "c",
    "®": "r",
    "ℹ": "i",
    "€": "e",
    "£": "l",
    "¢": "c",
    "¥": "y",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "×": "x",
    "\u2800": " ",
    "\u3164": "",
    "\u115f": "",
    "\u1160": "",
    "\uffa0": "",
    "·": ".",
    "•": ".",
}
_BLANKS = re.compile(r"(\s+)")
_LETTER_BLOCKS = (0x1F130, 0x1F150, 0x1F170)
"""Squared, negative circled and negative squared capital letters, 26 in a row each."""
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


@dataclass(frozen=True, slots=True)
class Clean:
    """A text as it reads, and where each of its characters stood in the original."""

    text: str
    places: Sequence[int] | None
    """For each character of `text` its index in the original; None: the same index."""
    length: int
    """Of the original."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that `text[start:end]` came from; `start < end`."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def clean(text: str) -> Clean:
    """The text in lower case, with compatibility forms, accents, look-alikes and the invisible
    folded away. Takes time linear in its length.
    """
    if text.isascii():
        return Clean(text.lower(), None, len(text))
    seen = [_as_seen(character) for character in text]
    places = [place for place, part in enumerate(seen) for _ in part]
    return Clean(_fold_lookalikes("".join(seen)), places, len(text))


def clean_text(text: str) -> str:
    """`clean(text).text`, faster."""
    return text.lower() if text.isascii() else _fold_lookalikes("".join(map(_as_seen, text)))


@lru_cache(maxsize=8192)
def _as_seen(character: str) -> str:
    if character < "\x80":
        return character.lower()
    sign = _SIGNS.get(character)
    if sign is not None:
        return sign
    code = ord(character)
    if code in _VARIATION_SELECTORS:
        return ""
    for first in _LETTER_BLOCKS:
        if first <= code < first + 26:
            return chr(ord("a") + code - first)
    plain = unicodedata.normalize("NFKD", character).lower()
    kept = (part for part in plain if unicodedata.category(part) not in ("Mn", "Me", "Cf"))
    return "".join(_SIGNS.get(part, part) for part in kept)


def _fold_lookalikes(text: str) -> str:
    """The text with letters that pass for Latin turned into Latin, word by word, where it is Latin.

    A word with a letter that passes for nothing is a word of another alphabet and stays. The length
    stays the same.
    """
    foreign = [c for c in text if c > "\x7f" and c.isalpha()]
    if LOOKALIKES.keys().isdisjoint(foreign):
        return text
    latin = sum("a" <= c <= "z" for c in text)
    is_latin_text = latin >= len(foreign)
    return "".join(_fold_word(word, is_latin_text=is_latin_text) for word in _BLANKS.split(text))


def _fold_word(word: str, *, is_latin_text: bool) -> str:
    if word.isascii():
        return word
    if not is_latin_text and not any("a" <= c <= "z" for c in word):
        return word
    if any(c > "\x7f" and c.isalpha() and c not in LOOKALIKES for c in word):
        return word
    return "".join(LOOKALIKES.get(c, c) for c in word)
