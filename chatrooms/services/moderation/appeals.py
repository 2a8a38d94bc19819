"""Objecting to the removal of one's own message."""

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AppealRow, VerdictRow
from chatrooms.domain.errors import InvalidInput, MessageUnavailable
from chatrooms.domain.moderation import Queue, Status
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission, Role
from chatrooms.domain.text import check_line
from chatrooms.services.access import access_any_message
from chatrooms.services.admission import role_of
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation.alerts import alert
from chatrooms.services.moderation.cases import nudge_staff, open_case
from chatrooms.services.moderation.removals import find_removals
from chatrooms.services.moderation.standing import nudge_authors

MAX_APPEAL_CHARS = 1_000


def appeal(deps: Deps, *, actor_id: int, room_id: int, message_id: int, text: str) -> None:
    """Ask that another moderator looks at the removal of the actor's own message; once for each
    removal. `decisions.keep` grants it, `decisions.remove` denies it.

    Raises: MessageUnavailable for others' messages and deleted ones; InvalidInput without a text,
        if nothing was removed, and for a second appeal; as `access_room`.
    """
    why = check_line(text, label="An appeal", max_chars=MAX_APPEAL_CHARS, required=True)
    with transaction(deps.sessions) as tx:
        access, message = access_any_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        if message.author_id != access.actor.id:
            raise MessageUnavailable
        lock_room(tx, room_id=room_id)
        tx.refresh(message)
        if message.deleted_at is not None:
            raise MessageUnavailable
        removal = find_removals(tx, message_ids=[message.id]).get(message.id)
        if message.status != Status.REMOVED or removal is None:
            raise InvalidInput("This message is not removed.")
        if removal.appeal is not None:
            raise InvalidInput("You have appealed against this removal already.")
        row = AppealRow(
            room_id=room_id,
            message_id=message.id,
            author_id=access.actor.id,
            removal_id=removal.decision.id,
            text=why,
            created_at=deps.clock(),
        )
        tx.add(row)
        tx.flush()
        score = newest_score(tx, message_id=message.id)
        open_case(tx, deps, message=message, queue=Queue.APPEALS, score=score)
        staff = set(nudge_staff(tx, deps, room_id=room_id))
        by_id = removal.decision.by_id
        if by_id and role_of(tx, room_id=room_id, account_id=by_id) is not Role.OWNER:
            # Somebody else answers an appeal against one's decision.
            staff.discard(by_id)
        alert(tx, deps, kind=Kind.APPEAL, message=message, staff=staff)
        nudge_authors(tx, deps, room_id=room_id, authors={message.id: actor_id})


def newest_score(tx: Transaction, *, message_id: int) -> float | None:
    """What the model last made of a message; None if it did not or could not."""
    return tx.scalar(
        select(col(VerdictRow.score))
        .where(col(VerdictRow.message_id) == message_id)
        .order_by(col(VerdictRow.id).desc())
        .limit(1)
    )
