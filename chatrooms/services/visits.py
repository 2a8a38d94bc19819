"""Time that people spend in rooms: counted with care, kept for 90 days, forgotten on request."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Room, Visit, table_of
from chatrooms.services import after_visits
from chatrooms.services.access import access_account, is_id
from chatrooms.services.access_rooms import access_pairs, may_read

KEPT = timedelta(days=90)
BREAK = timedelta(minutes=10)
"""After how long away the next time in a room is another visit."""
MAX_SPAN = timedelta(seconds=60)
"""The most that one report can count for."""
MAX_VISIT_S = 2 * 3600.0
"""The most that one visit can count for."""
_VISITS, _ROOMS = table_of(Visit), table_of(Room)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that somebody says to have spent in a room."""

    account_id: int
    room_id: int
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """Time spent in one room."""

    room_id: int
    seconds: int
    visits: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of where somebody spent time."""

    is_on: bool
    seconds: int
    visits: int
    rooms: int


# Recording


def record(deps: Deps, *, spans: Sequence[Span], ended: Collection[int] = ()) -> None:
    """Store time spent, of people who want that kept and may read the room now. `ended` are the
    accounts that just stopped spending time, of whom `after_visits` is told.

    No moment of a person counts twice, however many tabs and processes tell of it: time before the
    end of what was stored last is left out. Not for handlers: the web process has seen the tabs.
    """
    account_ids = {span.account_id for span in spans} | set(ended)
    if not account_ids:
        return
    with transaction(deps.sessions) as tx:
        since = _lock(tx, account_ids)
        allowed = access_pairs(
            tx, pairs={(s.account_id, s.room_id) for s in spans if is_id(s.room_id)}
        )
        now = deps.clock()
        counted = _clipped(
            [s for s in spans if s.account_id in since and (s.account_id, s.room_id) in allowed],
            since=since | _counted_until(tx, since, now=now),
            now=now,
        )
        _store(tx, counted)
        if stopped := [account_id for account_id in ended if account_id in since]:
            after_visits.visits_ended(tx, deps, account_ids=stopped)


def _lock(tx: Transaction, account_ids: Iterable[int]) -> dict[int, datetime | None]:
    """Those of the accounts that want their time kept, and since when; nobody else records theirs
    until the end of the transaction."""
    rows = tx.execute(
        select(col(Account.id), col(Account.visits_since))
        .where(
            col(Account.id).in_(list(account_ids)),
            col(Account.keeps_visits),
            col(Account.deactivated_at).is_(None),
        )
        .order_by(col(Account.id))
        .with_for_update(key_share=True)
    ).all()
    return {row[0]: row[1] for row in rows}


def _counted_until(
    tx: Transaction, since: Mapping[int, datetime | None], *, now: datetime
) -> dict[int, datetime | None]:
    """The end of what is stored, of those of whom anything recent is."""
    rows = tx.execute(
        select(_VISITS.c.account_id, func.max(_VISITS.c.last_at))
        .where(_VISITS.c.account_id.in_(list(since)), _VISITS.c.last_at > now - timedelta(days=1))
        .group_by(_VISITS.c.account_id)
    ).all()
    ends: dict[int, datetime | None] = {}
    for account_id, last_at in rows:
        begin = since[account_id]
        ends[account_id] = last_at if begin is None else max(begin, last_at)
    return ends


def _clipped(
    spans: Sequence[Span], *, since: Mapping[int, datetime | None], now: datetime
) -> list[Span]:
    """What of the spans counts: nothing before `since`, nothing twice, nothing yet to come."""
    counted: list[Span] = []
    until = dict(since)
    for span in sorted(spans, key=lambda each: (each.ended_at, each.began_at)):
        ended_at = min(span.ended_at, now)
        began_at = max(span.began_at, ended_at - MAX_SPAN)
        if (before := until[span.account_id]) is not None:
            began_at = max(began_at, before)
        if began_at < ended_at:
            until[span.account_id] = ended_at
            counted.append(Span(span.account_id, span.room_id, began_at, ended_at))
    return counted


def _store(tx: Transaction, counted: Sequence[Span]) -> None:
    places: defaultdict[tuple[int, int], list[Span]] = defaultdict(list)
    for span in counted:
        places[span.account_id, span.room_id].append(span)
    going_on = _going_on(tx, counted)
    grown: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    for (account_id, room_id), spans in places.items():
        seconds = sum((s.ended_at - s.began_at).total_seconds() for s in spans)
        began_at, last_at = spans[0].began_at, spans[-1].ended_at
        visit = going_on.get((account_id, room_id))
        if visit is not None and began_at - visit.last_at < BREAK:
            total = min(MAX_VISIT_S, visit.seconds + seconds)
            grown.append({"visit": visit.id, "seconds": total, "last_at": last_at})
        else:
            begun.append(
                {
                    "account_id": account_id,
                    "room_id": room_id,
                    "seconds": min(MAX_VISIT_S, seconds),
                    "began_at": began_at,
                    "last_at": last_at,
                }
            )
    if grown:
        tx.connection().execute(update(_VISITS).where(_VISITS.c.id == bindparam("visit")), grown)
    if begun:
        tx.connection().execute(insert(_VISITS), begun)


def _going_on(tx: Transaction, counted: Sequence[Span]) -> dict[tuple[int, int], Any]:
    """The newest visit of each account and room that may go on."""
    if not counted:
        return {}
    rows = tx.execute(
        select(_VISITS)
        .where(
            _VISITS.c.account_id.in_({span.account_id for span in counted}),
            _VISITS.c.last_at > min(span.began_at for span in counted) - BREAK,
        )
        .order_by(_VISITS.c.last_at)
    ).all()
    return {(row.account_id, row.room_id): row for row in rows}


# Reading


def spent_by(tx: Transaction, *, account_id: int, since: datetime) -> list[Spent]:
    """Where the account spent time since then, longest first: rooms that it may read now.

    Not for handlers: the caller acts for the account.
    """
    return spent_by_many(tx, account_ids=[account_id], since=since).get(account_id, [])


def spent_by_many(
    tx: Transaction, *, account_ids: Collection[int], since: datetime
) -> dict[int, list[Spent]]:
    """`spent_by` for many accounts at once; those without any time are not in it."""
    seconds = func.sum(_VISITS.c.seconds)
    rows = tx.execute(
        select(
            _VISITS.c.account_id,
            _VISITS.c.room_id,
            seconds,
            func.count(),
            func.max(_VISITS.c.last_at),
        )
        .join(_ROOMS, _ROOMS.c.id == _VISITS.c.room_id)
        .where(
            _VISITS.c.account_id.in_(list(account_ids)),
            _VISITS.c.last_at >= since,
            may_read(room_id=_ROOMS.c.id, account_id=_VISITS.c.account_id),
        )
        .group_by(_VISITS.c.account_id, _VISITS.c.room_id)
        .order_by(_VISITS.c.account_id, seconds.desc(), _VISITS.c.room_id)
    ).all()
    found: defaultdict[int, list[Spent]] = defaultdict(list)
    for account_id, room_id, total, count, last_at in rows:
        found[account_id].append(Spent(room_id, round(total), count, last_at))
    return dict(found)


def get_kept(deps: Deps, *, actor_id: int) -> Kept:
    """How much is kept of where the actor spent time, and whether more is. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        seconds, visits, rooms = tx.execute(
            select(
                func.coalesce(func.sum(_VISITS.c.seconds), 0),
                func.count(),
                func.count(func.distinct(_VISITS.c.room_id)),
            ).where(_VISITS.c.account_id == actor_id)
        ).one()
    return Kept(account.keeps_visits, round(seconds), visits, rooms)


