"""What one person put on messages: for that person's own screens and nobody else's."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Message, PollVote, ReactionRow, SavedMessage, ThreadFollow, Vote
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
        votes = tx.execute(
            select(col(Vote.message_id), col(Vote.value)).where(
                col(Vote.message_id).in_(ids), col(Vote.account_id) == actor_id
            )
        ).all()
        reactions = tx.execute(
            select(col(ReactionRow.message_id), col(ReactionRow.emoji)).where(
                col(ReactionRow.message_id).in_(ids), col(ReactionRow.account_id) == actor_id
            )
        ).all()
        choices = tx.execute(
            select(col(PollVote.message_id), col(PollVote.choice)).where(
                col(PollVote.message_id).in_(ids), col(PollVote.account_id) == actor_id
            )
        ).all()
        follows = tx.execute(
            select(col(ThreadFollow.thread_id), col(ThreadFollow.read_position)).where(
                col(ThreadFollow.thread_id).in_(ids),
                col(ThreadFollow.account_id) == actor_id,
                col(ThreadFollow.is_following),
            )
        ).all()
        saved = tx.scalars(
            select(col(SavedMessage.message_id)).where(
                col(SavedMessage.message_id).in_(ids), col(SavedMessage.account_id) == actor_id
            )
        ).all()
    return Marks(
        votes={row[0]: row[1] for row in votes},
        reactions=_grouped([(row[0], row[1]) for row in reactions]),
        choices=_grouped([(row[0], row[1]) for row in choices]),
        saved=frozenset(saved),
        follows={row[0]: row[1] for row in follows},
    )


def _grouped(pairs: Sequence[tuple[int, T]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
