"""Tokens: words, signs, links and mentions, each with its place in a text."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from chatrooms.ml.characters import clean_text

LINK = "httpurl"
MENTION = "@user"
NUMBER = "0"

_TOKEN: Final = re.compile(
    r"(?P<link>(?:https?:/|www\.|http\b)\S*)"
    r"|(?P<mention>@[a-z0-9_]+)"
    r"|(?P<tag><(?:user|number|percent|money|date|phone|time|email|url)>)"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)?)"
    r"|(?P<sign>([^\s\w])\6*)"
    r"|_+"
)
_DIGITS: Final = re.compile(r"\d+")


class Token(NamedTuple):
    """A token and the part of the text that it stands for."""

    text: str
    start: int
    end: int


class Reading(NamedTuple):
    """What a chunk, text between blanks, says."""

    words: tuple[str, ...]
    tokens: tuple[Token, ...]
    """The same with their places in the chunk."""
    is_loose: bool
    """It may be one half of a word that was torn apart."""


def plain_tokens(chunk: str) -> list[Token]:
    """The tokens of a text in lower case, without repairing any."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(chunk):
        kind, text = match.lastgroup, match.group()
        if kind == "link":
            text = LINK
        elif kind == "mention":
            text = MENTION
        elif kind == "tag":
            continue
        elif kind == "word":
            text = _DIGITS.sub(NUMBER, text) if text.isdigit() else text
        elif len(text) > 2:
            text = text[:2]
        tokens.append(Token(text, match.start(), match.end()))
    return tokens


def reading(tokens: Iterable[Token], *, is_loose: bool) -> Reading:
    """These tokens, numbers folded into one."""
    shown = tuple(Token(_DIGITS.sub(NUMBER, t.text), t.start, t.end) for t in tokens)
    return Reading(tuple(token.text for token in shown), shown, is_loose)


def moved(tokens: Iterable[Token], by: int) -> list[Token]:
    """The tokens so many characters further."""
    return [Token(token.text, token.start + by, token.end + by) for token in tokens]


def in_a_row(parts: Iterable[str], start: int) -> list[Token]:
    """Tokens that follow each other without a gap."""
    tokens: list[Token] = []
    for part in parts:
        tokens.append(Token(part, start, start + len(part)))
        start += len(part)
    return tokens


def plain_words(text: str) -> list[str]:
    """The words of the text as they stand, without repairing any."""
    tokens = (token.text for chunk in clean_text(text).split() for token in plain_tokens(chunk))
    return [token for token in tokens if token[0].isalpha()]
