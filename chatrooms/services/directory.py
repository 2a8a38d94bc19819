"""The directory of public rooms: filtered, sorted, and searched by words and by meaning.

What shares words (PostgreSQL) and what is near in meaning (Chroma) become one list by reciprocal
rank (Cormack et al., 2009). Chroma only proposes: which rooms there are for the actor is asked of
the database, in the transaction that reads what is shown of them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import structlog
from sqlalchemy import (
    ColumnElement,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Room, RoomActivity, Topic
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.domain.text import storable
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services import room_index
from chatrooms.services.access import access_account
from chatrooms.services.access_rooms import IS_PUBLISHED
from chatrooms.services.ai.asked_vectors import embed_asked
from chatrooms.services.bans import is_banned
from chatrooms.services.directory_rooms import FoundRoom, among, described, tsquery_of

log = structlog.get_logger(__name__)

Sort = Literal["best", "activity", "newest", "size"]
MAX_QUERY_CHARS = 160
MAX_MATCHES = 300
"""Rooms that share words are ranked up to this many; the best of them."""
NEAREST, NEAREST_FILTERED = 100, 500
"""Rooms that are looked at for nearness; more if most of them may be filtered out."""
LEAST_COSINE = {"lexical": 0.2}
"""Below this a room is not near to a question; by embedder."""
_LEAST_COSINE = 0.3
_MIN_CHARS = 3
_MAX_WORDS = 8
_RRF = 60
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. Nothing in it is an error: what does not exist has no rooms."""

    query: str = ""
    topic: str = ""
    """The slug of a topic; one of the upper level includes those under it."""
    tag: str = ""
    sort: Sort = "activity"
    """`best` without words is `activity`."""


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """Some of the rooms that fit."""

    rooms: tuple[FoundRoom, ...] = ()
    has_more: bool = False
    is_by_words_only: bool = False
    """Whether nearness could not be asked for."""


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, and how many public rooms have it."""

    name: str
    count: int


def sort_of(typed: object) -> Sort | None:
    """The order of this name; None if there is none."""
    return next((each for each in get_args(Sort) if each == typed), None)


def list_rooms(
    deps: Deps,
    *,
    actor_id: int,
    wanted: Wanted,
    after: FoundRoom | None = None,
    offset: int = 0,
    limit: int = 30,
) -> DirectoryPage:
    """Public rooms in use from which the actor is not banned. Where words are looked for, `offset`
    counts those shown; else `after` is the last one shown.

    Raises: NotSignedIn.
    """
    wanted = Wanted(
        query=storable(wanted.query[:MAX_QUERY_CHARS]).strip(),
        topic=storable(wanted.topic),
        tag=storable(wanted.tag),
        sort=wanted.sort,
    )
    words = _WORD.findall(wanted.query.lower())[:_MAX_WORDS]
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        if not wanted.query:
            ids = list(tx.scalars(_browsed(actor_id, wanted, after=after, limit=limit + 1)))
            rooms = described(tx, actor_id, ids[:limit], words=(), near=set())
            return DirectoryPage(tuple(rooms), len(ids) > limit)
    near = _near(deps, wanted)
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        spoken = list(tx.scalars(_spoken(actor_id, wanted, words))) if words else []
        fused = _fused(spoken, near or ())
        ids = _sorted(tx, _allowed(actor_id, wanted), fused, sort=wanted.sort)
        page = ids[max(offset, 0) : max(offset, 0) + limit]
        rooms = described(tx, actor_id, page, words=words, near=set(fused) - set(spoken))
    return DirectoryPage(tuple(rooms), len(ids) > max(offset, 0) + limit, near is None)


def list_tags(deps: Deps, *, actor_id: int, topic: str = "", limit: int = 12) -> list[TagCount]:
    """The commonest tags of public rooms, or of those under a topic. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        tag = func.unnest(col(Room.tags)).label("tag")
        tagged = select(tag).where(*_allowed(actor_id, Wanted(topic=storable(topic)))).subquery()
        count = func.count().label("rooms")
        rows = tx.execute(
            select(tagged.c.tag, count)
            .group_by(tagged.c.tag)
            .order_by(count.desc(), tagged.c.tag)
            .limit(limit)
        ).all()
    return [TagCount(tag, rooms) for tag, rooms in rows]


