"""Messages that moderators pin for everybody in the room."""

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message
from chatrooms.domain.errors import InvalidInput, MessageUnavailable
from chatrooms.domain.events import PinChanged
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_message, access_room
from chatrooms.services.event_log import lock_room, record
from chatrooms.services.excerpts import EXCERPTS, IS_SHOWN, MESSAGES, Excerpt, excerpts

MAX_PINS = 50


def set_pinned(
    deps: Deps, *, actor_id: int, room_id: int, message_id: int, is_pinned: bool
) -> None:
    """Pin a message, or take its pin off. Owners and moderators only; safe to repeat.

    Raises: MessageUnavailable if it is deleted or withheld; InvalidInput if `MAX_PINS` are
        pinned already; as `access_message`.
    """
    with transaction(deps.sessions) as tx:
        _, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.PIN_MESSAGE
        )
        # Under the room's lock: a message deleted just now is not pinned after all.
        lock_room(tx, room_id=room_id)
        tx.refresh(message)
        if message.deleted_at is not None or message.withheld:
            raise MessageUnavailable
        if (message.pinned_at is not None) == is_pinned:
            return
        if is_pinned and count_pins(tx, room_id=room_id) >= MAX_PINS:
            raise InvalidInput(f"A room can have {MAX_PINS} pins. Take one off first.")
        message.pinned_at = deps.clock() if is_pinned else None
        event = PinChanged(message_id=message.id, is_pinned=is_pinned)
        record(tx, deps, room_id=room_id, event=event)
        note_changed(tx, deps, room_id=room_id)


def count_pins(tx: Transaction, *, room_id: int) -> int:
    """How many messages of the room are pinned."""
    return tx.execute(
        select(func.count())
        .select_from(Message)
        .where(col(Message.room_id) == room_id, col(Message.pinned_at).is_not(None))
    ).scalar_one()


def note_changed(tx: Transaction, deps: Deps, *, room_id: int) -> None:
    """Have the room's screens load its pins anew after the commit."""
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "pins"))


def list_pins(deps: Deps, *, actor_id: int, room_id: int, limit: int = MAX_PINS) -> list[Excerpt]:
    """The room's pinned messages, the last pinned first. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        pinned_at = MESSAGES.c.pinned_at
        rows = tx.execute(
            EXCERPTS.where(MESSAGES.c.room_id == room_id, pinned_at.is_not(None), IS_SHOWN)
            .order_by(pinned_at.desc(), MESSAGES.c.id.desc())
            .limit(limit)
        ).all()
    return excerpts(rows)
