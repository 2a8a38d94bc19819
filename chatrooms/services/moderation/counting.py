"""Counting what was moderated, and asking for a summary after every K messages."""

from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Room, SummaryRequest, table_of
from chatrooms.domain.moderation import Policy
from chatrooms.services.waking import SUMMARISING, wake_after_commit

_ROOMS = table_of(Room)
_COUNT = (
    update(_ROOMS)
    .where(_ROOMS.c.id == bindparam("room"))
    .values(moderated_count=_ROOMS.c.moderated_count + bindparam("more"))
    .returning(_ROOMS.c.moderated_count, _ROOMS.c.last_seq, _ROOMS.c.has_assistant)
)


def count_moderated(
    tx: Transaction, deps: Deps, *, room_id: int, policy: Policy, more: int
) -> None:
    """Count messages that were just decided about; each full K asks for one summary.

    The count lies in the room's row, whose lock the caller holds, in the transaction of the
    decisions: whatever dies or runs at once, nothing counts twice or is lost.
    """
    if more <= 0:
        return
    total, last_seq, has_assistant = tx.execute(_COUNT, {"room": room_id, "more": more}).one()
    every = policy.summary_every
    reached = total // every * every
    if reached <= total - more:
        return
    tx.execute(
        insert(SummaryRequest)
        .values(
            room_id=room_id,
            moderated_count=reached,
            last_seq=last_seq,
            created_at=deps.clock(),
        )
        .on_conflict_do_nothing()
    )
    if has_assistant:
        wake_after_commit(tx, deps, SUMMARISING, room_id=room_id)
