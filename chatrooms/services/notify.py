"""Writing notifications, in the transaction of what they tell of."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Notification
from chatrooms.domain.notifications import Kind


def notify(
    tx: Transaction,
    deps: Deps,
    *,
    account_ids: Iterable[int],
    kind: Kind,
    group_key: str,
    by_id: int | None = None,
    room_id: int | None = None,
    message_id: int | None = None,
    thread_id: int | None = None,
    detail: str = "",
) -> None:
    """Tell each account once, except the one that caused it; every open tab of theirs hears of it
    after the commit.

    While a notification with the same `group_key` is unread, it is counted up instead of joined by
    another. The caller has checked that the accounts may know.
    """
    told = sorted(set(account_ids) - {by_id})
    if not told:
        return
    now = deps.clock()
    row: dict[str, Any] = {
        "kind": kind.value,
        "group_key": f"{kind.value}:{group_key}",
        "room_id": room_id,
        "message_id": message_id,
        "thread_id": thread_id,
        "by_id": by_id,
        "detail": detail,
        "updated_at": now,
    }
    statement = insert(Notification).values(
        [{"account_id": account_id, "created_at": now, **row} for account_id in told]
    )
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "group_key"],
            index_where=col(Notification.read_at).is_(None),
            set_={"count": col(Notification.count) + 1, **row},
        )
    )
    for account_id in told:
        tx.after_commit(lambda told_id=account_id: deps.bus.nudge_account(told_id, "notifications"))
