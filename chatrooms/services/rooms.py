"""Rooms: creating, changing and archiving them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, literal, or_, select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Membership, Room, RoomActivity
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.events import MemberJoined, RoomChanged, RoomFacts
from chatrooms.domain.moderation import Mode, Policy
from chatrooms.domain.permissions import Permission, Role
from chatrooms.domain.text import (
    MAX_DESCRIPTION_CHARS,
    MAX_NAME_CHARS,
    MAX_TOPIC_CHARS,
    check_line,
    check_tags,
    clean,
    slugify,
)
from chatrooms.services import limits
from chatrooms.services.access import RoomAccess, access_account, access_room, access_room_by_slug
from chatrooms.services.ai.index_requests import note_room_changed
from chatrooms.services.event_log import append_event, take_seq
from chatrooms.services.topic_tree import check_topic


@dataclass(frozen=True, slots=True)
class RoomDraft:
    """What somebody typed to describe a room. Unchecked until `checked`."""

    name: str
    description: str = ""
    topic: str = ""
    tags: str = ""
    is_private: bool = False
    mode: str = Mode.MANUAL
    """How it is moderated from the beginning; later that is the policy's to change."""
    topic_id: int | None = None
    """Where it stands in the tree of topics."""

    def checked(self) -> dict[str, Any]:
        """The columns of a room described so.

        Raises: InvalidInput naming the field.
        """
        description = clean(self.description)
        return {
            "name": check_line(
                self.name, label="A room name", max_chars=MAX_NAME_CHARS, required=True
            ),
            "description": check_length(description),
            "topic": check_line(self.topic, label="A topic", max_chars=MAX_TOPIC_CHARS),
            "tags": check_tags(self.tags),
            "is_private": bool(self.is_private),
            "topic_id": self.topic_id,
        }

    def policy(self) -> dict[str, Any]:
        """What is stored of the new room's policy: how it is moderated, and else the defaults.

        Raises: InvalidInput for an unknown mode.
        """
        if self.mode not in set(Mode):
            raise InvalidInput("There is no such way to moderate a room.")
        return {"mode": str(self.mode)}


def check_length(description: str) -> str:
    """The description, if it is short enough. Its line breaks stay.

    Raises: InvalidInput.
    """
    check_line(description, label="A description", max_chars=MAX_DESCRIPTION_CHARS)
    return description


def create_room(deps: Deps, *, actor_id: int, draft: RoomDraft) -> RoomFacts:
    """Create a room owned by the actor. Its slug comes from the name; a number makes it unique.

    Raises: InvalidInput, RateLimited, NotSignedIn, TopicUnavailable.
    """
    columns = {**draft.checked(), "policy": draft.policy()}
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        check_topic(tx, draft.topic_id)
        limits.count(
            deps,
            what="rooms",
            whose=str(actor_id),
            limit=deps.settings.rooms_per_hour,
            per=timedelta(hours=1),
        )
        return insert_room(tx, deps, owner_id=actor_id, columns=columns)


def insert_room(
    tx: Transaction, deps: Deps, *, owner_id: int, columns: dict[str, Any]
) -> RoomFacts:
    """Store a room with checked columns and its owner. The caller has checked the right."""
    base = slugify(columns["name"])
    # Two rooms of one name at one time: the lock lets the second see the first's slug.
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(base))))
    room = Room(slug=_free_slug(tx, base), created_by=owner_id, **columns)
    tx.add(room)
    tx.flush()
    seq = take_seq(tx, room_id=room.id)
    add_membership(tx, room_id=room.id, account_id=owner_id, role=Role.OWNER)
    append_event(tx, deps, room_id=room.id, seq=seq, event=MemberJoined(account_id=owner_id))
    tx.add(RoomActivity(room_id=room.id, active_at=room.created_at))
    if not room.is_private:
        note_room_changed(tx, deps, room_id=room.id)
    tx.after_commit(lambda: deps.bus.nudge_account(owner_id))
    return facts_of(room)


