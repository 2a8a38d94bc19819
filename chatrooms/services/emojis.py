"""What counts as an emoji, and what it is called. The data are those of the `emoji` package."""

from functools import lru_cache

import emoji

from chatrooms.domain.errors import InvalidInput

_MAX_CHARS = 16
_SHOWN_AS_PICTURE = "\ufe0f"


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
