"""Other rooms that the assistant may look into for somebody who asks in one: such that this person
may read at that moment, and whose owners have not turned the assistant off."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Membership, Room, RoomActivity
from chatrooms.domain.errors import RoomUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room_by_slug
from chatrooms.services.ai.retrieval import Retrieved, retrieve
from chatrooms.services.bans import is_banned


@dataclass(frozen=True, slots=True)
class OtherRoom:
    """A room by what people call it."""

    id: int
    slug: str
    name: str


def list_others(
    tx: Transaction, *, account_id: int, room_id: int, limit: int
) -> tuple[OtherRoom, ...]:
    """Rooms other than this one that an account in use joined and the assistant may look into,
    those first in which something was said last."""
    if not limit:
        return ()
    rows = tx.execute(
        select(col(Room.id), col(Room.slug), col(Room.name))
        .join(Membership, col(Membership.room_id) == col(Room.id))
        .outerjoin(RoomActivity, col(RoomActivity.room_id) == col(Room.id))
        .where(
            col(Membership.account_id) == account_id,
            col(Room.id) != room_id,
            col(Room.has_assistant),
            ~is_banned(room_id=col(Room.id), account_id=account_id),
        )
        .order_by(col(RoomActivity.active_at).desc().nulls_last(), col(Room.id).desc())
        .limit(limit)
    ).all()
    return tuple(OtherRoom(row.id, row.slug, row.name) for row in rows)


def search_other(
    deps: Deps, *, actor_id: int, slug: str, question: str
) -> tuple[OtherRoom, Retrieved]:
    """The room with this slug, and what it holds that may answer a question.

    Raises: RoomUnavailable, the same for a room that is absent, hidden from the actor, or without
        the assistant; as `retrieve`.
    """
    with transaction(deps.sessions) as tx:
        facts = access_room_by_slug(tx, actor_id=actor_id, slug=slug, to=Permission.READ).facts
    if not facts.has_assistant:
        raise RoomUnavailable
    found = retrieve(deps, actor_id=actor_id, room_id=facts.id, question=question)
    return OtherRoom(facts.id, facts.slug, facts.name), found
