"""One case in full: what was written and around it, why it waits, what was decided so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import (
    Account,
    AppealRow,
    AttachmentRow,
    AuditRow,
    CaseRow,
    Message,
    ReportRow,
    VerdictRow,
)
from chatrooms.domain.errors import CaseUnavailable
from chatrooms.domain.events import Person
from chatrooms.domain.moderation import Policy, Queue, Withheld
from chatrooms.domain.text import excerpt
from chatrooms.services.access import RoomAccess, access_case
from chatrooms.services.moderation.queue import LEASE
from chatrooms.services.moderation.texts import (
    Choice,
    Mark,
    find_choices,
    marked_choices,
    marks_of,
)
from chatrooms.services.people import person_of

AROUND = 3
"""Messages shown before and after."""
_MOST = 20


@dataclass(frozen=True, slots=True)
class Said:
    """A message beside the one in question, in short; also of what others do not see."""

    author: str
    text: str
    sent_at: datetime
    withheld: str


@dataclass(frozen=True, slots=True)
class Report:
    """Why somebody found the message wrong. Who it was stays with the system."""

    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """What model and rules made of one text of the message."""

    score: float | None
    model: str
    rule: str
    decision: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about the message, by a person or, without one, by model and rules."""

    action: str
    by: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CaseInFull:
    """Everything that a moderator needs to decide."""

    id: int
    queue: Queue
    is_open: bool
    opened_at: datetime
    claimed_by: str
    """Another moderator who looks at it at this moment; empty if nobody does."""
    room_id: int
    room_slug: str
    room_name: str
    policy: Policy
    """The room's of this moment."""
    message_id: int
    author: Person
    body: str
    choices: tuple[Choice, ...]
    """Those of its poll, if it has one: `body` is the question then."""
    files: tuple[str, ...]
    sent_at: datetime
    is_edited: bool
    is_deleted: bool
    is_held: bool
    withheld: Withheld
    marks: tuple[Mark, ...]
    judgements: tuple[Judgement, ...]
    """Newest first; the first is about the present text unless it waits to be judged."""
    before: tuple[Said, ...]
    after: tuple[Said, ...]
    reports: tuple[Report, ...]
    appeal: str
    decisions: tuple[Decided, ...]
    """Newest first."""

    @property
    def score(self) -> float | None:
        """The newest score, in [0, 1]; None where the model could not read the text."""
        return self.judgements[0].score if self.judgements else None


