"""What people began to write and have not sent, kept so that another browser goes on with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Draft as DraftRow
from chatrooms.db.tables import Membership, Room, ThreadDraft
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import storable
from chatrooms.services.access import (
    access_account,
    access_room,
    access_room_by_slug,
    access_thread,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text on its way to a room or to a thread in it; an empty one if there is none."""

    room_id: int
    thread_id: int | None = None
    body: str = ""
    saved_at: datetime | None = None


def find_draft(deps: Deps, *, actor_id: int, slug: str) -> Draft:
    """What the actor began to write in this room. Raises: RoomUnavailable."""
    with transaction(deps.sessions) as tx:
        access = access_room_by_slug(tx, actor_id=actor_id, slug=slug, to=Permission.READ)
        row = tx.get(DraftRow, (actor_id, access.room_id))
    if row is None:
        return Draft(access.room_id)
    return Draft(row.room_id, None, row.body, row.updated_at)


def find_reply_draft(deps: Deps, *, actor_id: int, room_id: int, thread_id: int) -> Draft:
    """What the actor began to reply in a thread of this room. Raises: as `access_thread`."""
    with transaction(deps.sessions) as tx:
        access_thread(
            tx, actor_id=actor_id, room_id=room_id, thread_id=thread_id, to=Permission.READ
        )
        row = tx.get(ThreadDraft, (actor_id, thread_id))
    if row is None:
        return Draft(room_id, thread_id)
    return Draft(room_id, thread_id, row.body, row.updated_at)


def save_draft(deps: Deps, *, actor_id: int, room_id: int, body: str) -> Draft:
    """Keep a draft in place of the one before; a blank one takes it away.

    Raises: InvalidInput if it is longer than a message may be; as `access_room` to post.
    """
    text = _checked(deps, body)
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
        before = tx.get(DraftRow, (actor_id, room_id))
        if bool(text.strip()) != (before is not None):
            tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "drafts"))
        saved_at = _keep(tx, deps, DraftRow, text, account_id=actor_id, room_id=room_id)
    return Draft(room_id, None, text if saved_at else "", saved_at)


def save_reply_draft(
    deps: Deps, *, actor_id: int, room_id: int, thread_id: int, body: str
) -> Draft:
    """Keep the draft of a reply in place of the one before; a blank one takes it away.

    Raises: InvalidInput if it is longer than a message may be; as `access_thread` to post.
    """
    text = _checked(deps, body)
    with transaction(deps.sessions) as tx:
        access_thread(
            tx, actor_id=actor_id, room_id=room_id, thread_id=thread_id, to=Permission.POST
        )
        saved_at = _keep(tx, deps, ThreadDraft, text, account_id=actor_id, thread_id=thread_id)
    return Draft(room_id, thread_id, text if saved_at else "", saved_at)


def _checked(deps: Deps, body: str) -> str:
    text = storable(body)
    if len(text) > deps.settings.max_body_chars:
        raise InvalidInput("A draft can be as long as a message, and no longer.")
    return text


def _keep(
    tx: Transaction, deps: Deps, table: type[DraftRow | ThreadDraft], text: str, **key: int
) -> datetime | None:
    """Store a text under its key, or nothing if it is blank. When it was stored."""
    if not text.strip():
        tx.execute(delete(table).filter_by(**key))
        return None
    now = deps.clock()
    new = {"body": text, "updated_at": now}
    tx.execute(
        insert(table).values(**key, **new).on_conflict_do_update(index_elements=[*key], set_=new)
    )
    return now


def list_draft_rooms(deps: Deps, *, actor_id: int, limit: int = 500) -> list[str]:
    """Slugs of the actor's rooms in which a draft waits."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        slugs = tx.scalars(
            select(col(Room.slug))
            .join(DraftRow, col(DraftRow.room_id) == col(Room.id))
            .join(
                Membership,
                (col(Membership.room_id) == col(Room.id))
                & (col(Membership.account_id) == col(DraftRow.account_id)),
            )
            .where(col(DraftRow.account_id) == actor_id)
            .order_by(func.lower(col(Room.name)))
            .limit(limit)
        ).all()
    return list(slugs)
