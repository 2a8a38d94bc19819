"""What waits for a moderator: how much of it in each queue, and a queue page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.domain.moderation import Queue
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import excerpt
from chatrooms.services.access_rooms import OpenRoom, access_rooms_to
from chatrooms.services.moderation.texts import in_a_line

LEASE = timedelta(minutes=2)
"""How long a case stays with the moderator who looks at it."""
MANY = 1_000
"""Counting stops here where only a badge is wanted."""
_MAX_CHOICE_CHARS = 100
_BEFORE_ALL = (datetime(2000, 1, 1, tzinfo=UTC), 0)

_COUNT = text("""
    SELECT count(*) FROM (
        (SELECT 1 FROM cases WHERE room_id = ANY(:rooms) AND closed_at IS NULL LIMIT :limit)
        UNION ALL
        (SELECT 1 FROM agent_outputs WHERE room_id = ANY(:rooms) AND status = 'proposed')
        LIMIT :limit
    ) AS waiting
""")
_COUNTS = text("""
    SELECT room_id, queue, count(*) AS waiting, min(opened_at) AS oldest_at
    FROM cases WHERE room_id = ANY(:rooms) AND closed_at IS NULL
    GROUP BY room_id, queue
    UNION ALL
    SELECT room_id, 'proposals', count(*), min(created_at)
    FROM agent_outputs WHERE room_id = ANY(:rooms) AND status = 'proposed' GROUP BY room_id
""")
# Room by room, so that each room's part comes sorted out of the index, however much waits there.
_PAGE = """
    SELECT c.id, c.room_id, c.message_id, c.score, c.opened_at, coalesce(m.body, o.text) AS body,
        p.choices, s.kind AS sanction, r.name AS room_name, a.name AS author, b.name AS claimed_by
    FROM unnest(CAST(:rooms AS bigint[])) AS asked(room_id)
    CROSS JOIN LATERAL (
        SELECT waiting.* FROM cases AS waiting {narrowed}
        WHERE waiting.room_id = asked.room_id AND waiting.queue = :queue
            AND waiting.closed_at IS NULL
            AND (waiting.opened_at, waiting.id) > (:after_at, :after_id)
        ORDER BY waiting.opened_at, waiting.id LIMIT :limit
    ) AS c
    LEFT JOIN messages m ON m.id = c.message_id
    LEFT JOIN polls p ON p.message_id = m.id
    LEFT JOIN sanction_appeals o ON o.id = c.sanction_appeal_id
    LEFT JOIN sanctions s ON s.id = o.sanction_id
    JOIN rooms r ON r.id = c.room_id
    JOIN accounts a ON a.id = c.author_id
    LEFT JOIN accounts b ON b.id = c.claimed_by AND c.claimed_at > :lease_from
        AND c.claimed_by <> :actor_id
    ORDER BY c.opened_at, c.id LIMIT :limit
"""
_NARROWED = """
    LEFT JOIN messages said ON said.id = waiting.message_id
    LEFT JOIN sanction_appeals objected ON objected.id = waiting.sanction_appeal_id
    JOIN accounts writer ON writer.id = waiting.author_id
        AND (coalesce(said.body, objected.text) ILIKE :wanted
            OR writer.name ILIKE :wanted OR writer.username ILIKE :wanted)
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits in one queue of one room."""

    room_id: int
    queue: Queue
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """The rooms that somebody moderates, and what waits in them."""

    rooms: tuple[OpenRoom, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A message, or an appeal against a sanction, that waits, in short."""

    id: int
    room_id: int
    room_name: str
    message_id: int
    """0 for an appeal against a sanction."""
    sanction: str
    """What is appealed against, `time_out` or `ban`; empty for a message."""
    author: str
    text: str
    """What the message says, or the appeal."""
    choices: str
    """What its poll offers, shortened; empty without a poll."""
    score: float | None
    opened_at: datetime
    claimed_by: str
    """Another moderator who looks at it at this moment; empty if nobody does."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some of what waits, the longest first."""

    cases: tuple[Case, ...] = ()
    has_more: bool = False


def count_waiting(deps: Deps, *, actor_id: int) -> int | None:
    """How many cases wait in the rooms that the actor moderates, counted up to `MANY`; None for
    somebody who moderates nothing. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        rooms = access_rooms_to(tx, actor_id=actor_id, to=Permission.MODERATE)
        if not rooms:
            return None
        asked = {"rooms": [room.id for room in rooms], "limit": MANY}
        return tx.execute(_COUNT, asked).scalar_one()


def get_desk(deps: Deps, *, actor_id: int) -> Desk:
    """The rooms that the actor moderates at this moment, by name, and how much waits in each of
    their queues. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        rooms = access_rooms_to(tx, actor_id=actor_id, to=Permission.MODERATE)
        if not rooms:
            return Desk((), ())
        rows = tx.execute(_COUNTS, {"rooms": [room.id for room in rooms]}).all()
    waiting = [Waiting(r.room_id, Queue(r.queue), r.waiting, r.oldest_at) for r in rows]
    return Desk(tuple(rooms), tuple(waiting))


def list_cases(
    deps: Deps,
    *,
    actor_id: int,
    queue: Queue,
    room_id: int | None = None,
    wanted: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> QueuePage:
    """What waits in a queue, the longest first: in one room or in all that the actor moderates; of
    a room that is not among them, nothing.

    `wanted`: only what holds these words or is by a person of that name. `after`: time and id of
    the last case shown. Raises: NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        rooms = access_rooms_to(tx, actor_id=actor_id, to=Permission.MODERATE)
        ids = [room.id for room in rooms if room_id is None or room.id == room_id]
        if not ids:
            return QueuePage()
        after_at, after_id = after or _BEFORE_ALL
        rows = _rows(
            tx,
            wanted,
            rooms=ids,
            queue=queue.value,
            after_at=after_at,
            after_id=after_id,
            lease_from=deps.clock() - LEASE,
            actor_id=actor_id,
            limit=limit + 1,
        )
    return QueuePage(tuple(map(_case, rows[:limit])), len(rows) > limit)


def _rows(tx: Transaction, wanted: str, **asked: Any) -> Sequence[Any]:
    narrowed = _NARROWED if wanted else ""
    pattern = {"wanted": f"%{_escaped(wanted)}%"} if wanted else {}
    return tx.execute(text(_PAGE.format(narrowed=narrowed)), {**asked, **pattern}).all()


def _escaped(wanted: str) -> str:
    for sign in ("\\", "%", "_"):
        wanted = wanted.replace(sign, f"\\{sign}")
    return wanted


def _case(row: Any) -> Case:
    return Case(
        id=row.id,
        room_id=row.room_id,
        room_name=row.room_name,
        message_id=row.message_id or 0,
        sanction=row.sanction or "",
        author=row.author,
        text=excerpt(row.body),
        choices=excerpt(in_a_line(row.choices or ()), max_chars=_MAX_CHOICE_CHARS),
        score=row.score,
        opened_at=row.opened_at,
        claimed_by=row.claimed_by or "",
    )
