"""What votes, reactions and poll votes have in common: whoever may post may put one on a message
that stands, at a bearable rate, and one after another."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message
from chatrooms.domain.errors import MessageUnavailable
from chatrooms.domain.moderation import Withheld
from chatrooms.domain.permissions import Permission
from chatrooms.services import limits
from chatrooms.services.access import RoomAccess, access_message
from chatrooms.services.event_log import lock_room


def access_to_mark(
    tx: Transaction, deps: Deps, *, actor_id: int, room_id: object, message_id: object
) -> tuple[RoomAccess, Message]:
    """A message on which the actor may put something, under the room's lock, which orders all
    changes to its messages.

    Raises: MessageUnavailable if it is deleted; RateLimited; as `access_message`.
    """
    access, message = access_message(
        tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.POST
    )
    limits.count(
        deps,
        what="marks",
        whose=str(access.actor.id),
        limit=deps.settings.marks_per_minute,
        per=timedelta(minutes=1),
        fail_open=True,
    )
    lock_standing(tx, message=message)
    return access, message


def lock_standing(tx: Transaction, *, message: Message) -> None:
    """Hold the room's lock and make sure that the message was not deleted or withheld
    before.

    Raises: MessageUnavailable.
    """
    lock_room(tx, room_id=message.room_id)
    standing = tx.execute(
        select(col(Message.id)).where(
            col(Message.id) == message.id,
            col(Message.deleted_at).is_(None),
            col(Message.withheld) == Withheld.NO,
        )
    ).one_or_none()
    if standing is None:
        raise MessageUnavailable
