"""The log of every decision. It is only ever added to."""

from typing import Any

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import AuditRow, Message


def write_audit(
    tx: Transaction,
    deps: Deps,
    *,
    room_id: int | None,
    action: str,
    by_id: int | None,
    message: Message | None = None,
    account_id: int | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
    undoes_id: int | None = None,
) -> int:
    """Add a decision to the log; its id. `by_id` is None where model or rules decided; whom it
    concerns is the author of `message` unless `account_id` says otherwise."""
    row = AuditRow(
        room_id=room_id,
        action=action,
        message_id=message.id if message else None,
        account_id=account_id or (message.author_id if message else None),
        by_id=by_id,
        reason=reason,
        detail=detail or {},
        undoes_id=undoes_id,
        created_at=deps.clock(),
    )
    tx.add(row)
    tx.flush()
    return row.id
