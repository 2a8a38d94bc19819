"""Counting what was moderated, and asking for a summary after every K messages."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Room, SummaryRequest
from chatrooms.domain import jobs
from chatrooms.domain.moderation import Policy


def count_moderated(
    tx: Transaction, deps: Deps, *, room_id: int, policy: Policy, more: int
) -> None:
    """Count messages that were just decided about; each full K asks for one summary.

    The count lies in the room's row, whose lock the caller holds, in the transaction of the
    decisions: whatever dies or runs at once, nothing counts twice or is lost.
    """
    if more <= 0:
        return
    total = tx.execute(
        update(Room)
        .where(col(Room.id) == room_id)
        .values(moderated_count=col(Room.moderated_count) + more)
        .returning(col(Room.moderated_count))
    ).scalar_one()
    every = policy.summary_every
    reached = total // every * every
    if reached <= total - more:
        return
    tx.execute(
        insert(SummaryRequest)
        .values(room_id=room_id, moderated_count=reached, created_at=deps.clock())
        .on_conflict_do_nothing()
    )
    tx.after_commit(lambda: deps.jobs.send(jobs.SUMMARISE, queue=jobs.AI_QUEUE, room_id=room_id))
