"""What somebody typed into the search field, taken apart. Nothing typed is an error: what is no
operator is a word."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from chatrooms.domain.text import without_markup

MAX_QUERY_CHARS = 300
MARK_ON, MARK_OFF = "\x02", "\x03"
"""Around what a snippet marks. Stored text holds no control characters, so these are not in it."""

_TOKEN = re.compile(r'[^\s"]*"[^"]*"?|\S+')
_OPERATOR = re.compile(r"(from|in|has|before|after):(.+)", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 9000


class Has(StrEnum):
    """Something that a message has."""

    POLL = "poll"
    LINK = "link"
    THREAD = "thread"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Words to look for, and what narrows them."""

    text: str = ""
    """Words, quoted phrases, `-word` and `or`, for PostgreSQL's `websearch_to_tsquery`."""
    authors: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    has: frozenset[Has] = field(default_factory=frozenset[Has])
    before: date | None = None
    """Only messages of earlier days."""
    after: date | None = None
    """Only messages of this day and later ones."""

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing at all."""
        return self == SearchQuery()


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a snippet."""

    text: str
    is_marked: bool = False


def parse_query(typed: object) -> SearchQuery:
    """What the search field holds as a query.

    `from:` and `in:` may be given several times: any of them. Values in quotes may have blanks.
    """
    if not isinstance(typed, str):
        return SearchQuery()
    clean = typed.encode("utf-8", "ignore").decode().replace("\x00", " ")[:MAX_QUERY_CHARS]
    words: list[str] = []
    found: dict[str, list[str]] = {"from": [], "in": [], "has": [], "before": [], "after": []}
    for token in _TOKEN.findall(clean):
        operator = _OPERATOR.fullmatch(token)
        name = operator[1].lower() if operator else ""
        value = operator[2].replace('"', "").strip().lower() if operator else ""
        if _is_usable(name, value):
            found[name].append(value)
        else:
            words.append(token)
    return SearchQuery(
        text=" ".join(words),
        authors=tuple(dict.fromkeys(each.removeprefix("@") for each in found["from"])),
        rooms=tuple(dict.fromkeys(each.removeprefix("#") for each in found["in"])),
        has=frozenset(Has(_singular(each)) for each in found["has"]),
        before=min(map(date.fromisoformat, found["before"]), default=None),
        after=max(map(date.fromisoformat, found["after"]), default=None),
    )


def _is_usable(name: str, value: str) -> bool:
    if name in ("from", "in"):
        return bool(value.lstrip("@#"))
    if name == "has":
        return _singular(value) in set(Has)
    return name in ("before", "after") and _is_day(value)


def _singular(value: str) -> str:
    return value.removesuffix("s")


def _is_day(value: str) -> bool:
    if not _DAY.fullmatch(value):
        return False
    try:
        return _FIRST_YEAR <= date.fromisoformat(value).year <= _LAST_YEAR
    except ValueError:
        return False


def segments(headline: str) -> tuple[Segment, ...]:
    """A snippet with marks as pieces on one line, without the commonest Markdown."""
    return pieces(without_markup(headline))


def pieces(marked: str) -> tuple[Segment, ...]:
    """A text with marks as pieces."""
    found: list[Segment] = []
    for piece in re.split(f"(?={MARK_ON})|{MARK_OFF}", marked):
        text = piece.replace(MARK_ON, "")
        if text:
            found.append(Segment(text, is_marked=piece.startswith(MARK_ON)))
    return tuple(found)
