"""How moderation went: outcomes per day, agreement, how long decisions took."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any, TypeVar

from sqlalchemy import ARRAY, DateTime, cast, func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AuditRow, CaseRow, VerdictRow
from chatrooms.domain.moderation import Decision
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.access_rooms import access_rooms_to
from chatrooms.services.moderation.decided import Decided, find_decided

DAYS = 30
RECENT = timedelta(hours=24)
_STOPPED = frozenset({Decision.FLAG, Decision.HIDE, Decision.REMOVE})
_MAX_WAITS = 10_000
_MAX_RECENT = 2_000


@dataclass(frozen=True, slots=True)
class Figures:
    """How moderators decided in some time, beside what model and rules made of the messages."""

    removed: int = 0
    """Removals by model and rules that a moderator decided about."""
    overturned: int = 0
    """Those of them that the moderator took back."""
    compared: int = 0
    """Decisions of moderators about messages that model or rules had an opinion of."""
    agreed: int = 0
    """Those in which they agreed: stopped and removed, or approved and kept."""
    median_wait: timedelta | None = None
    """From opening a case to a moderator's decision; None if there was none. Cases that a moderator
    took up, where nothing waited, are left out."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day, in UTC: verdicts given on it, and decisions made on it."""

    day: date
    approved: int
    waiting: int
    flagged: int
    """Shown or hidden."""
    removed: int
    figures: Figures = Figures()


@dataclass(frozen=True, slots=True)
class Numbers:
    """A room's last thirty days."""

    days: tuple[Day, ...]
    """Newest first; days on which nothing was judged or decided are left out."""
    figures: Figures


@dataclass(frozen=True, slots=True)
class _Made:
    """A moderator's decision, next to the verdict that it was about."""

    verdict: Decision
    is_removed: bool
    day: date


@dataclass(frozen=True, slots=True)
class _Wait:
    seconds: float
    day: date


_Dated = TypeVar("_Dated", _Made, _Wait)


def count(deps: Deps, *, actor_id: int, room_id: int) -> Numbers:
    """How moderation of a room went in the last thirty days. For its moderators. Raises: as
    `access_room`."""
    since = deps.clock() - timedelta(days=DAYS)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        decided = [
            each for each in find_decided(tx, room_id=access.room_id).values() if each.at >= since
        ]
        made = _made(tx, decided)
        verdicts = count_verdicts(tx, room_id=access.room_id, begins=_begins(since))
        waits = _waits(_closed(tx, [access.room_id], since, limit=_MAX_WAITS))
    return Numbers(_days(verdicts, made, waits), _figures(made, waits))


