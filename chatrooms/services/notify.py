"""Writing notifications, in the transaction of what they tell of."""

from collections.abc import Collection, Iterable

from sqlalchemy import text, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Notification
from chatrooms.domain.notifications import OF_ONESELF, Kind

_TELL = text("""
    INSERT INTO notifications AS told
        (account_id, kind, group_key, room_id, message_id, thread_id, sanction_id, by_id, detail,
         created_at, updated_at)
    SELECT wanted.account_id, :kind, :group_key, CAST(:room_id AS bigint),
        CAST(:message_id AS bigint), CAST(:thread_id AS bigint), CAST(:sanction_id AS bigint),
        CAST(:by_id AS bigint), :detail, :now, :now
    FROM unnest(CAST(:account_ids AS bigint[])) AS wanted(account_id)
    WHERE NOT :spares_deaf OR NOT EXISTS (
        SELECT FROM memberships AS here
        WHERE here.room_id = CAST(:room_id AS bigint)
            AND here.account_id = wanted.account_id AND here.notify = 'nothing'
    )
    ON CONFLICT (account_id, group_key) WHERE read_at IS NULL DO UPDATE SET
        count = told.count + 1, room_id = excluded.room_id, message_id = excluded.message_id,
        thread_id = excluded.thread_id, sanction_id = excluded.sanction_id,
        by_id = excluded.by_id, detail = excluded.detail, updated_at = excluded.updated_at
    RETURNING account_id
""")


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
    sanction_id: int | None = None,
    detail: str = "",
) -> None:
    """Tell each account once, except the one that caused it and those who want to hear nothing of
    the room; every open tab of theirs hears of it after the commit.

    While a notification with the same `group_key` is unread, it is counted up instead of joined by
    another. The caller has checked that the accounts may know.
    """
    # Sorted, so that two transactions never wait for each other's rows.
    wanted = sorted(set(account_ids) - {by_id})
    if not wanted:
        return
    told = tx.scalars(
        _TELL,
        {
            "account_ids": wanted,
            "spares_deaf": room_id is not None and kind not in OF_ONESELF,
            "kind": kind.value,
            "group_key": f"{kind.value}:{group_key}",
            "room_id": room_id,
            "message_id": message_id,
            "thread_id": thread_id,
            "sanction_id": sanction_id,
            "by_id": by_id,
            "detail": detail,
            "now": deps.clock(),
        },
    ).all()
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
