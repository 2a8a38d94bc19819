"""The list of one's own rooms."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Membership, Room, table_of
from chatrooms.services.access import access_account


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
