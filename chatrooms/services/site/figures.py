"""The site in figures: each from one aggregated query or one look at Redis, shared by processes."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from pydantic import TypeAdapter
from redis.exceptions import RedisError
from sqlalchemy import text

from chatrooms.adapters.job_queue import Waiting, count_waiting
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.domain import jobs
from chatrooms.services import presence
from chatrooms.services.access import access_admin
from chatrooms.services.ai.use import Cost, find_cost
from chatrooms.services.cached import get_or_make
from chatrooms.services.imports import IMPORTED

DAY = timedelta(hours=24)
FRESH = timedelta(seconds=9)
"""A little less than the ten seconds after which pages ask again: they find newer figures then."""
_COUNTS = text("""
    SELECT
        (SELECT count(*) FROM accounts WHERE kind = 'person' AND deactivated_at IS NULL) AS people,
        (SELECT count(*) FROM messages WHERE sent_at >= :today) AS messages_today,
        (SELECT count(*) FROM messages WHERE judge_at IS NOT NULL) AS to_judge,
        (SELECT count(*) FROM cases WHERE closed_at IS NULL) AS open_cases,
        r.rooms, r.private_rooms, r.messages
    FROM (
        SELECT count(*) FILTER (WHERE archived_at IS NULL) AS rooms,
            count(*) FILTER (WHERE archived_at IS NULL AND is_private) AS private_rooms,
            coalesce(sum(message_count), 0)::bigint AS messages
        FROM rooms
    ) AS r
""")
# The newest alone: what it costs does not grow with the site. A message that is judged again, and
# one that was said elsewhere long before, did not wait since it was posted.
_JUDGED = text("""
    SELECT count(*) AS count,
        percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY waited) AS waits
    FROM (
        SELECT extract(epoch FROM v.created_at - m.sent_at)::float8 AS waited
        FROM (SELECT * FROM verdicts ORDER BY id DESC LIMIT :newest) AS v
        JOIN messages m ON m.id = v.message_id
        WHERE v.created_at >= :since AND v.revision = 0 AND NOT starts_with(m.client_id, :imported)
            AND NOT EXISTS (
                SELECT FROM verdicts e WHERE e.message_id = v.message_id AND e.id < v.id
            )
    ) AS each
""")
_DECIDED = text("""
    SELECT count(*) AS count,
        percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY waited) AS waits
    FROM (
        SELECT extract(epoch FROM c.closed_at - m.sent_at)::float8 AS waited
        FROM cases c JOIN messages m ON m.id = c.message_id
        WHERE c.closed_by IS NOT NULL AND c.closed_at >= :since
            AND NOT starts_with(m.client_id, :imported)
        ORDER BY c.closed_at DESC LIMIT :newest
    ) AS each
""")
_NEWEST = 5_000


@dataclass(frozen=True, slots=True)
class Latency:
    """From posting messages to a decision about them; None where there was none."""

    count: int
    median_s: float | None
    p95_s: float | None


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """The site at one moment."""

    at: datetime
    people: int
    """Accounts of people that are not deactivated."""
    rooms: int
    """That are not archived."""
    private_rooms: int
    messages: int
    """That the timelines of all rooms ever got."""
    messages_today: int
    """Since midnight UTC, held and removed ones included."""
    online: int | None
    """Accounts with a tab open; None with Redis away."""
    judged: Latency
    """By model and rules, of the newest 5,000 verdicts of the last 24 hours."""
    decided: Latency
    """By moderators, of as many cases that they closed in the last 24 hours."""
    to_judge: int
    """Messages that wait for model and rules."""
    open_cases: int
    """What waits for moderators."""
    jobs: Waiting | None
    """What waits for workers; None with Redis away."""
    model_today: Cost
    """What the language model took since midnight UTC."""
    model_month: Cost
    """And in the last 30 days."""


_KIND = TypeAdapter(SiteFigures)


def get_figures(deps: Deps, *, actor_id: int) -> SiteFigures:
    """How the site is doing, up to ten seconds old. For administrators.

    Raises: NotSignedIn, NotAllowed.
    """
    with transaction(deps.sessions) as tx:
        access_admin(tx, actor_id=actor_id)
    return get_or_make(deps, key="site", kind=_KIND, make=lambda: _count(deps), fresh_for=FRESH)


def _count(deps: Deps) -> SiteFigures:
    now = deps.clock()
    today = now.astimezone(UTC).date()
    with transaction(deps.sessions) as tx:
        midnight = datetime.combine(today, time.min, tzinfo=UTC)
        row: Any = tx.execute(_COUNTS, {"today": midnight}).one()
        judged, decided = (_latency(tx, query, now - DAY) for query in (_JUDGED, _DECIDED))
        model_today = find_cost(tx, deps, since=today)
        model_month = find_cost(tx, deps, since=today - timedelta(days=29))
    online, waiting = _in_redis(deps)
    return SiteFigures(
        at=now,
        people=row.people,
        rooms=row.rooms,
        private_rooms=row.private_rooms,
        messages=row.messages,
        messages_today=row.messages_today,
        online=online,
        judged=judged,
        decided=decided,
        to_judge=row.to_judge,
        open_cases=row.open_cases,
        jobs=waiting,
        model_today=model_today,
        model_month=model_month,
    )


def _latency(tx: Transaction, query: Any, since: datetime) -> Latency:
    asked = {"newest": _NEWEST, "since": since, "imported": IMPORTED}
    row: Any = tx.execute(query, asked).one()
    median, p95 = row.waits or (None, None)
    return Latency(row.count, median, p95)


def _in_redis(deps: Deps) -> tuple[int | None, Waiting | None]:
    try:
        return presence.count_online(deps), count_waiting(deps.redis, queues=jobs.QUEUES)
    except RedisError:
        return None, None
