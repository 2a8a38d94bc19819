"""Telling a room's moderators of a message that one finds wrong."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message, ReportRow
from chatrooms.domain.errors import InvalidInput, MessageUnavailable, NotAllowed
from chatrooms.domain.moderation import Queue
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import check_line
from chatrooms.services import limits
from chatrooms.services.access import access_message
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation.alerts import alert
from chatrooms.services.moderation.appeals import newest_score
from chatrooms.services.moderation.cases import nudge_staff, open_case

MAX_REASON_CHARS = 300
FRIVOLOUS_AFTER = 3
"""So many reports in a row that moderators did not uphold, and the next ones are rationed."""
RATIONED_PER_DAY = 2


def report(deps: Deps, *, actor_id: int, room_id: int, message_id: int, reason: str) -> None:
    """Have the room's moderators look at somebody else's message. For everybody who may read it;
    its outcome is told by `decisions`.

    Raises: NotAllowed for one's own message; InvalidInput without a reason, if it waits on a report
        of the actor already, and if moderation keeps it back already; RateLimited, sooner for those
        whose last reports were not upheld; MessageUnavailable if it is deleted; as
        `access_message`.
    """
    why = check_line(reason, label="A reason", max_chars=MAX_REASON_CHARS, required=True)
    with transaction(deps.sessions) as tx:
        access, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        if message.author_id == access.actor.id:
            raise NotAllowed("You cannot report your own message.")
        _count(tx, deps, reporter_id=actor_id)
        lock_room(tx, room_id=room_id)
        tx.refresh(message)
        if message.deleted_at is not None:
            raise MessageUnavailable
        if message.withheld:
            raise InvalidInput("Moderation keeps this message back already.")
        _store(tx, deps, message=message, reporter_id=actor_id, reason=why)
        score = newest_score(tx, message_id=message.id)
        open_case(tx, deps, message=message, queue=Queue.REPORTED, score=score)
        staff = nudge_staff(tx, deps, room_id=room_id)
        alert(tx, deps, kind=Kind.UNSAFE, message=message, staff=set(staff) - {actor_id})


def _store(tx: Transaction, deps: Deps, *, message: Message, reporter_id: int, reason: str) -> None:
    stored = tx.scalar(
        insert(ReportRow)
        .values(
            room_id=message.room_id,
            message_id=message.id,
            reporter_id=reporter_id,
            reason=reason,
            created_at=deps.clock(),
        )
        .on_conflict_do_nothing()
        .returning(col(ReportRow.id))
    )
    if stored is None:
        raise InvalidInput("You have reported this message already. Moderators will look at it.")


def _count(tx: Transaction, deps: Deps, *, reporter_id: int) -> None:
    # Reporting goes on while Redis is away: it is what keeps people safe.
    limits.count(
        deps,
        what="reports",
        whose=str(reporter_id),
        limit=deps.settings.reports_per_hour,
        per=timedelta(hours=1),
        fail_open=True,
    )
    if _is_frivolous(tx, reporter_id=reporter_id):
        limits.count(
            deps,
            what="rationed-reports",
            whose=str(reporter_id),
            limit=RATIONED_PER_DAY,
            per=timedelta(days=1),
            fail_open=True,
        )


def _is_frivolous(tx: Transaction, *, reporter_id: int) -> bool:
    """Whether moderators upheld none of somebody's last reports."""
    last = tx.scalars(
        select(col(ReportRow.is_upheld))
        .where(col(ReportRow.reporter_id) == reporter_id, col(ReportRow.is_upheld).is_not(None))
        .order_by(col(ReportRow.decided_at).desc(), col(ReportRow.id).desc())
        .limit(FRIVOLOUS_AFTER)
    ).all()
    return len(last) == FRIVOLOUS_AFTER and not any(last)
