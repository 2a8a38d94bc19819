"""Full-text search over the messages that somebody may read."""

from datetime import datetime
from typing import Any, Literal

from psycopg.errors import QueryCanceled
from sqlalchemy import (
    ColumnElement,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message
from chatrooms.domain.errors import SearchTooBroad
from chatrooms.domain.search import (
    SearchQuery,
    parse_query,
)
from chatrooms.services.access import access_account
from chatrooms.services.access_rooms import access_rooms
from chatrooms.services.search_hits import SearchPage, described, hit_of, tsquery_of
from chatrooms.services.search_narrowing import narrowed

Order = Literal["newest", "best"]
MAX_RANKED = 1_000
"""The best matches are chosen among this many of the newest: ranking reads every one of them."""
_TIMEOUT_MS = 2_000


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
            wanted = narrowed(tx, asked, rooms=rooms, account=account)
            if wanted is None:
                return SearchPage()
            if asked.text:
                if not tx.scalar(select(func.numnode(tsquery_of(asked)))):
                    return SearchPage()
                wanted.append(col(Message.search).op("@@")(tsquery_of(asked)))
            chosen = (
                _best(wanted, asked, offset=offset, limit=limit)
                if order == "best"
                else _newest(wanted, after=after, limit=limit)
            )
            rows = tx.execute(
                described(chosen, asked, is_ranked=order == "best"), {"rooms": rooms}
            ).all()
    except OperationalError as error:
        if isinstance(error.orig, QueryCanceled):
            raise SearchTooBroad from error
        raise
    has_more = len(rows) > limit and offset + limit < MAX_RANKED
    return SearchPage(tuple(map(hit_of, rows[:limit])), has_more)


def _guard(tx: Transaction) -> None:
    # How common a word is decides between two plans, so each question gets a plan of its own.
    tx.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    # Starting parallel workers takes longer than most of the searches for which they are planned.
    tx.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
    tx.execute(text(f"SET LOCAL statement_timeout = {_TIMEOUT_MS}"))


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
    rank = func.ts_rank_cd(candidates.c.search, tsquery_of(asked), 1).label("rank")
    return (
        select(candidates.c.id, candidates.c.sent_at, rank)
        .order_by(rank.desc(), candidates.c.sent_at.desc(), candidates.c.id.desc())
        .offset(offset)
        .limit(limit + 1)
    )