def count_recent(deps: Deps, *, actor_id: int) -> Figures:
    """How the newest 2,000 cases went that moderators decided in the last 24 hours, in all rooms
    that the actor moderates. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        rooms = access_rooms_to(tx, actor_id=actor_id, to=Permission.MODERATE)
        since = deps.clock() - RECENT
        closed = _closed(tx, [room.id for room in rooms], since, limit=_MAX_RECENT)
        message_ids = [row.message_id for row in closed if row.message_id]
        decided = find_decided(tx, room_id=None, message_ids=message_ids)
        made = _made(tx, [each for each in decided.values() if each.at >= since])
    return _figures(made, _waits(closed))


def _figures(made: Sequence[_Made], waits: Sequence[_Wait]) -> Figures:
    removals = [each for each in made if each.verdict is Decision.REMOVE]
    seconds = [each.seconds for each in waits]
    return Figures(
        removed=len(removals),
        overturned=sum(not each.is_removed for each in removals),
        compared=len(made),
        agreed=sum((each.verdict in _STOPPED) == each.is_removed for each in made),
        median_wait=timedelta(seconds=median(seconds)) if seconds else None,
    )


def _made(tx: Transaction, decided: Sequence[Decided]) -> list[_Made]:
    """Decisions about messages that model or rules had an opinion of."""
    verdicts = _first_verdicts(tx, decided)
    return [
        _Made(verdicts[each.message_id], each.is_removed, _day(each.at))
        for each in decided
        if verdicts.get(each.message_id, Decision.REVIEW) is not Decision.REVIEW
    ]


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


def count_verdicts(
    tx: Transaction, *, room_id: int, begins: Mapping[date, datetime]
) -> dict[date, Counter[Decision]]:
    """Verdicts of model and rules by the day on which they were given; days without any are left
    out. `begins`: when each day began, the oldest first. The caller has asked for rights."""
    days, moments = list(begins), list(begins.values())
    # A day's number is found by comparing alone, which is quicker than asking a time zone per row.
    day = func.width_bucket(
        col(VerdictRow.created_at), cast(moments, ARRAY(DateTime(timezone=True)))
    )
    rows = tx.execute(
        select(day.label("day"), col(VerdictRow.decision), func.count().label("n"))
        .where(col(VerdictRow.room_id) == room_id, col(VerdictRow.created_at) >= moments[0])
        .group_by(day, col(VerdictRow.decision))
    )
    counts: dict[date, Counter[Decision]] = defaultdict(Counter)
    for row in rows:
        counts[days[row.day - 1]][Decision(row.decision)] += row.n
    return counts


def _begins(since: datetime) -> dict[date, datetime]:
    """The days from that moment on, in UTC."""
    first = _day(since)
    later = (first + timedelta(days=n) for n in range(1, DAYS + 1))
    return {first: since} | {day: datetime.combine(day, time.min, tzinfo=UTC) for day in later}


def count_by_moderators(tx: Transaction, *, room_id: int, since: datetime) -> Counter[str]:
    """How often moderators decided to `remove` and to `keep` a message of the room. The caller has
    asked for rights."""
    rows = tx.execute(
        select(col(AuditRow.action), func.count().label("n"))
        .where(
            col(AuditRow.room_id) == room_id,
            col(AuditRow.action).in_(["keep", "remove"]),
            col(AuditRow.created_at) >= since,
            col(AuditRow.by_id).is_not(None),
        )
        .group_by(col(AuditRow.action))
    )
    return Counter({row.action: row.n for row in rows})


def _days(
    verdicts: dict[date, Counter[Decision]], made: Sequence[_Made], waits: Sequence[_Wait]
) -> tuple[Day, ...]:
    all_days = {*verdicts, *(each.day for each in made), *(each.day for each in waits)}
    made_on, waited_on = _by_day(made), _by_day(waits)
    return tuple(
        Day(
            day=day,
            approved=(of := verdicts.get(day, Counter()))[Decision.APPROVE],
            waiting=of[Decision.REVIEW],
            flagged=of[Decision.FLAG] + of[Decision.HIDE],
            removed=of[Decision.REMOVE],
            figures=_figures(made_on[day], waited_on[day]),
        )
        for day in sorted(all_days, reverse=True)
    )


def _by_day(found: Iterable[_Dated]) -> defaultdict[date, list[_Dated]]:
    by_day: defaultdict[date, list[_Dated]] = defaultdict(list)
    for each in found:
        by_day[each.day].append(each)
    return by_day


def _closed(
    tx: Transaction, room_ids: Sequence[int], since: datetime, *, limit: int
) -> Sequence[Any]:
    """Cases that moderators closed, the newest first."""
    return tx.execute(
        select(
            col(CaseRow.message_id),
            col(CaseRow.opened_at),
            col(CaseRow.opened_by),
            col(CaseRow.closed_at),
        )
        .where(
            col(CaseRow.room_id).in_(room_ids),
            col(CaseRow.closed_at) >= since,
            col(CaseRow.closed_by).is_not(None),
        )
        .order_by(col(CaseRow.closed_at).desc())
        .limit(limit)
    ).all()


def _waits(closed: Sequence[Any]) -> list[_Wait]:
    return [
        _Wait((row.closed_at - row.opened_at).total_seconds(), _day(row.closed_at))
        for row in closed
        # For one that a moderator took up, nobody had waited.
        if row.opened_by is None
    ]


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
