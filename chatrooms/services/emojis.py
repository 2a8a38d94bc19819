"""What counts as an emoji, and what it is called. The data are those of the `emoji` package."""

from dataclasses import dataclass
from functools import lru_cache

import emoji

from chatrooms.domain.errors import InvalidInput

_MAX_CHARS = 16
_SHOWN_AS_PICTURE = "\ufe0f"
_MIN_QUERY_CHARS = 2


@dataclass(frozen=True, slots=True, order=True)
class Shortcode:
    """A word for an emoji, written between colons."""

    symbol: str
    shortcode: str


def check_emoji(text: object) -> str:
    """Exactly one emoji, in its full form, so that two spellings of one count as one.

    Raises: InvalidInput.
    """
    if not isinstance(text, str) or len(text) > _MAX_CHARS:
        raise InvalidInput("A reaction is one emoji.")
    full = _full_forms().get(_bare(text))
    if full is None:
        raise InvalidInput("A reaction is one emoji.")
    return full


@lru_cache(maxsize=1)
def _full_forms() -> dict[str, str]:
    wanted = emoji.STATUS["fully_qualified"]
    return {_bare(e): e for e, data in emoji.EMOJI_DATA.items() if data["status"] == wanted}


def _bare(text: str) -> str:
    return text.replace(_SHOWN_AS_PICTURE, "")


@lru_cache(maxsize=1024)
def emoji_name(symbol: str) -> str:
    """An emoji in words, such as "thumbs up"."""
    return emoji.demojize(symbol, delimiters=("", "")).replace("_", " ")


def suggest(query: str, *, limit: int = 8) -> list[Shortcode]:
    """Emoji that have a shortcode, or a word of one, that begins so; whole shortcodes first, then
    the shorter ones. Each emoji once. None for less than two characters.
    """
    wanted = query.lower()
    if len(wanted) < _MIN_QUERY_CHARS:
        return []
    ranked = sorted(
        (not each.shortcode.lower().startswith(wanted), len(each.shortcode), each.shortcode, each)
        for each in _shortcodes()
        if f"_{wanted}" in f"_{each.shortcode.lower()}"
    )
    found: dict[str, Shortcode] = {}
    for *_, each in ranked:
        found.setdefault(each.symbol, each)
        if len(found) == limit:
            break
    return list(found.values())


@lru_cache(maxsize=1)
def _shortcodes() -> tuple[Shortcode, ...]:
    """Every shortcode; those of skin tones are left out, or one emoji would fill the list."""
    return tuple(
        Shortcode(symbol, code.strip(":"))
        for symbol in _full_forms().values()
        for code in _codes_of(symbol)
        if "skin_tone" not in code
    )


def _codes_of(symbol: str) -> list[str]:
    data = emoji.EMOJI_DATA[symbol]
    return [data["en"], *data.get("alias", ())]