def get_case(deps: Deps, *, actor_id: int, case_id: int) -> CaseInFull:
    """A case with the text as its author wrote it, whether others see it or not. For moderators of
    its room. Costs the same number of queries however much there is.

    Raises: CaseUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access, case = access_case(tx, actor_id=actor_id, case_id=case_id)
        return case_in_full(tx, deps, access, case)


def case_in_full(tx: Transaction, deps: Deps, access: RoomAccess, case: CaseRow) -> CaseInFull:
    """As `get_case`, for who was let in already. Raises: CaseUnavailable for a case about no
    message."""
    if case.message_id is None:
        raise CaseUnavailable
    message = tx.get_one(Message, case.message_id)
    people = people_of(tx, case)
    verdicts = _verdicts(tx, message)
    evidence = _evidence(message, verdicts)
    before, after = _around(tx, message)
    return CaseInFull(
        id=case.id,
        queue=Queue(case.queue),
        is_open=case.closed_at is None,
        opened_at=case.opened_at,
        claimed_by=claimant(deps, access, case, people),
        room_id=access.room_id,
        room_slug=access.facts.slug,
        room_name=access.facts.name,
        policy=access.policy,
        message_id=message.id,
        author=people[message.author_id],
        body=message.body,
        choices=_choices(tx, message, evidence),
        files=_files(tx, message),
        sent_at=message.sent_at,
        is_edited=message.edited_at is not None,
        is_deleted=message.deleted_at is not None,
        is_held=message.is_held,
        withheld=Withheld(message.withheld),
        marks=marks_of(evidence, length=len(message.body)),
        judgements=tuple(
            Judgement(v.score, v.model, v.rule, v.decision, v.created_at) for v in verdicts
        ),
        before=before,
        after=after,
        reports=_reports(tx, message),
        appeal=_appeal(tx, message),
        decisions=_decisions(tx, message),
    )


def people_of(tx: Transaction, case: CaseRow) -> dict[int, Person]:
    """Whom a case is about and who looks at it, by id."""
    ids = {case.author_id, case.claimed_by or 0}
    accounts = tx.scalars(select(Account).where(col(Account.id).in_(ids)))
    return {account.id: person_of(account) for account in accounts}


def claimant(deps: Deps, access: RoomAccess, case: CaseRow, people: Mapping[int, Person]) -> str:
    """The name of another moderator who looks at a case now; empty if nobody does."""
    is_claimed = (
        case.claimed_by not in (None, access.actor.id)
        and case.claimed_at is not None
        and case.claimed_at > deps.clock() - LEASE
    )
    return people[case.claimed_by or 0].name if is_claimed else ""


def _verdicts(tx: Transaction, message: Message) -> Sequence[VerdictRow]:
    return tx.scalars(
        select(VerdictRow)
        .where(col(VerdictRow.message_id) == message.id)
        .order_by(col(VerdictRow.id).desc())
        .limit(_MOST)
    ).all()


def _evidence(message: Message, verdicts: Sequence[VerdictRow]) -> Sequence[dict[str, Any]]:
    """What drove the score of the present text up."""
    is_judged = bool(verdicts) and verdicts[0].revision == message.revision
    return verdicts[0].evidence if is_judged else ()


def _choices(
    tx: Transaction, message: Message, evidence: Sequence[dict[str, Any]]
) -> tuple[Choice, ...]:
    choices = find_choices(tx, [message]).get(message.id, ())
    return marked_choices(evidence, body=message.body, choices=choices)


def _around(tx: Transaction, message: Message) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """What stands before and after it in the timeline, or in the thread that it is in. For one that
    is held: what stood there when it was written, and what came since."""
    place = col(Message.thread_id)
    here = place.is_(None) if message.thread_id is None else place == message.thread_id
    asked = (
        select(
            col(Message.position),
            col(Message.body),
            col(Message.sent_at),
            col(Message.withheld),
            col(Account.name),
        )
        .join(Account, col(Account.id) == col(Message.author_id))
        .where(
            col(Message.room_id) == message.room_id,
            here,
            col(Message.position).is_not(None),
            col(Message.deleted_at).is_(None),
        )
    )
    earlier = (
        col(Message.id) < message.id
        if message.is_held
        else col(Message.position) < message.position
    )
    position = col(Message.position)
    before = tx.execute(asked.where(earlier).order_by(position.desc()).limit(AROUND)).all()[::-1]
    last = (before[-1].position if before else 0) if message.is_held else message.position
    after = tx.execute(asked.where(position > last).order_by(position).limit(AROUND)).all()
    return tuple(map(_said, before)), tuple(map(_said, after))


def _said(row: Any) -> Said:
    return Said(row.name, excerpt(row.body), row.sent_at, row.withheld)


def _files(tx: Transaction, message: Message) -> tuple[str, ...]:
    return tuple(
        tx.scalars(
            select(col(AttachmentRow.name))
            .where(col(AttachmentRow.message_id) == message.id)
            .order_by(col(AttachmentRow.id))
        )
    )


def _reports(tx: Transaction, message: Message) -> tuple[Report, ...]:
    rows = tx.scalars(
        select(ReportRow)
        .where(col(ReportRow.message_id) == message.id, col(ReportRow.decided_at).is_(None))
        .order_by(col(ReportRow.id))
        .limit(_MOST)
    )
    return tuple(Report(row.reason, row.created_at) for row in rows)


def _appeal(tx: Transaction, message: Message) -> str:
    found = tx.scalars(
        select(col(AppealRow.text)).where(
            col(AppealRow.message_id) == message.id, col(AppealRow.decided_at).is_(None)
        )
    ).first()
    return found or ""


def _decisions(tx: Transaction, message: Message) -> tuple[Decided, ...]:
    rows = tx.execute(
        select(AuditRow, col(Account.name))
        .outerjoin(Account, col(Account.id) == col(AuditRow.by_id))
        .where(col(AuditRow.message_id) == message.id)
        .order_by(col(AuditRow.id).desc())
        .limit(_MOST)
    ).all()
    return tuple(Decided(row.action, by or "", row.reason, row.created_at) for row, by in rows)
