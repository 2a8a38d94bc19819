"""What the index of meaning has to follow."""

from collections.abc import Collection

from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.services.ai.index_texts import Kind
from chatrooms.services.waking import INDEXING, wake_after_commit

_ADD = text("""
    INSERT INTO index_requests (room_id, kind, item_id)
    SELECT :room_id, :kind, each FROM unnest(CAST(:ids AS bigint[])) AS each
""")


def note_changed(
    tx: Transaction,
    deps: Deps,
    *,
    room_id: int,
    item_ids: Collection[int],
    kind: Kind = "message",
) -> None:
    """Have the index follow what became of these messages of a room: approved, edited, removed,
    restored or deleted. To be called in the transaction of the change; one statement however
    many there are.
    """
    if not item_ids:
        return
    tx.execute(_ADD, {"room_id": room_id, "kind": kind, "ids": list(item_ids)})
    wake_after_commit(tx, deps, INDEXING)


def note_room_changed(tx: Transaction, deps: Deps, *, room_id: int) -> None:
    """Have the index follow what became of a room itself: made, described anew, hidden, archived,
    deleted, or summed up anew. To be called in the transaction of the change."""
    note_changed(tx, deps, room_id=room_id, item_ids=[room_id], kind="room")
