"""Search by meaning over the messages that somebody may read.

Each room has a collection of its own in Chroma, and each is asked: so only some rooms are, and the
page says which. Chroma only proposes. What is shown is read from the database in the transaction
that asks anew for the actor's rights, under the same operators as a search by words.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Double, bindparam, func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Membership, Message, RoomActivity
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.domain.search import SearchQuery, parse_query
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services.access import access_account
from chatrooms.services.access_rooms import access_rooms
from chatrooms.services.ai.asked_vectors import embed_asked
from chatrooms.services.ai.index_texts import collection_of, item_of
from chatrooms.services.search_hits import ENGLISH, SearchPage, described, hit_of
from chatrooms.services.search_narrowing import narrowed

MAX_ROOMS = 40
"""Rooms that are asked: each costs a question to Chroma."""
NEAREST, NEAREST_NARROWED = 50, 300
"""Messages of a room that are looked at; more if operators may leave out most of them."""
MAX_HITS = 200
LEAST_COSINE = {"lexical": 0.15}
"""Below this a message is not near to a question; by embedder."""
_LEAST_COSINE = 0.25
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class MeaningPage:
    """Some of what was found, and where it was looked for."""

    found: SearchPage = field(default_factory=SearchPage)
    rooms_asked: int = 0
    rooms_left: int = 0
    """Rooms that the actor is in, or that were named, and that were not asked."""


def search_by_meaning(
    deps: Deps, *, actor_id: int, query: str, offset: int = 0, limit: int = 20
) -> MeaningPage:
    """Messages near in meaning to the words of the question, nearest first; none if it has no
    words. Looked for in the rooms that `in:` names, else in those that the actor is a member of;
    at most in `MAX_ROOMS`, those in which something was said last. `offset` counts hits shown.

    Raises: NotSignedIn, VectorsUnavailable.
    """
    asked = parse_query(query)
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        rooms = _rooms(tx, asked, actor_id=actor_id)
    words, unwanted = _words(asked.text)
    chosen = rooms[:MAX_ROOMS]
    if not words or not chosen:
        return MeaningPage(rooms_asked=len(chosen), rooms_left=len(rooms) - len(chosen))
    is_narrowed = replace(asked, text="", rooms=()) != SearchQuery() or bool(unwanted)
    near = _near(deps, words, chosen, limit=NEAREST_NARROWED if is_narrowed else NEAREST)
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        standing = access_rooms(tx, actor_id=actor_id, named=asked.rooms)
        still = [room_id for room_id in chosen if room_id in set(standing)]
        wanted = narrowed(tx, asked, rooms=still, account=account)
        rows: Sequence[Any] = ()
        if wanted is not None and near:
            wanted += [~_says(each) for each in unwanted]
            hits = _hits(near, wanted, offset=max(offset, 0), limit=limit + 1)
            told = replace(asked, text=" or ".join(words.split()))
            rows = tx.execute(described(hits, told, is_ranked=True), {"rooms": still}).all()
    has_more = len(rows) > limit and offset + limit < MAX_HITS
    page = SearchPage(tuple(map(hit_of, rows[:limit])), has_more)
    return MeaningPage(page, len(chosen), len(rooms) - len(chosen))


def _rooms(tx: Transaction, asked: SearchQuery, *, actor_id: int) -> list[int]:
    """The rooms to look in, those first in which something was said last."""
    readable = access_rooms(tx, actor_id=actor_id, named=asked.rooms)
    chosen = select(col(RoomActivity.room_id)).where(col(RoomActivity.room_id).in_(readable))
    if not asked.rooms:
        mine = select(col(Membership.room_id)).where(col(Membership.account_id) == actor_id)
        chosen = chosen.where(col(RoomActivity.room_id).in_(mine))
    return list(
        tx.scalars(
            chosen.order_by(col(RoomActivity.active_at).desc(), col(RoomActivity.room_id).desc())
        )
    )


def _words(text: str) -> tuple[str, list[str]]:
    """What is to be near, and the words that are not to be there."""
    each = text.replace('"', " ").split()
    unwanted = [word[1:] for word in each if word.startswith("-") and len(word) > 1]
    return " ".join(word for word in each if not word.startswith("-")), unwanted


def _says(word: str) -> ColumnElement[bool]:
    return col(Message.search).bool_op("@@")(func.plainto_tsquery(ENGLISH, word))


def _near(deps: Deps, words: str, rooms: Sequence[int], *, limit: int) -> dict[int, float]:
    """The messages nearest to the words, by their cosine. Raises: VectorsUnavailable."""
    try:
        embedder = deps.embedding.embedder()
    except ModelUnusable as error:
        raise VectorsUnavailable from error
    (vector,) = embed_asked(deps, embedder, [words])
    if not vector.any():
        return {}
    least = LEAST_COSINE.get(embedder.key, _LEAST_COSINE)
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        ask = partial(_of_room, deps, embedder, vector, limit=limit)
        found = pool.map(ask, rooms)
        return {id_: cosine for some in found for id_, cosine in some.items() if cosine >= least}
    finally:
        # If one question is not answered, the others are not worth waiting for.
        pool.shutdown(wait=False, cancel_futures=True)


def _of_room(
    deps: Deps, embedder: Embedder, vector: NDArray[np.float32], room_id: int, *, limit: int
) -> dict[int, float]:
    near = deps.vectors.nearest(collection_of(embedder.key, room_id), vector, limit=limit)
    items = [(*item_of(each.id), each.cosine) for each in near]
    return {item_id: cosine for kind, item_id, cosine in items if kind == "message"}


def _hits(
    near: dict[int, float], wanted: list[ColumnElement[bool]], *, offset: int, limit: int
) -> Any:
    """The messages among these that may be shown, with their nearness as `rank`."""
    ids = bindparam("near_ids", list(near), ARRAY(BigInteger))
    cosines = bindparam("near_cosines", list(near.values()), ARRAY(Double))
    given = select(func.unnest(ids).label("id"), func.unnest(cosines).label("rank")).subquery()
    return (
        select(col(Message.id), col(Message.sent_at), given.c.rank)
        .join(given, given.c.id == col(Message.id))
        .where(*wanted)
        .order_by(given.c.rank.desc(), col(Message.id).desc())
        .offset(offset)
        .limit(limit)
    )
