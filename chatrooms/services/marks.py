"""What one person put on messages: for that person's own screens and nobody else's."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select, text
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Message
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room, is_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Marks:
    """A person's own marks on some messages, by message id."""

    votes: dict[int, int] = field(default_factory=dict[int, int])
    """1 up, -1 down."""
    reactions: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    choices: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    """Indices of the choices voted for in polls."""
    saved: frozenset[int] = frozenset()
    follows: dict[int, int] = field(default_factory=dict[int, int])
    """How far the threads that the person follows are read, as a position."""


def list_marks(
    deps: Deps, *, actor_id: int, room_id: int, message_ids: Sequence[int], limit: int = 1500
) -> Marks:
    """The actor's marks on these messages, as far as they are of this room.

    Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        asked = [each for each in message_ids if is_id(each)][:limit]
        ids = tx.scalars(
            select(col(Message.id)).where(
                col(Message.id).in_(asked), col(Message.room_id) == room_id
            )
        ).all()
        found: dict[str, list[Any]] = defaultdict(list)
        if ids:
            for row in tx.execute(_OWN, {"ids": list(ids), "me": actor_id}):
                found[row.what].append(row)
    return Marks(
        votes={row.id: row.number for row in found["vote"]},
        reactions=_grouped([(row.id, row.word) for row in found["reaction"]]),
        choices=_grouped([(row.id, row.number) for row in found["choice"]]),
        saved=frozenset(row.id for row in found["saved"]),
        follows={row.id: row.number for row in found["follow"]},
    )


# One question instead of five: every tab asks it, and round trips are what it takes.
_OWN = text("""
    SELECT 'vote' AS what, message_id AS id, value::bigint AS number, '' AS word
    FROM message_votes WHERE message_id = ANY(:ids) AND account_id = :me
    UNION ALL
    SELECT 'reaction', message_id, 0, emoji
    FROM reactions WHERE message_id = ANY(:ids) AND account_id = :me
    UNION ALL
    SELECT 'choice', message_id, choice, ''
    FROM poll_votes WHERE message_id = ANY(:ids) AND account_id = :me
    UNION ALL
    SELECT 'follow', thread_id, read_position, ''
    FROM thread_follows WHERE thread_id = ANY(:ids) AND account_id = :me AND is_following
    UNION ALL
    SELECT 'saved', message_id, 0, ''
    FROM saved_messages WHERE message_id = ANY(:ids) AND account_id = :me
""")


def _grouped(pairs: Sequence[tuple[int, T]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
