"""Taking up a removal by model or rules about which nothing waits."""

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AuditRow, CaseRow, Message
from chatrooms.domain.errors import CaseDecided, ChatError, MessageUnavailable, NotAllowed
from chatrooms.domain.moderation import Queue
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_any_message, is_id
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation.appeals import newest_score
from chatrooms.services.moderation.cases import nudge_staff, open_case
from chatrooms.services.moderation.log_pages import UNCHECKED

_IS_UNCHECKED = text(f"SELECT 1 FROM moderation_log entry WHERE entry.id = :id AND {UNCHECKED}")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The case in which a removal waits for a moderator."""

    case_id: int
    queue: Queue


def review(deps: Deps, *, actor_id: int, entry_id: int) -> Reviewed:
    """Have the message of a removal by model or rules wait under *Flagged*, for this moderator or
    another: keeping it brings it back, removing it confirms. If it waits already, an appeal for
    example, it stays where it is. For moderators of its room; for the author there is the appeal.

    Raises: MessageUnavailable, the same for an absent entry and for one of other people's rooms;
        CaseDecided if a moderator has decided, or its author deleted the message; NotAllowed.
    """
    with transaction(deps.sessions) as tx:
        message = _access_removed(tx, actor_id=actor_id, entry_id=entry_id)
        if message.author_id == actor_id:
            raise NotAllowed("Another moderator looks at what you wrote. You can appeal.")
        lock_room(tx, room_id=message.room_id)
        tx.refresh(message)
        if message.deleted_at is not None:
            raise CaseDecided("Its author deleted this message.")
        waiting = _find_case(tx, message)
        if waiting is not None:
            return waiting
        if tx.execute(_IS_UNCHECKED, {"id": entry_id}).first() is None:
            raise CaseDecided
        score = newest_score(tx, message_id=message.id)
        open_case(tx, deps, message=message, queue=Queue.FLAGGED, score=score, by_id=actor_id)
        nudge_staff(tx, deps, room_id=message.room_id)
        opened = _find_case(tx, message)
        if opened is None:
            raise CaseDecided
        return opened


def _access_removed(tx: Transaction, *, actor_id: int, entry_id: object) -> Message:
    entry = tx.get(AuditRow, entry_id) if is_id(entry_id) else None
    if entry is None or entry.message_id is None:
        raise MessageUnavailable
    try:
        _, message = access_any_message(
            tx,
            actor_id=actor_id,
            room_id=entry.room_id,
            message_id=entry.message_id,
            to=Permission.MODERATE,
        )
    except ChatError as error:
        raise MessageUnavailable from error
    return message


def _find_case(tx: Transaction, message: Message) -> Reviewed | None:
    found = tx.execute(
        select(col(CaseRow.id), col(CaseRow.queue)).where(
            col(CaseRow.message_id) == message.id, col(CaseRow.closed_at).is_(None)
        )
    ).first()
    return Reviewed(found.id, Queue(found.queue)) if found else None
