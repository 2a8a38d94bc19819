"""How far people have read: a marker per person and room that costs the same for any history.

Unread is the room's `message_count` less the marker's `read_ordinal`: nothing is counted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Membership, Message, Room
from chatrooms.domain.errors import MessageUnavailable, NotAllowed
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import RoomAccess, access_message, access_room
from chatrooms.services.event_log import lock_room


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member goes on reading a room."""

    first_unread_id: int
    """The first message of the timeline that was not read; 0 if all are."""
    unread: int
    """How many were not."""


_NOTHING_NEW = Place(0, 0)


def find_place(deps: Deps, *, actor_id: int, room_id: int) -> Place:
    """Where the actor goes on reading; visitors have no marker, so nothing is new to them.

    Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        if access.role is None:
            return _NOTHING_NEW
        row = tx.execute(
            select(
                col(Room.message_count) - col(Membership.read_ordinal),
                _first_after(col(Membership.read_position)),
            )
            .join(Membership, col(Membership.room_id) == col(Room.id))
            .where(col(Room.id) == room_id, col(Membership.account_id) == actor_id)
        ).one()
    unread, first_id = row
    return Place(first_id, unread) if first_id is not None and unread > 0 else _NOTHING_NEW


def _first_after(position: Any) -> Any:
    return (
        select(col(Message.id))
        .where(
            col(Message.room_id) == col(Room.id),
            col(Message.thread_id).is_(None),
            col(Message.position) > position,
        )
        .order_by(col(Message.position))
        .limit(1)
        .correlate(Room, Membership)
        .scalar_subquery()
    )


def mark_read(
    deps: Deps,
    *,
    room_id: int,
    account_ids: Collection[int],
    position: int,
    ordinal: int,
    are_following: bool,
) -> None:
    """Move the markers of these accounts forward to a message of the room's timeline, as far as
    they are members; their tabs everywhere hear of it, and whether they go on following the room.
    For the hub only: its tabs hold grants."""
    with transaction(deps.sessions) as tx:
        # Whoever publishes several people's messages moves their markers too, one after the other:
        # without this, each could wait for a marker that the other has.
        lock_room(tx, room_id=room_id)
        moved = _move_forward(tx, room_id, account_ids, position=position, ordinal=ordinal)
        if moved:
            tx.after_commit(
                lambda: deps.bus.read(room_id, moved, ordinal, are_following=are_following)
            )


def _move_forward(
    tx: Transaction, room_id: int, account_ids: Collection[int], *, position: int, ordinal: int
) -> list[int]:
    moved = tx.scalars(
        update(Membership)
        .where(
            col(Membership.room_id) == room_id,
            col(Membership.account_id).in_(account_ids),
            col(Membership.read_ordinal) < ordinal,
        )
        .values(read_position=position, read_ordinal=ordinal)
        .returning(col(Membership.account_id))
    ).all()
    return list(moved)


def mark_read_to(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> None:
    """Move the actor's marker forward to a message that was on the screen. Visitors have none.

    Raises: MessageUnavailable if it is no message of the room's timeline; RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        position, ordinal = _place_of(message)
        if access.role is None:
            return
        if _move_forward(tx, room_id, [actor_id], position=position, ordinal=ordinal):
            tx.after_commit(lambda: deps.bus.read(room_id, [actor_id], ordinal))


def _place_of(message: Message) -> tuple[int, int]:
    if message.ordinal is None:
        raise MessageUnavailable
    return message.position, message.ordinal


def mark_unread_from(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> Place:
    """Set the actor's marker before a message, forward or back; where reading goes on now.

    Raises: NotAllowed for those who are no members; MessageUnavailable if it is no message of the
        room's timeline; RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        position, ordinal = _place_of(message)
        _check_member(access)
        tx.execute(
            update(Membership)
            .where(col(Membership.room_id) == room_id, col(Membership.account_id) == actor_id)
            .values(read_position=position - 1, read_ordinal=ordinal - 1)
        )
        count = tx.execute(
            select(col(Room.message_count)).where(col(Room.id) == room_id)
        ).scalar_one()
        tx.after_commit(lambda: deps.bus.read(room_id, [actor_id], ordinal - 1))
    return Place(message.id, count - ordinal + 1)


def _check_member(access: RoomAccess) -> None:
    if access.role is None:
        raise NotAllowed("Only members keep track of what they have read.")


def count_messages(deps: Deps, *, room_ids: Collection[int]) -> dict[int, int]:
    """How many messages the timelines of these rooms ever got. For the hub only: it compares
    itself with the database."""
    with transaction(deps.sessions) as tx:
        rows = tx.execute(
            select(col(Room.id), col(Room.message_count)).where(col(Room.id).in_(room_ids))
        ).all()
    return {row[0]: row[1] for row in rows}
