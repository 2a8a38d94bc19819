"""Held messages and edits whose verdict is late: the room's own choice applies."""

from collections import defaultdict

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Message
from chatrooms.domain.moderation import HoldExpiry, Queue, Status
from chatrooms.services import editing
from chatrooms.services.ai.following import following
from chatrooms.services.event_log import lock_policy
from chatrooms.services.moderation.cases import nudge_staff, open_case
from chatrooms.services.moderation.withholding import show

_BATCH = 100


def release_overdue(deps: Deps) -> int:
    """Publish held messages and edits that nobody judged in time, for moderators to look at, or go
    on holding them, as each room chose; how many were published.

    For every web process, so that a room goes on while no worker does; safe to run at once.
    """
    is_edit = col(Message.held_edit).is_not(None)
    is_overdue = (
        (col(Message.position).is_(None) | is_edit)
        & (col(Message.hold_until) < func.now())
        & ((col(Message.status) == Status.PENDING.value) | is_edit)
        & col(Message.deleted_at).is_(None)
    )
    with transaction(deps.sessions) as tx:
        due = tx.execute(
            select(col(Message.id), col(Message.room_id)).where(is_overdue).limit(_BATCH)
        ).all()
    by_room: dict[int, list[int]] = defaultdict(list)
    for row in due:
        by_room[row.room_id].append(row.id)
    return sum(_release(deps, room_id, ids, is_overdue) for room_id, ids in by_room.items())


def _release(deps: Deps, room_id: int, ids: list[int], is_overdue: ColumnElement[bool]) -> int:
    with transaction(deps.sessions) as tx:
        policy = lock_policy(tx, room_id=room_id)
        held = tx.scalars(
            select(Message)
            .where(col(Message.id).in_(ids), is_overdue)
            .order_by(col(Message.id))
            .with_for_update(skip_locked=True)
        ).all()
        for message in held:
            if policy.hold_expiry is HoldExpiry.KEEP:
                message.hold_until = None
                continue
            with following(tx, deps, [message]):
                message.status = Status.PENDING
                show(tx, deps, message=message)
                editing.publish_held(tx, deps, message=message)
            open_case(tx, deps, message=message, queue=Queue.UNREVIEWED, score=None)
        is_published = policy.hold_expiry is HoldExpiry.PUBLISH and bool(held)
        if is_published:
            nudge_staff(tx, deps, room_id=room_id)
        return len(held) if is_published else 0
