"""Lists of rooms: one's own, and the public ones."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Membership, Room, table_of
from chatrooms.domain.events import RoomFacts
from chatrooms.domain.text import searchable
from chatrooms.services.access import access_account
from chatrooms.services.bans import is_banned
from chatrooms.services.rooms import facts_of


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """A room in a list."""

    facts: RoomFacts
    member_count: int
    is_member: bool


@dataclass(frozen=True, slots=True)
class MyRoom:
    """A room in its member's side bar."""

    id: int
    slug: str
    name: str
    is_private: bool
    is_archived: bool
    message_count: int
    read_ordinal: int
    notify: str
    """How much of it the member wants to hear: all, mentions or nothing."""
    topic: str


_ROOMS, _MEMBERSHIPS = table_of(Room), table_of(Membership)
_MY_ROOMS: Any = (
    select(
        _ROOMS.c.id,
        _ROOMS.c.slug,
        _ROOMS.c.name,
        _ROOMS.c.is_private,
        _ROOMS.c.archived_at.is_not(None).label("is_archived"),
        _ROOMS.c.message_count,
        _MEMBERSHIPS.c.read_ordinal,
        _MEMBERSHIPS.c.notify,
        _ROOMS.c.topic,
    )
    .join(_MEMBERSHIPS, _MEMBERSHIPS.c.room_id == _ROOMS.c.id)
    .where(_MEMBERSHIPS.c.account_id == bindparam("actor_id"))
    .order_by(func.lower(_ROOMS.c.name), _ROOMS.c.id)
    .limit(bindparam("limit"))
)


def list_my_rooms(deps: Deps, *, actor_id: int, limit: int = 500) -> list[MyRoom]:
    """The rooms the actor is a member of, by name, with how far the actor has read them."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        rows = tx.execute(_MY_ROOMS, {"actor_id": actor_id, "limit": limit}).all()
    return [MyRoom(*row) for row in rows]


def list_public_rooms(
    deps: Deps, *, actor_id: int, query: str = "", offset: int = 0, limit: int = 30
) -> list[RoomInfo]:
    """Public rooms that are not archived, largest first, filtered by words in name, topic, tags."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        wanted = (
            select(Room, col(Membership.account_id).is_not(None))
            .outerjoin(
                Membership,
                and_(
                    col(Membership.room_id) == col(Room.id),
                    col(Membership.account_id) == actor_id,
                ),
            )
            .where(
                ~col(Room.is_private),
                col(Room.archived_at).is_(None),
                ~is_banned(room_id=col(Room.id), account_id=actor_id),
            )
            .order_by(col(Room.member_count).desc(), col(Room.id).desc())
        )
        for word in searchable(query).split()[:8]:
            wanted = wanted.where(_mentions(word))
        rows = tx.execute(wanted.offset(max(offset, 0)).limit(limit)).all()
    return [RoomInfo(facts_of(room), room.member_count, is_member) for room, is_member in rows]


def _mentions(word: str) -> Any:
    return or_(
        func.lower(col(Room.name)).contains(word, autoescape=True),
        func.lower(col(Room.topic)).contains(word, autoescape=True),
        func.lower(col(Room.description)).contains(word, autoescape=True),
        func.array_to_string(col(Room.tags), " ").contains(word.lstrip("#"), autoescape=True),
    )
