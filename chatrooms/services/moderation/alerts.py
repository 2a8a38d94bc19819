"""What the bell tells a room's moderators of what waits for them, until nothing of it does."""

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import CaseRow, Message
from chatrooms.domain.moderation import Queue
from chatrooms.domain.notifications import Kind
from chatrooms.services.moderation.cases import list_staff
from chatrooms.services.notify import notify, settle

_QUEUES = {
    Kind.UNSAFE: frozenset({Queue.FLAGGED, Queue.REPORTED}),
    Kind.APPEAL: frozenset({Queue.APPEALS}),
    Kind.SANCTION_APPEAL: frozenset({Queue.APPEALS}),
}


def alert(
    tx: Transaction, deps: Deps, *, kind: Kind, message: Message, staff: Collection[int]
) -> None:
    """Tell these moderators of a message that waits; one notification per room and kind, counted
    up. Its author is told nothing, whatever the role."""
    notify(
        tx,
        deps,
        account_ids=set(staff) - {message.author_id},
        kind=kind,
        group_key=str(message.room_id),
        room_id=message.room_id,
        message_id=message.id,
    )


def settle_alerts(tx: Transaction, deps: Deps, *, closed: CaseRow) -> None:
    """After a case was closed: take back what moderators were told, if nothing of the kind waits in
    its room any more."""
    is_of_sanction = closed.sanction_appeal_id is not None
    for kind, queues in _QUEUES.items():
        is_kind = is_of_sanction is (kind is Kind.SANCTION_APPEAL)
        if not is_kind or Queue(closed.queue) not in queues:
            continue
        left = tx.scalar(
            select(col(CaseRow.id))
            .where(
                col(CaseRow.room_id) == closed.room_id,
                col(CaseRow.closed_at).is_(None),
                col(CaseRow.queue).in_([queue.value for queue in queues]),
                col(CaseRow.sanction_appeal_id).is_not(None) == is_of_sanction,
            )
            .limit(1)
        )
        if left is None:
            staff = list_staff(tx, room_id=closed.room_id)
            settle(tx, deps, account_ids=staff, kind=kind, group_key=str(closed.room_id))
