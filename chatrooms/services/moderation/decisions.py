"""What moderators decide about a message: keep it or remove it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AppealRow, AuditRow, Message, ReportRow
from chatrooms.domain.errors import CaseDecided, MessageUnavailable, NotAllowed
from chatrooms.domain.moderation import Queue, Status, Withheld
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission, Role
from chatrooms.domain.text import check_line
from chatrooms.services.access import RoomAccess, access_any_message
from chatrooms.services.ai.calls import note_call
from chatrooms.services.ai.following import following
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation import appeal_outcomes
from chatrooms.services.moderation.alerts import settle_alerts
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.cases import close_case, nudge_staff
from chatrooms.services.moderation.counting import count_moderated
from chatrooms.services.moderation.standing import nudge_authors
from chatrooms.services.moderation.withholding import show, withhold
from chatrooms.services.notify import notify

MAX_REASON_CHARS = 300
KEEP, REMOVE = "keep", "remove"


@dataclass(frozen=True, slots=True)
class _Before:
    """How a message stood before a decision: what undoing it brings back."""

    status: Status
    withheld: Withheld
    is_held: bool
    queue: Queue | None

    def stored(self) -> dict[str, Any]:
        return {
            "status": self.status.value,
            "withheld": self.withheld.value,
            "is_held": self.is_held,
            "queue": self.queue.value if self.queue else None,
        }


def keep(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    message_id: int,
    reason: str = "",
    case_id: int | None = None,
) -> int:
    """Decide that a message may be seen; one that was removed or held comes back, in its place.
    The decision's id, for `undoing.undo`. For moderators of the room.

    An open appeal is granted by it, open reports are not upheld. `case_id`: decide only while this
    case of it waits, so that of two moderators one decides.
    Raises: MessageUnavailable if it is absent, deleted or of another room; CaseDecided; NotAllowed,
        also for an appeal against one's own removal; InvalidInput; as `access_room`.
    """
    return _decide(
        deps,
        KEEP,
        actor_id=actor_id,
        room_id=room_id,
        message_id=message_id,
        reason=reason,
        case_id=case_id,
    )


def remove(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    message_id: int,
    reason: str = "",
    case_id: int | None = None,
) -> int:
    """Decide that a message may not be seen: it leaves every screen, its text is kept for reviewers
    and an appeal. Raises and returns as `keep`; an open appeal is denied by it, reports are upheld.
    """
    return _decide(
        deps,
        REMOVE,
        actor_id=actor_id,
        room_id=room_id,
        message_id=message_id,
        reason=reason,
        case_id=case_id,
    )


def _decide(
    deps: Deps,
    action: str,
    *,
    actor_id: int,
    room_id: int,
    message_id: int,
    reason: str,
    case_id: int | None,
) -> int:
    why = check_line(reason, label="A reason", max_chars=MAX_REASON_CHARS)
    with transaction(deps.sessions) as tx:
        access, message = access_any_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.MODERATE
        )
        lock_undeleted(tx, message)
        appeal = appeal_outcomes.find_open(tx, message_id=message.id)
        if appeal is not None:
            _check_may_answer(tx, access, appeal)
        closed = close_case(tx, deps, message_id=message.id, outcome=action, by_id=access.actor.id)
        if case_id is not None and (closed is None or closed.id != case_id):
            raise CaseDecided
        if closed is not None:
            settle_alerts(tx, deps, closed=closed)
        queue = Queue(closed.queue) if closed else None
        before = _Before(Status(message.status), Withheld(message.withheld), message.is_held, queue)
        with following(tx, deps, [message]):
            _carry_out(tx, deps, action, message)
        decision_id = write_audit(
            tx,
            deps,
            room_id=room_id,
            action=action,
            message=message,
            by_id=access.actor.id,
            reason=why,
            detail={
                "before": before.stored(),
                "score": closed.score if closed else None,
                "appeal": appeal.id if appeal else None,
            },
        )
        _settle_reports(tx, deps, message=message, is_upheld=action == REMOVE, by_id=actor_id)
        if appeal is not None:
            appeal_outcomes.settle(
                tx, deps, appeal, by_id=actor_id, answer=why, is_granted=action == KEEP
            )
        else:
            _tell_author(tx, deps, message, before, action, by_id=actor_id)
        if before.status in (Status.PENDING, Status.FLAGGED):
            _count(tx, deps, access)
        nudge_staff(tx, deps, room_id=room_id)
        return decision_id


def lock_undeleted(tx: Transaction, message: Message) -> None:
    """Lock the message's room and read the message anew. Raises: MessageUnavailable if its author
    deleted it."""
    lock_room(tx, room_id=message.room_id)
    tx.refresh(message)
    if message.deleted_at is not None:
        raise MessageUnavailable


def _carry_out(tx: Transaction, deps: Deps, action: str, message: Message) -> None:
    if message.held_edit is None:
        message.judge_at = None
    if action == KEEP:
        message.status = Status.APPROVED
        show(tx, deps, message=message)
        note_call(tx, deps, message=message)
    else:
        message.status = Status.REMOVED
        withhold(tx, deps, message=message, why=Withheld.REMOVED)
    tx.flush()


def _check_may_answer(tx: Transaction, access: RoomAccess, appeal: AppealRow) -> None:
    removal = tx.get_one(AuditRow, appeal.removal_id)
    if removal.by_id == access.actor.id and access.role is not Role.OWNER:
        raise NotAllowed("Another moderator, or an owner, answers an appeal against your decision.")
    if appeal.author_id == access.actor.id:
        raise NotAllowed("Nobody answers an appeal of their own.")


def _settle_reports(
    tx: Transaction, deps: Deps, *, message: Message, is_upheld: bool, by_id: int
) -> None:
    reporters = tx.scalars(
        update(ReportRow)
        .where(col(ReportRow.message_id) == message.id, col(ReportRow.decided_at).is_(None))
        .values(decided_at=deps.clock(), is_upheld=is_upheld)
        .returning(col(ReportRow.reporter_id))
    ).all()
    notify(
        tx,
        deps,
        account_ids=reporters,
        kind=Kind.REPORT_DECIDED,
        group_key=str(message.id),
        by_id=by_id,
        room_id=message.room_id,
        message_id=message.id,
        detail="taken" if is_upheld else "kept",
    )


def _tell_author(
    tx: Transaction,
    deps: Deps,
    message: Message,
    before: _Before,
    action: str,
    *,
    by_id: int,
) -> None:
    nudge_authors(tx, deps, room_id=message.room_id, authors={message.id: message.author_id})
    was_seen = before.withheld is Withheld.NO and not before.is_held
    if (action == KEEP and was_seen) or (action == REMOVE and before.status is Status.REMOVED):
        return
    notify(
        tx,
        deps,
        account_ids=[message.author_id],
        kind=Kind.MODERATED,
        group_key=str(message.id),
        by_id=by_id,
        room_id=message.room_id,
        message_id=message.id,
        detail="restored" if action == KEEP else "removed",
    )


def _count(tx: Transaction, deps: Deps, access: RoomAccess) -> None:
    count_moderated(tx, deps, room_id=access.room_id, policy=access.policy, more=1)
