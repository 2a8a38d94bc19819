"""What moderators of a room know of one of its people."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, AuditRow, CaseRow, Membership, Message, SanctionRow
from chatrooms.domain.errors import AccountUnavailable
from chatrooms.domain.events import Person
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import check_line, excerpt
from chatrooms.services.access import access_room, is_id
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.cases import nudge_staff
from chatrooms.services.people import person_of

MAX_NOTE_CHARS = 500
NOTE = "note"
MANY = 1_000
"""Messages are counted up to this many."""
_RECENT = 5
_MOST = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the room's log about the person: a decision, a sanction, or a note."""

    action: str
    by: str
    """Empty where model or rules decided."""
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """Something that the person wrote in the room lately."""

    text: str
    sent_at: datetime
    withheld: str


@dataclass(frozen=True, slots=True)
class Sanction:
    """A time out or ban that holds at this moment."""

    kind: str
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """One person in one room."""

    person: Person
    role: str
    """Empty for somebody who is not a member any more."""
    joined_at: datetime | None
    message_count: int
    """Up to `MANY`."""
    removed_count: int
    decisions: tuple[Entry, ...]
    """Newest first."""
    notes: tuple[Entry, ...]
    recent: tuple[Post, ...]
    sanctions: tuple[Sanction, ...]


def get_record(deps: Deps, *, actor_id: int, room_id: int, account_id: int) -> Record:
    """What is known of a person in this room, and nothing of other rooms. For moderators of the
    room. Raises: AccountUnavailable for somebody who never was here; as `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        account, membership = _known(tx, room_id=room_id, account_id=account_id)
        return Record(
            person=person_of(account),
            role=membership.role if membership else "",
            joined_at=membership.joined_at if membership else None,
            message_count=_count_messages(tx, room_id, account.id),
            removed_count=_count_removed(tx, room_id, account.id),
            decisions=_entries(tx, room_id, account.id, are_notes=False),
            notes=_entries(tx, room_id, account.id, are_notes=True),
            recent=_recent(tx, room_id, account.id),
            sanctions=_sanctions(tx, deps, room_id, account.id),
        )


def add_note(deps: Deps, *, actor_id: int, room_id: int, account_id: int, text: str) -> None:
    """Note something about a person for the room's moderators. It goes to the room's log, so it
    cannot be changed. Raises: InvalidInput; as `get_record`."""
    note = check_line(text, label="A note", max_chars=MAX_NOTE_CHARS, required=True)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        account, _ = _known(tx, room_id=room_id, account_id=account_id)
        write_audit(
            tx,
            deps,
            room_id=access.room_id,
            action=NOTE,
            by_id=access.actor.id,
            account_id=account.id,
            reason=note,
        )
        nudge_staff(tx, deps, room_id=access.room_id)


def _known(
    tx: Transaction, *, room_id: int, account_id: object
) -> tuple[Account, Membership | None]:
    account = tx.get(Account, account_id) if is_id(account_id) else None
    if account is None:
        raise AccountUnavailable
    membership = tx.scalars(
        select(Membership).where(
            col(Membership.room_id) == room_id, col(Membership.account_id) == account.id
        )
    ).one_or_none()
    had_case = tx.scalars(
        select(col(CaseRow.id))
        .where(col(CaseRow.room_id) == room_id, col(CaseRow.author_id) == account.id)
        .limit(1)
    ).first()
    if membership is None and had_case is None:
        raise AccountUnavailable
    return account, membership


def _count_messages(tx: Transaction, room_id: int, account_id: int) -> int:
    some = (
        select(col(Message.id))
        .where(
            col(Message.room_id) == room_id,
            col(Message.author_id) == account_id,
            col(Message.deleted_at).is_(None),
        )
        .limit(MANY)
        .subquery()
    )
    return tx.execute(select(func.count()).select_from(some)).scalar_one()


def _count_removed(tx: Transaction, room_id: int, account_id: int) -> int:
    return tx.execute(
        select(func.count())
        .select_from(AuditRow)
        .where(
            col(AuditRow.room_id) == room_id,
            col(AuditRow.account_id) == account_id,
            col(AuditRow.action) == "remove",
        )
    ).scalar_one()


def _entries(
    tx: Transaction, room_id: int, account_id: int, *, are_notes: bool
) -> tuple[Entry, ...]:
    action = col(AuditRow.action)
    rows = tx.execute(
        select(AuditRow, col(Account.name))
        .outerjoin(Account, col(Account.id) == col(AuditRow.by_id))
        .where(
            col(AuditRow.room_id) == room_id,
            col(AuditRow.account_id) == account_id,
            action == NOTE if are_notes else action != NOTE,
        )
        .order_by(col(AuditRow.id).desc())
        .limit(_MOST)
    ).all()
    return tuple(Entry(row.action, by or "", row.reason, row.created_at) for row, by in rows)


def _recent(tx: Transaction, room_id: int, account_id: int) -> tuple[Post, ...]:
    rows = tx.execute(
        select(col(Message.body), col(Message.sent_at), col(Message.withheld))
        .where(
            col(Message.room_id) == room_id,
            col(Message.author_id) == account_id,
            col(Message.deleted_at).is_(None),
        )
        .order_by(col(Message.sent_at).desc())
        .limit(_RECENT)
    ).all()
    return tuple(Post(excerpt(row.body), row.sent_at, row.withheld) for row in rows)


def _sanctions(tx: Transaction, deps: Deps, room_id: int, account_id: int) -> tuple[Sanction, ...]:
    rows = tx.scalars(
        select(SanctionRow)
        .where(
            col(SanctionRow.room_id) == room_id,
            col(SanctionRow.account_id) == account_id,
            col(SanctionRow.lifted_at).is_(None),
            col(SanctionRow.until).is_(None) | (col(SanctionRow.until) > deps.clock()),
        )
        .order_by(col(SanctionRow.id).desc())
        .limit(_MOST)
    )
    return tuple(Sanction(row.kind, row.until, row.reason) for row in rows)
