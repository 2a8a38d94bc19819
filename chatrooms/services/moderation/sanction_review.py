"""One appeal against a time-out or ban in full, as those who answer it see it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, AuditRow, CaseRow, Message, SanctionAppealRow, SanctionRow
from chatrooms.domain.events import Person
from chatrooms.domain.moderation import Queue, SanctionAppealOutcome, Status
from chatrooms.domain.text import excerpt
from chatrooms.services.access import RoomAccess, access_case
from chatrooms.services.moderation.review import CaseInFull, case_in_full, claimant, people_of
from chatrooms.services.moderation.sanction_answers import why_not_answer

_MOST = 5


@dataclass(frozen=True, slots=True)
class Removed:
    """A message of the person that stands removed in this room."""

    text: str
    by: str
    """Empty where model or rules decided."""
    reason: str
    removed_at: datetime


@dataclass(frozen=True, slots=True)
class SanctionCase:
    """Everything that a moderator needs to answer an appeal against a sanction."""

    id: int
    is_open: bool
    opened_at: datetime
    claimed_by: str
    """Another moderator who looks at it at this moment; empty if nobody does."""
    room_id: int
    room_slug: str
    room_name: str
    person: Person
    kind: str
    """`time_out` or `ban`."""
    imposed_by: str
    imposed_at: datetime
    until: datetime | None
    reason: str
    appeal: str
    removals: tuple[Removed, ...]
    """Newest first."""
    why_not: str
    """Why the actor may not answer it, in a sentence; empty for who may."""
    outcome: SanctionAppealOutcome | None
    """None while it waits."""
    decided_by: str

    @property
    def queue(self) -> Queue:
        """Where it waits."""
        return Queue.APPEALS


def get_any_case(deps: Deps, *, actor_id: int, case_id: int) -> CaseInFull | SanctionCase:
    """A case in full, whatever it is about. For moderators of its room. Raises: CaseUnavailable."""
    with transaction(deps.sessions) as tx:
        access, case = access_case(tx, actor_id=actor_id, case_id=case_id)
        if case.sanction_appeal_id is None:
            return case_in_full(tx, deps, access, case)
        return _in_full(tx, deps, access, case, appeal_id=case.sanction_appeal_id)


def _in_full(
    tx: Transaction, deps: Deps, access: RoomAccess, case: CaseRow, *, appeal_id: int
) -> SanctionCase:
    appeal = tx.get_one(SanctionAppealRow, appeal_id)
    sanction = tx.get_one(SanctionRow, appeal.sanction_id)
    people = people_of(tx, case)
    names = _names(tx, sanction.by_id, appeal.decided_by or 0)
    return SanctionCase(
        id=case.id,
        is_open=case.closed_at is None,
        opened_at=case.opened_at,
        claimed_by=claimant(deps, access, case, people),
        room_id=access.room_id,
        room_slug=access.facts.slug,
        room_name=access.facts.name,
        person=people[case.author_id],
        kind=sanction.kind,
        imposed_by=names.get(sanction.by_id, ""),
        imposed_at=sanction.created_at,
        until=sanction.until,
        reason=sanction.reason,
        appeal=appeal.text,
        removals=_removals(tx, room_id=access.room_id, account_id=sanction.account_id),
        why_not=why_not_answer(tx, access=access, case=case),
        outcome=SanctionAppealOutcome(appeal.outcome) if appeal.outcome else None,
        decided_by=names.get(appeal.decided_by or 0, ""),
    )


def _names(tx: Transaction, *ids: int) -> dict[int, str]:
    rows = tx.execute(select(col(Account.id), col(Account.name)).where(col(Account.id).in_(ids)))
    return {row.id: row.name for row in rows}


def _removals(tx: Transaction, *, room_id: int, account_id: int) -> tuple[Removed, ...]:
    rows = tx.execute(
        select(AuditRow, col(Message.body), col(Account.name))
        .join(Message, col(Message.id) == col(AuditRow.message_id))
        .outerjoin(Account, col(Account.id) == col(AuditRow.by_id))
        .where(
            col(AuditRow.room_id) == room_id,
            col(AuditRow.account_id) == account_id,
            col(AuditRow.action) == "remove",
            col(Message.status) == Status.REMOVED.value,
            col(Message.deleted_at).is_(None),
        )
        .order_by(col(AuditRow.created_at).desc(), col(AuditRow.id).desc())
        .limit(_MOST * 2)
    ).all()
    newest = {row.message_id: (row, body, by) for row, body, by in reversed(rows)}
    found = sorted(newest.values(), key=lambda each: each[0].id, reverse=True)
    return tuple(
        Removed(excerpt(body), by or "", row.reason, row.created_at)
        for row, body, by in found[:_MOST]
    )
