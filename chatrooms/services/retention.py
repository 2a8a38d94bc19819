"""How long rooms keep messages: what owners choose, and deleting what is older."""

import time
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import exclusively, transaction
from chatrooms.db.tables import Message, Room
from chatrooms.domain import jobs
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.event_log import lock_room
from chatrooms.services.rooms import change_room
from chatrooms.services.taking_back import take_back

MIN_DAYS = 1
MAX_DAYS = 3650
_TURN_S = 30.0
"""How long a worker goes on before others' tasks have their turn."""
_AT_ONCE = 20
"""How many messages are deleted under the room's lock: whoever writes there waits for it."""
_LOCK = 0x6B65_6570


def checked_days(days: int | None) -> int | None:
    """A number of days that a room may keep messages, or None for ever. Raises: InvalidInput."""
    if days is not None and not MIN_DAYS <= days <= MAX_DAYS:
        raise InvalidInput(f"Messages can be kept for {MIN_DAYS} to {MAX_DAYS} days, or for ever.")
    return days


def count_older(deps: Deps, *, actor_id: int, room_id: int, days: int) -> int:
    """How many messages of the room would go now if it kept them for so many days. Owners only.

    Raises: InvalidInput; as `access_room`.
    """
    checked_days(days)
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.EDIT_ROOM)
        older = _older(deps, room_id=room_id, days=days).subquery()
        return tx.execute(select(func.count()).select_from(older)).scalar_one()


def set_keep_days(deps: Deps, *, actor_id: int, room_id: int, days: int | None) -> None:
    """Have the room keep messages for so many days, or for ever. Owners only; what is older goes
    within minutes, for good. Raises: InvalidInput; as `access_room`."""
    checked_days(days)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.EDIT_ROOM)
        if access.facts.keep_days == days:
            return
        change_room(tx, deps, access=access, columns={"keep_days": days})
        if days is not None:
            tx.after_commit(lambda: _send(deps))


def _send(deps: Deps) -> None:
    deps.jobs.send(jobs.APPLY_RETENTION, queue=jobs.AI_QUEUE)


def _older(deps: Deps, *, room_id: int, days: int) -> Select[int]:
    return select(col(Message.id)).where(
        col(Message.room_id) == room_id,
        col(Message.deleted_at).is_(None),
        col(Message.sent_at) < deps.clock() - timedelta(days=days),
    )


def apply(deps: Deps, *, turn_s: float = _TURN_S) -> int:
    """Delete messages that are older than their rooms keep them, some at a time, and return how
    many; if there are more than a turn's, another job is sent. For beat; safe to repeat, and at
    once by several workers: all but one of them do nothing.
    """
    deleted = 0
    with exclusively(deps.sessions, lock=_LOCK) as is_alone:
        if not is_alone:
            return 0
        ends = time.monotonic() + turn_s
        with transaction(deps.sessions) as tx:
            room_ids = tx.scalars(
                select(col(Room.id)).where(col(Room.keep_days).is_not(None)).order_by(col(Room.id))
            ).all()
        for room_id in room_ids:
            while count := _delete_some(deps, room_id=room_id):
                deleted += count
                if time.monotonic() > ends:
                    _send(deps)
                    return deleted
    return deleted


def _delete_some(deps: Deps, *, room_id: int) -> int:
    with transaction(deps.sessions) as tx:
        lock_room(tx, room_id=room_id)
        days = tx.scalar(select(col(Room.keep_days)).where(col(Room.id) == room_id))
        if days is None:
            return 0
        older = _older(deps, room_id=room_id, days=days)
        ids = tx.scalars(older.order_by(col(Message.sent_at)).limit(_AT_ONCE)).all()
        messages = select(Message).where(col(Message.id).in_(ids)).order_by(col(Message.id))
        for message in tx.scalars(messages).all():
            take_back(tx, deps, message=message, why="too_old")
    return len(ids)
