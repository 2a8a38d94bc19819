"""A second way of disguising text, for measuring only.

Shares no table and no code with `disguise`, from which the model learns, nor with the normaliser.
"""

import random
import re
from typing import Final

from chatrooms.ml import lexicon
from chatrooms.ml.wordlist import words as listed

_FULL_WIDTH: Final = {chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)}
_MATH: Final = {chr(97 + i): chr(0x1D41A + i) for i in range(26)}
_CIRCLED: Final = {chr(97 + i): chr(0x24D0 + i) for i in range(26)}
_GREEK: Final = {pair[0]: pair[1] for pair in listed("aα eε iι kκ nη oο pρ tτ uυ vν xχ yγ")}
_SMALL_CAPITALS: Final = {
    pair[0]: pair[1] for pair in listed("aᴀ bʙ cᴄ dᴅ eᴇ gɢ iɪ kᴋ lʟ mᴍ nɴ oᴏ pᴘ tᴛ uᴜ vᴠ zᴢ")
}
_NUMBERS: Final = {
    "a": "4",
    "e": "3",
    "g": "9",
    "i": "1",
    "l": "|",
    "o": "0",
    "s": "$",
    "t": "+",
    "z": "2",
}
_BY_EAR: Final = (
    ("ck", "k"),
    ("ph", "f"),
    ("uck", "uq"),
    ("er", "a"),
    ("ing", "in"),
    ("y", "ie"),
    ("c", "k"),
    ("s", "z"),
)
_ACCENTS: Final = {"a": "ä", "e": "é", "i": "ï", "o": "ö", "u": "ü", "c": "ç", "n": "ñ", "y": "ÿ"}
WAYS: Final = (
    "wide", "math", "circled", "greek", "small", "numbers", "ear", "accents", "zalgo", "dots",
    "slashes", "letters", "whole", "star", "hash", "repeat", "swap", "lost", "extra", "joined",
    "invisible", "bidi", "mixed", "halves",
)  # fmt: skip


def respell(text: str, way: str, chance: random.Random) -> str:
    """The text with its telling words spelled in this way (one of `WAYS`)."""
    if way == "whole":
        return " ".join(" ".join(word) for word in text.split())
    words = text.split(" ")
    telling = [i for i, word in enumerate(words) if _bare(word) in lexicon.ABUSIVE]
    if not telling:
        telling = sorted(range(len(words)), key=lambda i: -len(words[i]))[:2]
    if way == "joined":
        return _joined(words, telling)
    for i in telling:
        words[i] = _one(words[i], way, chance)
    return " ".join(words)


def has_telling_word(text: str) -> bool:
    """Whether the text holds a word that is worth disguising."""
    return any(_bare(word) in lexicon.ABUSIVE for word in text.split(" "))


def _bare(word: str) -> str:
    return re.sub(r"\W", "", word).lower()


def _joined(words: list[str], telling: list[int]) -> str:
    i = telling[0]
    j = i if i + 1 < len(words) else i - 1
    if j < 0:
        return words[0]
    return " ".join([*words[:j], words[j] + words[j + 1], *words[j + 2 :]])


def _one(word: str, way: str, chance: random.Random) -> str:
    tables = {
        "wide": _FULL_WIDTH,
        "math": _MATH,
        "circled": _CIRCLED,
        "greek": _GREEK,
        "small": _SMALL_CAPITALS,
        "numbers": _NUMBERS,
        "accents": _ACCENTS,
    }
    low = word.lower()
    if way in tables:
        return "".join(tables[way].get(c, c) for c in low)
    if way == "mixed":
        return "".join(chance.choice((_NUMBERS, _GREEK, _ACCENTS)).get(c, c) for c in low)
    if way == "ear":
        old, new = next(((o, n) for o, n in _BY_EAR if o in low), ("", ""))
        return low.replace(old, new, 1) if old else low
    if way == "zalgo":
        return "".join(
            c + "".join(chr(chance.randint(0x300, 0x330)) for _ in range(3)) for c in low
        )
    if way == "bidi":
        return "\u202e\u202c".join((low[:1], low[1:]))
    if way in ("dots", "slashes", "letters", "invisible"):
        sign = {"dots": ".", "slashes": "/", "letters": " ", "invisible": "\ufeff"}[way]
        return sign.join(low)
    return _edited(low, way, chance)


def _edited(low: str, way: str, chance: random.Random) -> str:
    if len(low) < 3:
        return low
    at = chance.randrange(1, len(low) - 1)
    if way == "star":
        return low[:at] + "*" + low[at + 1 :]
    if way == "hash":
        return low[0] + "#" * (len(low) - 2) + low[-1]
    if way == "repeat":
        return "".join(c * (3 if c in "aeiou" else 1) for c in low)
    if way == "swap":
        return low[:at] + low[at + 1] + low[at] + low[at + 2 :]
    if way == "lost":
        return low[:at] + low[at + 1 :]
    if way == "halves":
        return low[:at] + " " + low[at:]
    return low[:at] + chance.choice("aeiouhx") + low[at:]
