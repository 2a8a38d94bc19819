"""Who talks in a room: messages and the score they got, per person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.events import Person
from chatrooms.domain.permissions import Role
from chatrooms.domain.text import searchable
from chatrooms.services.statistics.numbers import SHOWN
from chatrooms.services.statistics.span import access_statistics, make_span

MAX_OFFSET = 1_000_000
_MAX_QUERY_CHARS = 100
# Whoever wrote is listed after leaving as well: the messages are still there to be read. `strpos`
# takes what was typed as it is, where LIKE would know wildcards.
_TALKERS = text(f"""
    WITH wrote AS (
        SELECT author_id, count(*) AS messages, sum(score) AS score
        FROM messages WHERE room_id = :room AND sent_at >= :since AND {SHOWN}
        GROUP BY author_id
    ), listed AS (
        SELECT account_id, role FROM memberships WHERE room_id = :room
        UNION ALL
        SELECT author_id, NULL FROM wrote WHERE NOT EXISTS (
            SELECT FROM memberships
            WHERE room_id = :room AND account_id = wrote.author_id
        )
    )
    SELECT a.id, a.username, a.name, a.hue, a.avatar, a.kind, listed.role,
        coalesce(wrote.messages, 0) AS messages, coalesce(wrote.score, 0) AS score,
        count(*) OVER () AS total
    FROM listed
    JOIN accounts a ON a.id = listed.account_id AND a.kind = 'person'
    LEFT JOIN wrote ON wrote.author_id = listed.account_id
    WHERE :query = '' OR strpos(lower(a.name), :query) > 0 OR strpos(lower(a.username), :query) > 0
    ORDER BY messages DESC, score DESC, lower(a.name), a.id
    OFFSET :offset LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Talker:
    """Somebody in a room, and what the person wrote in some time."""

    person: Person
    role: Role | None
    """None for somebody who left."""
    messages: int
    score: int
    """Upvotes less downvotes that those messages got. How often somebody votes is told to nobody:
    who watches that number learns whose vote a message just got."""


@dataclass(frozen=True, slots=True)
class TalkersPage:
    """Some of them, and how many there are."""

    talkers: tuple[Talker, ...]
    total: int
    """Of all pages; 0 on a page behind the last."""


def list_talkers(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    days: int = 30,
    zone: str = "UTC",
    query: str = "",
    offset: int = 0,
    limit: int = 25,
) -> TalkersPage:
    """The room's members, and others who wrote in the last 30 or 90 days, whose name holds `query`;
    who wrote most first. For members of the room.

    Raises: InvalidInput; as `access_statistics`.
    """
    with transaction(deps.sessions) as tx:
        access = access_statistics(tx, actor_id=actor_id, room_id=room_id)
        asked = {
            "room": access.room_id,
            "since": make_span(deps.clock(), days=days, zone=zone).since,
            "query": searchable(query)[:_MAX_QUERY_CHARS],
            "offset": min(max(offset, 0), MAX_OFFSET),
            "limit": limit,
        }
        rows: Sequence[Any] = tx.execute(_TALKERS, asked).all()
    return TalkersPage(tuple(map(_talker, rows)), rows[0].total if rows else 0)


def _talker(row: Any) -> Talker:
    person = Person(
        id=row.id,
        username=row.username,
        name=row.name,
        hue=row.hue,
        avatar=row.avatar,
        kind=row.kind,
    )
    return Talker(person, Role(row.role) if row.role else None, row.messages, int(row.score))
