"""What a removed message can be appealed against, and whether it was."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import AppealRow, AuditRow


@dataclass(frozen=True, slots=True)
class Removal:
    """The newest decision that removed a message, and the appeal that belongs to it: made against
    it, or answered by it."""

    decision: AuditRow
    appeal: AppealRow | None


def find_removals(tx: Transaction, *, message_ids: Sequence[int]) -> dict[int, Removal]:
    """The newest removal of each of these messages, by message; without those never removed."""
    if not message_ids:
        return {}
    decisions = tx.scalars(
        select(AuditRow)
        .ext(distinct_on(col(AuditRow.message_id)))
        .where(col(AuditRow.message_id).in_(message_ids), col(AuditRow.action) == "remove")
        .order_by(col(AuditRow.message_id), col(AuditRow.id).desc())
    ).all()
    answering = {row.id: row.detail.get("appeal") for row in decisions}
    appeals = tx.scalars(
        select(AppealRow).where(
            or_(
                col(AppealRow.removal_id).in_(answering),
                col(AppealRow.id).in_([each for each in answering.values() if each]),
            )
        )
    ).all()
    by_id = {appeal.id: appeal for appeal in appeals}
    against = {appeal.removal_id: appeal for appeal in appeals}
    return {
        row.message_id or 0: Removal(row, by_id.get(answering[row.id] or 0) or against.get(row.id))
        for row in decisions
    }
