"""Messages, active people and outcomes of moderation per day, and the hours of the week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.exc import DataError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.moderation import Decision
from chatrooms.services.cached import get_or_make
from chatrooms.services.moderation.numbers import count_by_moderators, count_verdicts
from chatrooms.services.statistics.span import Span, access_statistics, make_span

SHOWN = "position IS NOT NULL AND deleted_at IS NULL AND withheld = ''"
"""Of messages: everybody in the room reads them. As the index `messages_statistics` has it."""
# Messages are gone through once: by day and author, and by quarters of an hour, of which every time
# zone's hours are made. What is done per row is plain arithmetic; zones come after that.
_TALK = text(f"""
    WITH told AS MATERIALIZED (
        SELECT day, author_id, is_ai, quarter, count(*) AS n, GROUPING(day) = 1 AS is_of_hour
        FROM (
            SELECT width_bucket(sent_at, CAST(:midnights AS timestamptz[])) AS day, author_id,
                date_bin('15 minutes', sent_at, 'epoch') AS quarter,
                author_id = ANY(ARRAY(SELECT id FROM accounts WHERE kind <> 'person')) AS is_ai
            FROM messages WHERE room_id = :room AND sent_at >= :since AND {SHOWN}
        ) AS said
        GROUP BY GROUPING SETS ((day, author_id, is_ai), (quarter, is_ai))
    )
    SELECT 'day' AS what, day, NULL::int AS weekday, NULL::int AS hour,
        coalesce(sum(n) FILTER (WHERE NOT is_ai), 0)::bigint AS people,
        coalesce(sum(n) FILTER (WHERE is_ai), 0)::bigint AS ai,
        count(*) FILTER (WHERE NOT is_ai) AS active
    FROM told WHERE NOT is_of_hour GROUP BY day
    UNION ALL
    SELECT 'hour', NULL, extract(isodow FROM quarter AT TIME ZONE :zone)::int - 1,
        extract(hour FROM quarter AT TIME ZONE :zone)::int, sum(n)::bigint, 0, 0
    FROM told WHERE is_of_hour AND NOT is_ai GROUP BY 3, 4
    UNION ALL
    SELECT 'all', NULL, NULL, NULL, 0, 0, count(DISTINCT author_id)
    FROM told WHERE NOT is_of_hour AND NOT is_ai
""")


@dataclass(frozen=True, slots=True)
class Day:
    """One day in the reader's time zone."""

    day: date
    people: int = 0
    """Messages that people wrote."""
    ai: int = 0
    """Messages of the assistant and the room's agent."""
    active: int = 0
    """People who wrote."""
    approved: int = 0
    """Verdicts of model and rules."""
    flagged: int = 0
    """Shown or hidden until a moderator looked."""
    removed: int = 0


@dataclass(frozen=True, slots=True)
class RoomNumbers:
    """A room over some days."""

    zone: str
    days: tuple[Day, ...]
    """Every one, the oldest first."""
    hours: tuple[tuple[int, ...], ...]
    """Messages of people by weekday, Monday first, and hour: 7 times 24."""
    active: int
    """People who wrote in the whole time."""
    removed_by_moderators: int
    kept_by_moderators: int


_KIND = TypeAdapter(RoomNumbers)


def count_room(
    deps: Deps, *, actor_id: int, room_id: int, days: int = 30, zone: str = "UTC"
) -> RoomNumbers:
    """How much was said in a room in the last 30 or 90 days of that time zone, and what moderation
    made of it; up to ten seconds old. What was deleted, removed or is held counts nowhere but in
    the outcomes. For its members.

    Raises: InvalidInput; as `access_statistics`.
    """
    with transaction(deps.sessions) as tx:
        access = access_statistics(tx, actor_id=actor_id, room_id=room_id)
    span = make_span(deps.clock(), days=days, zone=zone)
    return get_or_make(
        deps,
        key=f"room:{access.room_id}:{span.first}:{span.last}:{span.zone}",
        kind=_KIND,
        make=lambda: _count(deps, access.room_id, span),
    )


def _count(deps: Deps, room_id: int, span: Span) -> RoomNumbers:
    asked = {
        "room": room_id,
        "since": span.since,
        "zone": span.zone,
        "midnights": list(span.begins.values()),
    }
    try:
        with transaction(deps.sessions) as tx:
            found = tx.execute(_TALK, asked).all()
            verdicts = count_verdicts(tx, room_id=room_id, begins=span.begins)
            decided = count_by_moderators(tx, room_id=room_id, since=span.since)
    except DataError as error:
        # PostgreSQL has a time zone database of its own.
        raise InvalidInput("There is no such time zone.") from error
    # Days are numbered from 1.
    by_day = {row.day: row for row in found if row.what == "day"}
    by_hour = {(row.weekday, row.hour): row.people for row in found if row.what == "hour"}
    return RoomNumbers(
        zone=span.zone,
        days=tuple(
            _day(day, by_day.get(number), verdicts.get(day, {}))
            for number, day in enumerate(span.days(), start=1)
        ),
        hours=tuple(tuple(by_hour.get((d, h), 0) for h in range(24)) for d in range(7)),
        active=next(row.active for row in found if row.what == "all"),
        removed_by_moderators=decided["remove"],
        kept_by_moderators=decided["keep"],
    )


def _day(day: date, said: Any, of: Mapping[Decision, int]) -> Day:
    return Day(
        day=day,
        people=said.people if said else 0,
        ai=said.ai if said else 0,
        active=said.active if said else 0,
        approved=of.get(Decision.APPROVE, 0),
        flagged=of.get(Decision.FLAG, 0) + of.get(Decision.HIDE, 0),
        removed=of.get(Decision.REMOVE, 0),
    )
