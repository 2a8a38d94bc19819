"""What becomes of moderation when a message is deleted by its author, with its author's account, or
by its room's limit: there is nothing to decide any more. What was decided stays in the log; the
words of the message do not."""

from typing import Literal

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

Why = Literal["deleted", "account_deleted", "too_old"]
"""By its author, with its author's account, or because its room keeps messages no longer."""


def withdraw(tx: Transaction, deps: Deps, *, message: Message, why: Why) -> None:
    """Close the case of a message that is deleted, answer its reports, and erase its words from
    verdicts. The caller holds the room's lock and has checked the right."""
    closed = close_case(tx, deps, message_id=message.id, outcome="deleted", by_id=None)
    if closed is not None:
        settle_alerts(tx, deps, closed=closed)
        nudge_staff(tx, deps, room_id=message.room_id)
        _answer_reports(tx, deps, message=message, why=why)
        appeal_outcomes.close(tx, deps, message_id=message.id)
    tx.execute(
        update(VerdictRow)
        .where(
            col(VerdictRow.message_id) == message.id,
            col(VerdictRow.evidence) != literal([], JSONB),
        )
        .values(evidence=[])
    )


def _answer_reports(tx: Transaction, deps: Deps, *, message: Message, why: Why) -> None:
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
        by_id=message.author_id if why == "deleted" else None,
        room_id=message.room_id,
        message_id=message.id,
        detail=why,
    )
