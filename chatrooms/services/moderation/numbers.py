"""How moderation of a room went: outcomes per day, agreement, how long decisions took."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import CaseRow, VerdictRow
from chatrooms.domain.moderation import Decision
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.moderation.decided import Decided, find_decided

DAYS = 30
_STOPPED = frozenset({Decision.FLAG, Decision.HIDE, Decision.REMOVE})


@dataclass(frozen=True, slots=True)
class Day:
    """Verdicts of one day, in UTC."""

    day: date
    approved: int
    waiting: int
    flagged: int
    """Shown or hidden."""
    removed: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """A room's last thirty days."""

    days: tuple[Day, ...]
    """Newest first; days without a verdict are left out."""
    removed: int
    """Removals by model and rules that a moderator decided about."""
    overturned: int
    """Those of them that the moderator took back."""
    compared: int
    """Decisions of moderators about messages that model or rules had an opinion of."""
    agreed: int
    """Those in which they agreed: stopped and removed, or approved and kept."""
    median_wait: timedelta | None
    """From opening a case to a moderator's decision; None if there was none."""


def count(deps: Deps, *, actor_id: int, room_id: int) -> Numbers:
    """How moderation of a room went in the last thirty days. For its moderators. Raises: as
    `access_room`."""
    since = deps.clock() - timedelta(days=DAYS)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        decided = [
            each for each in find_decided(tx, room_id=access.room_id).values() if each.at >= since
        ]
        found = _first_verdicts(tx, decided)
        days = _days(tx, access.room_id, since)
        waits = _waits(tx, access.room_id, since)
    pairs = [
        (found[each.message_id], each.is_removed)
        for each in decided
        if found.get(each.message_id, Decision.REVIEW) is not Decision.REVIEW
    ]
    removals = [is_removed for verdict, is_removed in pairs if verdict is Decision.REMOVE]
    return Numbers(
        days=days,
        removed=len(removals),
        overturned=removals.count(False),
        compared=len(pairs),
        agreed=sum((verdict in _STOPPED) == is_removed for verdict, is_removed in pairs),
        median_wait=timedelta(seconds=median(waits)) if waits else None,
    )


def _first_verdicts(tx: Transaction, decided: Sequence[Decided]) -> dict[int, Decision]:
    """The newest verdict about each message from before it was decided about."""
    at = {each.message_id: each.at for each in decided}
    rows = tx.execute(
        select(col(VerdictRow.message_id), col(VerdictRow.decision), col(VerdictRow.created_at))
        .where(col(VerdictRow.message_id).in_(list(at)))
        .order_by(col(VerdictRow.id))
    )
    return {
        row.message_id: Decision(row.decision)
        for row in rows
        if row.created_at <= at[row.message_id]
    }


def _days(tx: Transaction, room_id: int, since: datetime) -> tuple[Day, ...]:
    day = func.date(func.timezone("UTC", col(VerdictRow.created_at)))
    rows = tx.execute(
        select(day.label("day"), col(VerdictRow.decision), func.count().label("n"))
        .where(col(VerdictRow.room_id) == room_id, col(VerdictRow.created_at) >= since)
        .group_by(day, col(VerdictRow.decision))
    )
    counts: dict[date, Counter[Decision]] = defaultdict(Counter)
    for row in rows:
        counts[row.day][Decision(row.decision)] += row.n
    return tuple(
        Day(
            day=each,
            approved=of[Decision.APPROVE],
            waiting=of[Decision.REVIEW],
            flagged=of[Decision.FLAG] + of[Decision.HIDE],
            removed=of[Decision.REMOVE],
        )
        for each, of in sorted(counts.items(), reverse=True)
    )


def _waits(tx: Transaction, room_id: int, since: datetime) -> list[float]:
    """Seconds from opening cases to moderators' decisions."""
    rows = tx.execute(
        select(col(CaseRow.opened_at), col(CaseRow.closed_at))
        .where(
            col(CaseRow.room_id) == room_id,
            col(CaseRow.closed_at) >= since,
            col(CaseRow.closed_by).is_not(None),
        )
        .order_by(col(CaseRow.closed_at).desc())
        .limit(10_000)
    )
    return [(row.closed_at - row.opened_at).total_seconds() for row in rows]
