"""Taking a moderator's decision about a message back."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AuditRow, Message
from chatrooms.domain.errors import InvalidInput, MessageUnavailable
from chatrooms.domain.moderation import Queue, Withheld
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_any_message
from chatrooms.services.ai.following import following
from chatrooms.services.moderation import appeal_outcomes
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.cases import nudge_staff, open_case
from chatrooms.services.moderation.decisions import KEEP, REMOVE, lock_undeleted
from chatrooms.services.moderation.standing import nudge_authors
from chatrooms.services.moderation.withholding import show, withhold

UNDO_WITHIN = timedelta(minutes=10)
UNDO = "undo"


def undo(deps: Deps, *, actor_id: int, room_id: int, decision_id: int) -> int:
    """Take back a moderator's decision of the last ten minutes: the message stands as before, and
    waits again if it did. The message's id. For moderators of the room.

    Raises: InvalidInput if it is older, was undone, or something was decided about the message
        since; MessageUnavailable; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        decision = _decision(tx, room_id=room_id, decision_id=decision_id)
        access, message = access_any_message(
            tx,
            actor_id=actor_id,
            room_id=room_id,
            message_id=decision.message_id if decision else 0,
            to=Permission.MODERATE,
        )
        lock_undeleted(tx, message)
        if decision is None:
            raise MessageUnavailable
        _check_undoable(tx, deps, decision)
        before = decision.detail["before"]
        with following(tx, deps, [message]):
            _bring_back(tx, deps, message, before)
        write_audit(
            tx,
            deps,
            room_id=room_id,
            action=UNDO,
            message=message,
            by_id=access.actor.id,
            undoes_id=decision.id,
        )
        nudge_authors(tx, deps, room_id=room_id, authors={message.id: message.author_id})
        appeal_outcomes.follow_undo(tx, deps, message, decision, by_id=access.actor.id)
        if before["queue"]:
            queue = Queue(before["queue"])
            open_case(tx, deps, message=message, queue=queue, score=decision.detail["score"])
        nudge_staff(tx, deps, room_id=room_id)
        return message.id


def _decision(tx: Transaction, *, room_id: int, decision_id: object) -> AuditRow | None:
    if not isinstance(decision_id, int) or isinstance(decision_id, bool):
        return None
    return tx.scalars(
        select(AuditRow).where(
            col(AuditRow.id) == decision_id,
            col(AuditRow.room_id) == room_id,
            col(AuditRow.action).in_([KEEP, REMOVE]),
            col(AuditRow.by_id).is_not(None),
        )
    ).one_or_none()


def _check_undoable(tx: Transaction, deps: Deps, decision: AuditRow) -> None:
    if decision.created_at < deps.clock() - UNDO_WITHIN:
        raise InvalidInput("A decision can be undone for ten minutes.")
    newest = tx.execute(
        select(func.max(col(AuditRow.id))).where(col(AuditRow.message_id) == decision.message_id)
    ).scalar_one()
    if newest != decision.id:
        raise InvalidInput("Something else was decided about this message since.")


def _bring_back(tx: Transaction, deps: Deps, message: Message, before: dict[str, Any]) -> None:
    message.status = before["status"]
    withheld = Withheld(before["withheld"])
    if withheld is Withheld.NO and not before["is_held"]:
        show(tx, deps, message=message)
    else:
        # One that took its place by the decision cannot lose it again: it is withheld there.
        withhold(tx, deps, message=message, why=withheld or Withheld.REVIEW)
    tx.flush()
