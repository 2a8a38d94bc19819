"""The list of threads that somebody follows, over all rooms that they may read."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Membership, Message, Room, ThreadFollow, table_of
from chatrooms.domain.events import ThreadSummary
from chatrooms.domain.text import excerpt
from chatrooms.services.access import access_account
from chatrooms.services.bans import is_banned
from chatrooms.services.details import threads_of

_FOLLOWS, _ROOMS, _MEMBERSHIPS = table_of(ThreadFollow), table_of(Room), table_of(Membership)
_AUTHORS = table_of(Account).alias("author")
_ROOTS = table_of(Message).alias("root")
_REPLIES = table_of(Message).alias("reply")


@dataclass(frozen=True, slots=True)
class FollowedThread:
    """A thread in somebody's list."""

    root_id: int
    room_id: int
    room_slug: str
    room_name: str
    author_name: str
    excerpt: str
    """Of the message whose thread it is; empty if that was deleted."""
    summary: ThreadSummary
    is_unread: bool


def _followed(actor_id: int) -> Any:
    """Threads with replies that the actor follows, in rooms that the actor may read."""
    last = (
        select(_REPLIES.c.position)
        .where(_REPLIES.c.thread_id == _FOLLOWS.c.thread_id, _REPLIES.c.deleted_at.is_(None))
        .order_by(_REPLIES.c.position.desc())
        .limit(1)
        .lateral("last")
    )
    return (
        select(
            _FOLLOWS.c.thread_id,
            (last.c.position > _FOLLOWS.c.read_position).label("is_unread"),
            last.c.position,
            _ROOTS.c.body,
            _ROOMS.c.id.label("room_id"),
            _ROOMS.c.slug,
            _ROOMS.c.name.label("room_name"),
            _AUTHORS.c.name.label("author_name"),
        )
        .select_from(_FOLLOWS)
        .join(_ROOTS, _ROOTS.c.id == _FOLLOWS.c.thread_id)
        .join(_AUTHORS, _AUTHORS.c.id == _ROOTS.c.author_id)
        .join(_ROOMS, _ROOMS.c.id == _ROOTS.c.room_id)
        .outerjoin(
            _MEMBERSHIPS,
            and_(
                _MEMBERSHIPS.c.room_id == _ROOMS.c.id,
                _MEMBERSHIPS.c.account_id == _FOLLOWS.c.account_id,
            ),
        )
        .join(last, last.c.position.is_not(None))
        .where(
            _FOLLOWS.c.account_id == actor_id,
            _FOLLOWS.c.is_following,
            _MEMBERSHIPS.c.role.is_not(None) | ~_ROOMS.c.is_private,
            ~is_banned(room_id=_ROOMS.c.id, account_id=actor_id),
        )
    )


def list_threads(deps: Deps, *, actor_id: int, limit: int, offset: int = 0) -> list[FollowedThread]:
    """The threads that the actor follows, unread ones first, the last replied to first; none of
    rooms that the actor may not read any more."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        found = _followed(actor_id).subquery()
        rows = tx.execute(
            select(found)
            .order_by(found.c.is_unread.desc(), found.c.position.desc(), found.c.thread_id.desc())
            .offset(offset)
            .limit(limit)
        ).all()
        summaries = threads_of(tx, [row.thread_id for row in rows])
    return [
        FollowedThread(
            root_id=row.thread_id,
            room_id=row.room_id,
            room_slug=row.slug,
            room_name=row.room_name,
            author_name=row.author_name,
            excerpt=excerpt(row.body),
            summary=summaries[row.thread_id],
            is_unread=row.is_unread,
        )
        for row in rows
    ]


def count_unread(deps: Deps, *, actor_id: int) -> int:
    """How many of the threads that the actor follows hold unread replies."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        found = _followed(actor_id).subquery()
        unread = select(func.count()).select_from(found).where(found.c.is_unread)
        return tx.execute(unread).scalar_one()
