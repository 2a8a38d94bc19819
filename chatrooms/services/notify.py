"""Writing notifications, in the transaction of what they tell of."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Membership, Notification
from chatrooms.domain.notifications import OF_ONESELF, Kind

_AT_ONCE = 1_000
"""Rows of one statement: all members of a large room may be called at once."""


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
    """Tell each account once, except the one that caused it and those who want to hear nothing of
    the room; every open tab of theirs hears of it after the commit.

    While a notification with the same `group_key` is unread, it is counted up instead of joined by
    another. The caller has checked that the accounts may know.
    """
    told = sorted(set(account_ids) - {by_id})
    if room_id is not None and kind not in OF_ONESELF:
        told = _without_deaf(tx, room_id=room_id, account_ids=told)
    row: dict[str, Any] = {
        "kind": kind.value,
        "group_key": f"{kind.value}:{group_key}",
        "room_id": room_id,
        "message_id": message_id,
        "thread_id": thread_id,
        "by_id": by_id,
        "detail": detail,
        "updated_at": deps.clock(),
    }
    for start in range(0, len(told), _AT_ONCE):
        _write(tx, told[start : start + _AT_ONCE], row)
    if told:
        changed = "notifications" if thread_id is None else "replies"
        tx.after_commit(lambda: deps.bus.nudge_accounts(told, changed))


def settle(
    tx: Transaction, deps: Deps, *, account_ids: Collection[int], kind: Kind, group_key: str
) -> None:
    """Mark what these accounts were told under this key as read: it needs nobody any more."""
    settled = tx.scalars(
        update(Notification)
        .where(
            col(Notification.account_id).in_(account_ids),
            col(Notification.group_key) == f"{kind.value}:{group_key}",
            col(Notification.read_at).is_(None),
        )
        .values(read_at=deps.clock())
        .returning(col(Notification.account_id))
    ).all()
    if settled:
        tx.after_commit(lambda: deps.bus.nudge_accounts(settled, "notifications"))


def _without_deaf(tx: Transaction, *, room_id: int, account_ids: Sequence[int]) -> list[int]:
    if not account_ids:
        return []
    deaf = tx.scalars(
        select(col(Membership.account_id)).where(
            col(Membership.room_id) == room_id, col(Membership.notify) == "nothing"
        )
    ).all()
    return sorted(set(account_ids) - set(deaf))


def _write(tx: Transaction, account_ids: Sequence[int], row: dict[str, Any]) -> None:
    rows = [{"account_id": each, "created_at": row["updated_at"], **row} for each in account_ids]
    statement = insert(Notification).values(rows)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "group_key"],
            index_where=col(Notification.read_at).is_(None),
            set_={"count": col(Notification.count) + 1, **row},
        )
    )
