"""How appeals end: by a moderator's decision, because it was undone, or with the message."""

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import AppealRow, AuditRow, Message
from chatrooms.domain.moderation import Status
from chatrooms.domain.notifications import Kind
from chatrooms.services.moderation.alerts import settle_alerts
from chatrooms.services.moderation.cases import close_case
from chatrooms.services.moderation.standing import nudge_authors
from chatrooms.services.notify import notify


def find_open(tx: Transaction, *, message_id: int) -> AppealRow | None:
    """The appeal about a message that nobody has answered yet."""
    return tx.scalars(
        select(AppealRow).where(
            col(AppealRow.message_id) == message_id, col(AppealRow.decided_at).is_(None)
        )
    ).one_or_none()


def settle(
    tx: Transaction, deps: Deps, appeal: AppealRow, *, by_id: int, answer: str, is_granted: bool
) -> None:
    """Note how an appeal was answered and tell its author. The caller has decided."""
    appeal.decided_at, appeal.decided_by = deps.clock(), by_id
    appeal.is_granted, appeal.answer = is_granted, answer
    tx.flush()
    notify(
        tx,
        deps,
        account_ids=[appeal.author_id],
        kind=Kind.APPEAL_DECIDED,
        group_key=str(appeal.id),
        room_id=appeal.room_id,
        message_id=appeal.message_id,
        detail="granted" if is_granted else "denied",
    )
    nudge_authors(tx, deps, room_id=appeal.room_id, authors={appeal.message_id: appeal.author_id})


def follow_undo(
    tx: Transaction, deps: Deps, message: Message, undone: AuditRow, *, by_id: int
) -> None:
    """Have the appeal follow a decision that was taken back: the one that the decision answered
    waits again; one that was made against the decision is granted, because nothing is left of it.
    """
    answered = undone.detail.get("appeal")
    if answered:
        appeal = tx.get_one(AppealRow, answered)
        appeal.decided_at = appeal.decided_by = appeal.is_granted = None
        appeal.answer = ""
        tx.flush()
        return
    made = find_open(tx, message_id=message.id)
    if made is not None and message.status != Status.REMOVED:
        closed = close_case(tx, deps, message_id=message.id, outcome="undone", by_id=by_id)
        if closed is not None:
            settle_alerts(tx, deps, closed=closed)
        settle(tx, deps, made, by_id=by_id, answer="", is_granted=True)


def close(tx: Transaction, deps: Deps, *, message_id: int) -> None:
    """End an appeal with its message, which its author deleted: nobody answers it."""
    appeal = find_open(tx, message_id=message_id)
    if appeal is not None:
        appeal.decided_at = deps.clock()
        tx.flush()
