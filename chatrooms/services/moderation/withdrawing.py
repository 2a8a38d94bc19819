"""What becomes of moderation when an author deletes a message: there is nothing to decide any more.
What was decided stays in the log; the words of the message do not."""

from sqlalchemy import literal, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message, ReportRow, VerdictRow
from chatrooms.domain.notifications import Kind
from chatrooms.services.moderation import appeal_outcomes
from chatrooms.services.moderation.alerts import settle_alerts
from chatrooms.services.moderation.cases import close_case, nudge_staff
from chatrooms.services.notify import notify


def withdraw(tx: Transaction, deps: Deps, *, message: Message) -> None:
    """Close the case of a message that its author deletes, answer its reports, and erase its words
    from verdicts. The caller holds the room's lock and has checked the right."""
    closed = close_case(tx, deps, message_id=message.id, outcome="deleted", by_id=None)
    if closed is not None:
        settle_alerts(tx, deps, closed=closed)
        nudge_staff(tx, deps, room_id=message.room_id)
        _answer_reports(tx, deps, message=message)
        appeal_outcomes.close(tx, deps, message_id=message.id)
    tx.execute(
        update(VerdictRow)
        .where(
            col(VerdictRow.message_id) == message.id,
            col(VerdictRow.evidence) != literal([], JSONB),
        )
        .values(evidence=[])
    )


def _answer_reports(tx: Transaction, deps: Deps, *, message: Message) -> None:
    reporters = tx.scalars(
        update(ReportRow)
        .where(col(ReportRow.message_id) == message.id, col(ReportRow.decided_at).is_(None))
        .values(decided_at=deps.clock())
        .returning(col(ReportRow.reporter_id))
    ).all()
    notify(
        tx,
        deps,
        account_ids=reporters,
        kind=Kind.REPORT_DECIDED,
        group_key=str(message.id),
        by_id=message.author_id,
        room_id=message.room_id,
        message_id=message.id,
        detail="deleted",
    )
