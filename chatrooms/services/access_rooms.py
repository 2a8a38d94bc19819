"""The door to several rooms at once: which ones an account may read or act in."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, column, func, select, values

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, Membership, Room, table_of
from chatrooms.domain.permissions import Permission, Role, granted
from chatrooms.services.access import access_account
from chatrooms.services.bans import is_banned, timed_out_until

_ROOMS, _MEMBERSHIPS, _ACCOUNTS = table_of(Room), table_of(Membership), table_of(Account)
IS_PUBLISHED: ColumnElement[bool] = ~_ROOMS.c.is_private & _ROOMS.c.archived_at.is_(None)
"""What a room must be for everybody to find it who is not banned from it."""


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """A room in which somebody may do what was asked for."""

    id: int
    slug: str
    name: str
    is_private: bool


def may_read(*, room_id: Any, account_id: Any) -> Any:
    """That an account may read a room, as SQL; both may be columns of a question around it, which
    has the room's row as well. Whether the account is in use is not asked."""
    membership = (
        select(_MEMBERSHIPS.c.room_id)
        .where(_MEMBERSHIPS.c.room_id == room_id, _MEMBERSHIPS.c.account_id == account_id)
        .correlate_except(_MEMBERSHIPS)
    )
    return (~_ROOMS.c.is_private | membership.exists()) & ~is_banned(
        room_id=room_id, account_id=account_id
    )


def access_pairs(tx: Transaction, *, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the pairs of an account and a room in which the account is in use and may read the
    room now. For what is done for many people at once."""
    if not pairs:
        return set()
    asked = values(column("account_id", BigInteger), column("room_id", BigInteger), name="asked")
    asked = asked.data(list(pairs))
    rows = tx.execute(
        select(asked.c.account_id, asked.c.room_id)
        .join(_ROOMS, _ROOMS.c.id == asked.c.room_id)
        .join(
            _ACCOUNTS,
            (_ACCOUNTS.c.id == asked.c.account_id) & _ACCOUNTS.c.deactivated_at.is_(None),
        )
        .where(may_read(room_id=asked.c.room_id, account_id=asked.c.account_id))
    ).all()
    return {(row.account_id, row.room_id) for row in rows}


def access_rooms(tx: Transaction, *, actor_id: int, named: Collection[str] = ()) -> list[int]:
    """Ids of all rooms that the actor may read, or of those among them that have one of these
    slugs or names, in lower case.

    Raises: NotSignedIn.
    """
    access_account(tx, actor_id=actor_id)
    mine = select(_MEMBERSHIPS.c.room_id).where(_MEMBERSHIPS.c.account_id == actor_id)
    readable = select(_ROOMS.c.id).where(
        ~_ROOMS.c.is_private | _ROOMS.c.id.in_(mine),
        ~is_banned(room_id=_ROOMS.c.id, account_id=actor_id),
    )
    if named:
        readable = readable.where(
            _ROOMS.c.slug.in_(named) | func.lower(_ROOMS.c.name).in_(named),
        )
    return list(tx.scalars(readable))


def access_rooms_to(tx: Transaction, *, actor_id: int, to: Permission) -> list[OpenRoom]:
    """All rooms in which the actor, as a member, may do `to` now, by name.

    Raises: NotSignedIn.
    """
    access_account(tx, actor_id=actor_id)
    rows = tx.execute(
        select(
            _ROOMS.c.id,
            _ROOMS.c.slug,
            _ROOMS.c.name,
            _ROOMS.c.is_private,
            _ROOMS.c.archived_at,
            _MEMBERSHIPS.c.role,
            timed_out_until(room_id=_ROOMS.c.id, account_id=actor_id).label("timed_out_until"),
        )
        .join(_MEMBERSHIPS, _MEMBERSHIPS.c.room_id == _ROOMS.c.id)
        .where(
            _MEMBERSHIPS.c.account_id == actor_id,
            ~is_banned(room_id=_ROOMS.c.id, account_id=actor_id),
        )
        .order_by(func.lower(_ROOMS.c.name), _ROOMS.c.id)
    ).all()
    return [
        OpenRoom(row.id, row.slug, row.name, row.is_private)
        for row in rows
        if to
        in granted(
            role=Role(row.role),
            is_private=row.is_private,
            is_archived=row.archived_at is not None,
            is_timed_out=row.timed_out_until is not None,
        )
    ]