def _free_slug(tx: Transaction, base: str) -> str:
    taken = set(
        tx.scalars(
            select(col(Room.slug)).where(
                or_(col(Room.slug) == base, col(Room.slug).op("~")(f"^{base}-[0-9]+$"))
            )
        )
    )
    if base not in taken:
        return base
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{base}-{n}") not in taken)


def add_membership(tx: Transaction, *, room_id: int, account_id: int, role: Role) -> None:
    """Store a membership and count it. The caller holds the room's lock and checked the right.

    The read marker starts at the present: nothing is unread to somebody new.
    """
    row = select(
        col(Room.id),
        literal(account_id),
        literal(role.value),
        col(Room.last_seq),
        col(Room.message_count),
    ).where(col(Room.id) == room_id)
    columns = ["room_id", "account_id", "role", "read_position", "read_ordinal"]
    tx.execute(insert(Membership).from_select(columns, row))
    tx.execute(
        update(Room).where(col(Room.id) == room_id).values(member_count=col(Room.member_count) + 1)
    )


def facts_of(room: Room) -> RoomFacts:
    """The public facts of a room's row."""
    policy = Policy.model_validate(room.policy)
    return RoomFacts(
        id=room.id,
        slug=room.slug,
        name=room.name,
        description=room.description,
        topic=room.topic,
        tags=tuple(room.tags),
        is_private=room.is_private,
        is_archived=room.archived_at is not None,
        mode=policy.mode,
        slow_s=policy.slow_s,
        has_assistant=room.has_assistant,
        keep_days=room.keep_days,
    )


def edit_room(deps: Deps, *, actor_id: int, room_id: int, draft: RoomDraft) -> None:
    """Change name, description, topic, tags, visibility. Owners only; the slug stays.

    Making it private takes the open screens of everybody who is not a member.
    Raises: InvalidInput, TopicUnavailable; as `access_room`.
    """
    columns = draft.checked()
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.EDIT_ROOM)
        check_topic(tx, draft.topic_id)
        change_room(tx, deps, access=access, columns=columns)


def set_archived(deps: Deps, *, actor_id: int, room_id: int, is_archived: bool) -> None:
    """Archive a room, so that it can only be read, or bring it back. Owners only."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.ARCHIVE_ROOM)
        if access.facts.is_archived == is_archived:
            return
        archived_at = deps.clock() if is_archived else None
        change_room(tx, deps, access=access, columns={"archived_at": archived_at})


def set_assistant(deps: Deps, *, actor_id: int, room_id: int, is_on: bool) -> None:
    """Let a language model read the room, or not any more. Owners only."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.EDIT_ROOM)
        if access.facts.has_assistant != is_on:
            change_room(tx, deps, access=access, columns={"has_assistant": is_on})


def change_room(
    tx: Transaction, deps: Deps, *, access: RoomAccess, columns: dict[str, Any]
) -> None:
    """Store checked columns of a room and have everybody see them. The caller has checked the
    right."""
    room_id = access.room_id
    seq = take_seq(tx, room_id=room_id)
    tx.execute(update(Room).where(col(Room.id) == room_id).values(**columns))
    room = tx.scalars(
        select(Room).where(col(Room.id) == room_id).execution_options(populate_existing=True)
    ).one()
    event = RoomChanged(facts=facts_of(room))
    append_event(tx, deps, room_id=room_id, seq=seq, event=event)
    note_room_changed(tx, deps, room_id=room_id)
    tx.after_commit(lambda: deps.bus.access_changed(room_id=room_id))
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "facts"))


def open_room(deps: Deps, *, actor_id: int, slug: str) -> RoomAccess:
    """The room behind an address and what the actor may do in it.

    Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        return access_room_by_slug(tx, actor_id=actor_id, slug=slug, to=Permission.READ)
