"""Full-text search over the messages that somebody may read."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

from psycopg.errors import QueryCanceled
from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import BigInteger
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, AttachmentRow, Message, Room, table_of
from chatrooms.domain.errors import SearchTooBroad
from chatrooms.domain.events import Person
from chatrooms.domain.search import (
    MARK_OFF,
    MARK_ON,
    Has,
    SearchQuery,
    Segment,
    parse_query,
    segments,
)
from chatrooms.services.access import access_account
from chatrooms.services.access_rooms import access_rooms

Order = Literal["newest", "best"]
MAX_RANKED = 1_000
"""The best matches are chosen among this many of the newest: ranking reads every one of them."""
_TIMEOUT_MS = 2_000
_ENGLISH: Any = text("'english'::regconfig")
_MARKS = f"StartSel={MARK_ON}, StopSel={MARK_OFF}"
_ALL = f"{_MARKS}, HighlightAll=true"
_PARTS = f"{_MARKS}, MinWords=14, MaxWords=32, ShortWord=0, MaxFragments=2"
_BEGINNING_CHARS = 240
"""A text up to this long is shown whole."""
_MESSAGES, _ROOMS, _ACCOUNTS = table_of(Message), table_of(Room), table_of(Account)
_HIT: Any = (
    select(
        _MESSAGES.c.id,
        _MESSAGES.c.sent_at,
        _MESSAGES.c.thread_id,
        _ROOMS.c.slug,
        _ROOMS.c.name.label("room_name"),
        _ROOMS.c.is_private,
        _ACCOUNTS.c.id.label("author_id"),
        _ACCOUNTS.c.username,
        _ACCOUNTS.c.name,
        _ACCOUNTS.c.hue,
        _ACCOUNTS.c.avatar,
        _ACCOUNTS.c.kind.label("author_kind"),
    )
    .select_from(_MESSAGES)
    .join(_ROOMS, _ROOMS.c.id == _MESSAGES.c.room_id)
    .join(_ACCOUNTS, _ACCOUNTS.c.id == _MESSAGES.c.author_id)
)


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


def search_messages(
    deps: Deps,
    *,
    actor_id: int,
    query: str,
    order: Order = "newest",
    after: tuple[datetime, int] | None = None,
    offset: int = 0,
    limit: int = 20,
) -> SearchPage:
    """Messages in rooms that the actor may read, deleted ones left out.

    Newest first, `after` is time and id of the last hit shown; best first, `offset` counts those
    shown. Nothing that the actor may not read changes the answer in any way.
    Raises: NotSignedIn, SearchTooBroad.
    """
    asked = parse_query(query)
    try:
        with transaction(deps.sessions) as tx:
            account = access_account(tx, actor_id=actor_id)
            rooms = access_rooms(tx, actor_id=actor_id, named=asked.rooms)
            if asked.is_empty or not rooms:
                return SearchPage()
            _guard(tx)
            wanted = _wanted(tx, asked, rooms=rooms, actor_id=actor_id, zone=_zone(account))
            if wanted is None:
                return SearchPage()
            chosen = (
                _best(wanted, asked, offset=offset, limit=limit)
                if order == "best"
                else _newest(wanted, after=after, limit=limit)
            )
            rows = tx.execute(_described(chosen, asked, order), {"rooms": rooms}).all()
    except OperationalError as error:
        if isinstance(error.orig, QueryCanceled):
            raise SearchTooBroad from error
        raise
    has_more = len(rows) > limit and offset + limit < MAX_RANKED
    return SearchPage(tuple(map(_hit, rows[:limit])), has_more)


def _guard(tx: Transaction) -> None:
    # How common a word is decides between two plans, so each question gets a plan of its own.
    tx.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    # Starting parallel workers takes longer than most of the searches for which they are planned.
    tx.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
    tx.execute(text(f"SET LOCAL statement_timeout = {_TIMEOUT_MS}"))


def _zone(account: Account) -> tzinfo:
    try:
        return ZoneInfo(account.timezone)
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def _tsquery(asked: SearchQuery) -> Any:
    return func.websearch_to_tsquery(_ENGLISH, asked.text)


def _wanted(
    tx: Transaction, asked: SearchQuery, *, rooms: list[int], actor_id: int, zone: tzinfo
) -> list[ColumnElement[bool]] | None:
    """What a message must fulfil; None if none can, such as by somebody who does not exist."""
    wanted: list[ColumnElement[bool]] = [
        col(Message.deleted_at).is_(None),
        col(Message.withheld) == "",
        col(Message.position).is_not(None),
        col(Message.room_id) == func.any(bindparam("rooms", rooms, ARRAY(BigInteger))),
    ]
    if asked.text:
        if not tx.scalar(select(func.numnode(_tsquery(asked)))):
            return None
        wanted.append(col(Message.search).op("@@")(_tsquery(asked)))
    if asked.authors:
        authors = _authors(tx, asked.authors, actor_id=actor_id)
        if not authors:
            return None
        wanted.append(col(Message.author_id).in_(authors))
    wanted += [_HAS[each] for each in sorted(asked.has)]
    if asked.after:
        wanted.append(col(Message.sent_at) >= _midnight(asked.after, zone))
    if asked.before:
        wanted.append(col(Message.sent_at) < _midnight(asked.before, zone))
    return wanted


_HAS: dict[Has, ColumnElement[bool]] = {
    Has.POLL: _MESSAGES.c.has_poll,
    Has.LINK: _MESSAGES.c.has_link,
    # Written out, as a condition of its index.
    Has.THREAD: col(Message.reply_count) > literal_column("0"),
    Has.FILE: exists().where(col(AttachmentRow.message_id) == col(Message.id)),
}


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _authors(tx: Transaction, names: tuple[str, ...], *, actor_id: int) -> list[int]:
    found = list(
        tx.scalars(
            select(col(Account.id)).where(
                or_(
                    func.lower(col(Account.username)).in_(names),
                    func.lower(col(Account.name)).in_(names),
                )
            )
        )
    )
    return [*found, actor_id] if "me" in names else found


def _newest(
    wanted: list[ColumnElement[bool]], *, after: tuple[datetime, int] | None, limit: int
) -> Any:
    chosen = select(col(Message.id), col(Message.sent_at)).where(*wanted)
    if after is not None:
        sent_at, message_id = after
        chosen = chosen.where(
            col(Message.sent_at) <= sent_at,
            or_(
                col(Message.sent_at) < sent_at,
                and_(col(Message.sent_at) == sent_at, col(Message.id) < message_id),
            ),
        )
    return chosen.order_by(col(Message.sent_at).desc(), col(Message.id).desc()).limit(limit + 1)


def _best(wanted: list[ColumnElement[bool]], asked: SearchQuery, *, offset: int, limit: int) -> Any:
    candidates = (
        select(col(Message.id), col(Message.sent_at), col(Message.search))
        .where(*wanted)
        .order_by(col(Message.sent_at).desc(), col(Message.id).desc())
        .limit(MAX_RANKED)
        .subquery()
    )
    rank = func.ts_rank_cd(candidates.c.search, _tsquery(asked), 1).label("rank")
    return (
        select(candidates.c.id, candidates.c.sent_at, rank)
        .order_by(rank.desc(), candidates.c.sent_at.desc(), candidates.c.id.desc())
        .offset(offset)
        .limit(limit + 1)
    )


def _described(chosen: Any, asked: SearchQuery, order: Order) -> Any:
    hits = chosen.cte("hits")
    body = _MESSAGES.c.body
    how = case((func.length(body) <= _BEGINNING_CHARS, _ALL), else_=_PARTS)
    snippet = (
        func.ts_headline(_ENGLISH, body, _tsquery(asked), how)
        if asked.text
        else func.left(body, _BEGINNING_CHARS)
    )
    ranked = [hits.c.rank.desc()] if order == "best" else []
    return (
        _HIT.add_columns(snippet.label("snippet"))
        .join(hits, hits.c.id == _MESSAGES.c.id)
        .order_by(*ranked, hits.c.sent_at.desc(), hits.c.id.desc())
    )


def _hit(row: Any) -> SearchHit:
    author = Person(
        id=row.author_id,
        username=row.username,
        name=row.name,
        hue=row.hue,
        avatar=row.avatar,
        kind=row.author_kind,
    )
    return SearchHit(
        message_id=row.id,
        room_slug=row.slug,
        room_name=row.room_name,
        is_private=row.is_private,
        in_thread=row.thread_id is not None,
        author=author,
        sent_at=row.sent_at,
        snippet=segments(row.snippet),
    )