# Forgetting


def set_kept(deps: Deps, *, actor_id: int, is_on: bool) -> None:
    """Have it recorded where the actor spends time, or no longer. What was recorded stays.

    Raises: NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        if account.keeps_visits != is_on:
            account.keeps_visits = is_on
            account.visits_since = deps.clock()
            # Every process forgets who it took the person for, then the person's tabs ask anew.
            tx.after_commit(lambda: deps.bus.access_changed(account_id=actor_id))
            tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "profile"))


def forget(deps: Deps, *, actor_id: int) -> None:
    """Forget where the actor spent time, up to now. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        forget_account(tx, deps, account=account)


def forget_account(tx: Transaction, deps: Deps, *, account: Account) -> None:
    """Forget where the account spent time, also what web processes have yet to store."""
    tx.refresh(account, with_for_update={"key_share": True})
    account.visits_since = deps.clock()
    tx.execute(delete(Visit).where(col(Visit.account_id) == account.id))
    after_visits.visits_forgotten(tx, deps, account_id=account.id)


def prune(tx: Transaction, *, now: datetime) -> int:
    """Remove visits older than 90 days; returns how many."""
    # SQLAlchemy declares less than a DELETE gives: how many rows it removed.
    gone: CursorResult[Any] = tx.execute(  # type: ignore[assignment]
        delete(Visit).where(col(Visit.last_at) <= now - KEPT)
    )
    return gone.rowcount
