"""Messages that people save for themselves."""

from sqlalchemy import and_, delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Membership, SavedMessage, table_of
from chatrooms.domain.errors import MessageUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_account, access_message
from chatrooms.services.bans import is_banned
from chatrooms.services.event_log import lock_room
from chatrooms.services.excerpts import EXCERPTS, IS_SHOWN, MESSAGES, ROOMS, Excerpt, excerpts

_SAVED, _MEMBERSHIPS = table_of(SavedMessage), table_of(Membership)


def set_saved(deps: Deps, *, actor_id: int, room_id: int, message_id: int, is_saved: bool) -> None:
    """Save a message of a room that the actor may read, or forget it. Safe to repeat.

    Raises: MessageUnavailable if it is deleted or withheld; as `access_message`.
    """
    with transaction(deps.sessions) as tx:
        _, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        # Under the room's lock: deleting a message forgets it everywhere, whoever comes first.
        lock_room(tx, room_id=room_id)
        tx.refresh(message)
        if message.deleted_at is not None or message.withheld:
            raise MessageUnavailable
        if is_saved:
            row = insert(SavedMessage).values(
                account_id=actor_id, message_id=message.id, saved_at=deps.clock()
            )
            tx.execute(row.on_conflict_do_nothing())
        else:
            tx.execute(
                delete(SavedMessage).where(
                    col(SavedMessage.account_id) == actor_id,
                    col(SavedMessage.message_id) == message.id,
                )
            )
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "marks"))


def list_saved(deps: Deps, *, actor_id: int, limit: int, offset: int = 0) -> list[Excerpt]:
    """What the actor saved, the last saved first; nothing of rooms that the actor may not read
    any more."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        is_mine = and_(_MEMBERSHIPS.c.room_id == ROOMS.c.id, _MEMBERSHIPS.c.account_id == actor_id)
        rows = tx.execute(
            EXCERPTS.join(_SAVED, _SAVED.c.message_id == MESSAGES.c.id)
            .outerjoin(_MEMBERSHIPS, is_mine)
            .where(
                _SAVED.c.account_id == actor_id,
                IS_SHOWN,
                _MEMBERSHIPS.c.role.is_not(None) | ~ROOMS.c.is_private,
                ~is_banned(room_id=ROOMS.c.id, account_id=actor_id),
            )
            .order_by(_SAVED.c.saved_at.desc(), _SAVED.c.message_id.desc())
            .offset(offset)
            .limit(limit)
        ).all()
    return excerpts(rows)
