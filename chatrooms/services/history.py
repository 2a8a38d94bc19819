"""Reading a room's messages: the view that screens share, and pages of its past."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Message, Room, table_of
from chatrooms.domain import events
from chatrooms.domain.errors import RoomUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import excerpt
from chatrooms.domain.view import WINDOW, RoomView
from chatrooms.services.access import access_message, access_room
from chatrooms.services.rooms import facts_of

_MESSAGES = table_of(Message)
_ACCOUNTS = table_of(Account)
_QUOTED = _MESSAGES.alias("quoted")
_QUOTED_AUTHORS = _ACCOUNTS.alias("quoted_author")
_SELECT: Any = (
    select(
        _MESSAGES.c.id,
        _MESSAGES.c.position,
        _MESSAGES.c.client_id,
        _MESSAGES.c.body,
        _MESSAGES.c.sent_at,
        _MESSAGES.c.edited_at,
        _MESSAGES.c.deleted_at,
        _ACCOUNTS.c.id.label("author_id"),
        _ACCOUNTS.c.username,
        _ACCOUNTS.c.name,
        _ACCOUNTS.c.hue,
        _QUOTED.c.id.label("quoted_id"),
        _QUOTED.c.body.label("quoted_body"),
        _QUOTED.c.deleted_at.label("quoted_deleted_at"),
        _QUOTED_AUTHORS.c.name.label("quoted_author"),
    )
    .join(_ACCOUNTS, _ACCOUNTS.c.id == _MESSAGES.c.author_id)
    .outerjoin(_QUOTED, _QUOTED.c.id == _MESSAGES.c.reply_to_id)
    .outerjoin(_QUOTED_AUTHORS, _QUOTED_AUTHORS.c.id == _QUOTED.c.author_id)
)


def load_view(deps: Deps, *, room_id: int) -> RoomView:
    """The room as all its screens show it now. For the hub only: it checks grants per screen.

    Costs the same for any length of history. Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        # Number and messages must be of one moment: a share lock keeps writers out meanwhile.
        room = tx.scalars(
            select(Room).where(col(Room.id) == room_id).with_for_update(read=True)
        ).one_or_none()
        if room is None:
            raise RoomUnavailable
        newest = _newest_first(tx, room_id=room_id, limit=WINDOW + 1)
    return RoomView(
        seq=room.last_seq,
        facts=facts_of(room),
        member_count=room.member_count,
        messages=tuple(reversed(newest[:WINDOW])),
        has_older=len(newest) > WINDOW,
    )


def _newest_first(
    tx: Transaction, *, room_id: int, limit: int, before: int | None = None
) -> list[events.Message]:
    wanted = _SELECT.where(col(Message.room_id) == room_id)
    if before is not None:
        wanted = wanted.where(col(Message.position) < before)
    rows = tx.execute(wanted.order_by(col(Message.position).desc()).limit(limit)).all()
    return [_message(row) for row in rows]


def list_before(
    deps: Deps, *, actor_id: int, room_id: int, position: int, limit: int
) -> list[events.Message]:
    """Up to `limit` messages directly before a position, oldest first."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        newest = _newest_first(tx, room_id=room_id, limit=limit, before=position)
    return newest[::-1]


def list_after(
    deps: Deps, *, actor_id: int, room_id: int, position: int, limit: int
) -> list[events.Message]:
    """Up to `limit` messages directly after a position, oldest first."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        return _oldest_first(tx, room_id, col(Message.position) > position, limit=limit)


def list_between(
    deps: Deps, *, actor_id: int, room_id: int, first: int, last: int, limit: int
) -> list[events.Message]:
    """The messages at positions `first` to `last`, both included, oldest first."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        within = col(Message.position).between(first, last)
        return _oldest_first(tx, room_id, within, limit=limit)


def list_around(
    deps: Deps, *, actor_id: int, room_id: int, message_id: int, limit: int
) -> list[events.Message]:
    """About `limit` messages with the given one in the middle, oldest first.

    Raises: MessageUnavailable if it is no message of this room; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        _, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        before = _newest_first(tx, room_id=room_id, limit=limit // 2, before=message.position)
        since = col(Message.position) >= message.position
        return before[::-1] + _oldest_first(tx, room_id, since, limit=limit - limit // 2)


def _oldest_first(
    tx: Transaction, room_id: int, which: ColumnElement[bool], *, limit: int
) -> list[events.Message]:
    rows: Sequence[Any] = tx.execute(
        _SELECT.where(col(Message.room_id) == room_id, which)
        .order_by(col(Message.position))
        .limit(limit)
    ).all()
    return [_message(row) for row in rows]


def _message(row: Any) -> events.Message:
    quote = None
    if row.quoted_id is not None:
        quote = events.Quote(
            id=row.quoted_id,
            author_name=row.quoted_author,
            excerpt=excerpt(row.quoted_body),
            is_deleted=row.quoted_deleted_at is not None,
        )
    return events.Message(
        id=row.id,
        position=row.position,
        client_id=row.client_id,
        author=events.Person(id=row.author_id, username=row.username, name=row.name, hue=row.hue),
        body=row.body,
        sent_at=row.sent_at,
        edited_at=row.edited_at,
        is_deleted=row.deleted_at is not None,
        quote=quote,
    )
