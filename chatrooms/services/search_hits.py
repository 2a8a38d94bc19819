"""What a search found, as its page shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, text

from chatrooms.domain.events import Person
from chatrooms.domain.search import MARK_OFF, MARK_ON, SearchQuery, Segment, segments
from chatrooms.services.excerpts import MESSAGES, ROOMS, author_of, with_place

ENGLISH: Any = text("'english'::regconfig")
_MARKS = f"StartSel={MARK_ON}, StopSel={MARK_OFF}"
_ALL = f"{_MARKS}, HighlightAll=true"
_PARTS = f"{_MARKS}, MinWords=14, MaxWords=32, ShortWord=0, MaxFragments=2"
_BEGINNING_CHARS = 240
"""A text up to this long is shown whole."""
_HIT: Any = with_place(MESSAGES.c.thread_id, ROOMS.c.is_private)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that was found."""

    message_id: int
    room_slug: str
    room_name: str
    is_private: bool
    """Whether the room is."""
    in_thread: bool
    author: Person
    sent_at: datetime
    snippet: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Some of what was found."""

    hits: tuple[SearchHit, ...] = ()
    has_more: bool = False


def tsquery_of(asked: SearchQuery) -> Any:
    """The words of a question, for PostgreSQL."""
    return func.websearch_to_tsquery(ENGLISH, asked.text)


def described(chosen: Any, asked: SearchQuery, *, is_ranked: bool = False) -> Any:
    """The hits of `chosen`, a selection of id and sent_at, with what a page shows of them; newest
    first, or by its column `rank`."""
    hits = chosen.cte("hits")
    body = MESSAGES.c.body
    how = case((func.length(body) <= _BEGINNING_CHARS, _ALL), else_=_PARTS)
    snippet = (
        func.ts_headline(ENGLISH, body, tsquery_of(asked), how)
        if asked.text
        else func.left(body, _BEGINNING_CHARS)
    )
    ranked = [hits.c.rank.desc()] if is_ranked else []
    return (
        _HIT.add_columns(snippet.label("snippet"))
        .join(hits, hits.c.id == MESSAGES.c.id)
        .order_by(*ranked, hits.c.sent_at.desc(), hits.c.id.desc())
    )


def hit_of(row: Any) -> SearchHit:
    """A row of `described`."""
    return SearchHit(
        message_id=row.id,
        room_slug=row.slug,
        room_name=row.room_name,
        is_private=row.is_private,
        in_thread=row.thread_id is not None,
        author=author_of(row),
        sent_at=row.sent_at,
        snippet=segments(row.snippet),
    )