def prepare(deps: Deps) -> bool:
    """Load the embedder, which may take seconds: until then rooms are looked for by words alone.
    For a page that is opened. Whether it is there now."""
    try:
        deps.embedding.embedder()
    except ModelUnusable:
        return False
    return True


def _near(deps: Deps, wanted: Wanted) -> list[int] | None:
    """The rooms near in meaning to the question, nearest first; None if that cannot be asked."""
    if len(wanted.query) < _MIN_CHARS:
        return []
    limit = NEAREST_FILTERED if wanted.topic or wanted.tag else NEAREST
    embedder = deps.embedding.loaded
    if embedder is None:
        return None
    try:
        (vector,) = embed_asked(deps, embedder, [wanted.query])
        found = room_index.near(deps, vector=vector, limit=limit)
    except VectorsUnavailable:
        log.warning("rooms_by_words_only")
        return None
    least = LEAST_COSINE.get(embedder.key, _LEAST_COSINE)
    return [room_id for room_id, cosine in found if cosine >= least]


def _allowed(actor_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a room must be to be shown."""
    allowed = [IS_PUBLISHED, ~is_banned(room_id=col(Room.id), account_id=actor_id)]
    if wanted.topic:
        upper = aliased(Topic)
        under = (
            select(col(Topic.id))
            .outerjoin(upper, col(upper.id) == col(Topic.parent_id))
            .where(or_(col(Topic.slug) == wanted.topic, col(upper.slug) == wanted.topic))
        )
        allowed.append(col(Room.topic_id).in_(under))
    if wanted.tag:
        allowed.append(col(Room.tags).contains([wanted.tag]))
    return allowed


def _browsed(actor_id: int, wanted: Wanted, *, after: FoundRoom | None, limit: int) -> Any:
    """Ids of rooms in the order of one of the indexes."""
    chosen = select(col(Room.id)).where(*_allowed(actor_id, wanted))
    if wanted.sort == "newest":
        order, last = (col(Room.id),), after and (after.facts.id,)
    elif wanted.sort == "size":
        order = (col(Room.member_count), col(Room.id))
        last = after and (after.member_count, after.facts.id)
    else:
        chosen = chosen.join(RoomActivity, col(RoomActivity.room_id) == col(Room.id))
        order = (col(RoomActivity.active_at), col(RoomActivity.room_id))
        last = after and (after.active_at, after.facts.id)
    if last:
        chosen = chosen.where(tuple_(*order) < tuple_(*last))
    return chosen.order_by(*(each.desc() for each in order)).limit(limit)


def _spoken(actor_id: int, wanted: Wanted, words: Sequence[str]) -> Any:
    """Ids of the rooms that have the words, best first."""
    asked = tsquery_of(words)
    rank = func.ts_rank(col(Room.search), asked)
    return (
        select(col(Room.id))
        .where(col(Room.search).op("@@")(asked), *_allowed(actor_id, wanted))
        .order_by(rank.desc(), col(Room.member_count).desc(), col(Room.id).desc())
        .limit(MAX_MATCHES)
    )


def _fused(*rankings: Iterable[int]) -> list[int]:
    """All rooms of these rankings, best first; of equals the newest."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, room_id in enumerate(ranking):
            scores[room_id] = scores.get(room_id, 0.0) + 1 / (_RRF + rank)
    return sorted(scores, key=lambda id_: (-scores[id_], -id_))


def _sorted(
    tx: Transaction, allowed: list[ColumnElement[bool]], ids: list[int], *, sort: Sort
) -> list[int]:
    """Those of these rooms that may be shown, in the wanted order."""
    if sort == "best":
        found = set(tx.scalars(select(col(Room.id)).where(among(ids), *allowed)))
        return [room_id for room_id in ids if room_id in found]
    rows = tx.execute(
        select(col(Room.id), col(Room.member_count), col(RoomActivity.active_at))
        .join(RoomActivity, col(RoomActivity.room_id) == col(Room.id))
        .where(among(ids), *allowed)
    ).all()
    keys: dict[int, tuple[Any, int]] = {
        row.id: ({"size": row.member_count, "activity": row.active_at}.get(sort, row.id), row.id)
        for row in rows
    }
    return sorted(keys, key=lambda room_id: keys[room_id], reverse=True)
