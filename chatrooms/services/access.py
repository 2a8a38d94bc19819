"""The only door to a room and its messages: answers "may this account do this to that?".

Every service opens with one of the `access_` functions. They answer an absent thing and a hidden
thing with the same error, and they fail closed: a question that cannot be answered is a no.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, CaseRow, Membership, Message, Room, table_of
from chatrooms.domain.errors import (
    CaseUnavailable,
    ChatError,
    MessageUnavailable,
    NotAllowed,
    NotSignedIn,
    RoomArchived,
    RoomUnavailable,
    TimedOut,
)
from chatrooms.domain.events import Person, RoomFacts
from chatrooms.domain.moderation import Policy
from chatrooms.domain.permissions import Permission, Role, granted
from chatrooms.services.bans import is_banned, time_out_words, timed_out_until

MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RoomAccess:
    """A room as one account may use it."""

    facts: RoomFacts
    actor: Person
    role: Role | None
    permissions: frozenset[Permission]
    policy: Policy
    timed_out_until: datetime | None = None
    """Until when the actor may only read."""

    @property
    def room_id(self) -> int:
        """The room's id."""
        return self.facts.id


def is_id(value: object) -> bool:
    """Whether a value from outside can be the id of a row at all."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def is_slug(value: object) -> bool:
    """Whether a value from outside can be the slug of a room at all."""
    return isinstance(value, str) and value.isascii() and value.isprintable()


def access_account(tx: Transaction, *, actor_id: int) -> Account:
    """The actor's own account.

    Raises: NotSignedIn if it does not exist or is deactivated.
    """
    account = tx.get(Account, actor_id) if is_id(actor_id) else None
    if account is None or account.deactivated_at is not None:
        raise NotSignedIn
    return account


def access_admin(tx: Transaction, *, actor_id: int) -> Account:
    """The actor's account, if it is an administrator's.

    Raises: NotSignedIn, NotAllowed.
    """
    account = access_account(tx, actor_id=actor_id)
    if not account.is_admin:
        raise NotAllowed
    return account


_ROOMS, _ACCOUNTS, _MEMBERSHIPS = table_of(Room), table_of(Account), table_of(Membership)
_ROOM: Any = (
    select(
        _ROOMS.c.id,
        _ROOMS.c.slug,
        _ROOMS.c.name,
        _ROOMS.c.description,
        _ROOMS.c.topic,
        _ROOMS.c.tags,
        _ROOMS.c.is_private,
        _ROOMS.c.archived_at,
        _ROOMS.c.policy,
        _ROOMS.c.has_assistant,
        _ROOMS.c.keep_days,
        _MEMBERSHIPS.c.role,
        _ACCOUNTS.c.id.label("actor_id"),
        _ACCOUNTS.c.username,
        _ACCOUNTS.c.name.label("actor_name"),
        _ACCOUNTS.c.hue,
        _ACCOUNTS.c.avatar,
        _ACCOUNTS.c.kind,
        is_banned(room_id=_ROOMS.c.id, account_id=_ACCOUNTS.c.id).label("is_banned"),
        timed_out_until(room_id=_ROOMS.c.id, account_id=_ACCOUNTS.c.id).label("timed_out_until"),
    )
    .select_from(_ROOMS)
    .join(
        _ACCOUNTS,
        and_(_ACCOUNTS.c.id == bindparam("actor_id"), _ACCOUNTS.c.deactivated_at.is_(None)),
    )
    .outerjoin(
        _MEMBERSHIPS,
        and_(_MEMBERSHIPS.c.room_id == _ROOMS.c.id, _MEMBERSHIPS.c.account_id == _ACCOUNTS.c.id),
    )
)
_ROOM_BY_ID: Any = _ROOM.where(_ROOMS.c.id == bindparam("room"))
_ROOM_BY_SLUG: Any = _ROOM.where(_ROOMS.c.slug == bindparam("room"))


def access_room(tx: Transaction, *, actor_id: int, room_id: object, to: Permission) -> RoomAccess:
    """The room with this id, if the actor may do `to` in it.

    Raises: RoomUnavailable for a room that is absent or hidden from the actor, and for an actor
    that is absent, deactivated or banned from it; RoomArchived, TimedOut and NotAllowed for one
    that the actor may read.
    """
    if not is_id(room_id) or not is_id(actor_id):
        raise RoomUnavailable
    return _checked(tx.execute(_ROOM_BY_ID, {"actor_id": actor_id, "room": room_id}).first(), to)


def access_room_by_slug(
    tx: Transaction, *, actor_id: int, slug: object, to: Permission
) -> RoomAccess:
    """The room with this slug, if the actor may do `to` in it. Raises as `access_room`."""
    if not is_slug(slug) or not is_id(actor_id):
        raise RoomUnavailable
    return _checked(tx.execute(_ROOM_BY_SLUG, {"actor_id": actor_id, "room": slug}).first(), to)


def _checked(row: Any, to: Permission) -> RoomAccess:
    if row is None or row.is_banned:
        raise RoomUnavailable
    role = Role(row.role) if row.role is not None else None
    is_archived = row.archived_at is not None
    until: datetime | None = row.timed_out_until
    permissions = granted(
        role=role,
        is_private=row.is_private,
        is_archived=is_archived,
        is_timed_out=until is not None,
    )
    if Permission.READ not in permissions:
        raise RoomUnavailable
    if to not in permissions:
        raise _why_not(to, role=role, is_archived=is_archived, until=until)
    policy = Policy.model_validate(row.policy)
    facts = RoomFacts(
        id=row.id,
        slug=row.slug,
        name=row.name,
        description=row.description,
        topic=row.topic,
        tags=tuple(row.tags),
        is_private=row.is_private,
        is_archived=is_archived,
        mode=policy.mode,
        slow_s=policy.slow_s,
        has_assistant=row.has_assistant,
        keep_days=row.keep_days,
    )
    actor = Person(
        id=row.actor_id,
        username=row.username,
        name=row.actor_name,
        hue=row.hue,
        avatar=row.avatar,
        kind=row.kind,
    )
    return RoomAccess(facts, actor, role, permissions, policy, until)


def _why_not(
    to: Permission, *, role: Role | None, is_archived: bool, until: datetime | None
) -> ChatError:
    if to not in granted(role=role, is_private=False, is_archived=False):
        return NotAllowed()
    if is_archived:
        return RoomArchived()
    return TimedOut(time_out_words(until)) if until else NotAllowed()


def access_any_message(
    tx: Transaction, *, actor_id: int, room_id: object, message_id: object, to: Permission
) -> tuple[RoomAccess, Message]:
    """A message of exactly this room, also one that is held, if the actor may do `to` in the room.
    For moderation, and for what authors do with their own.

    Raises: MessageUnavailable if it is absent or of another room; and as `access_room`.
    """
    access = access_room(tx, actor_id=actor_id, room_id=room_id, to=to)
    if not is_id(message_id):
        raise MessageUnavailable
    message = tx.execute(
        select(Message).where(col(Message.id) == message_id, col(Message.room_id) == access.room_id)
    ).scalar_one_or_none()
    if message is None:
        raise MessageUnavailable
    return access, message


def access_case(tx: Transaction, *, actor_id: int, case_id: object) -> tuple[RoomAccess, CaseRow]:
    """A case of moderation, open or closed, if the actor moderates its room now.

    Raises: CaseUnavailable, the same for one that is absent and for one of other people's rooms.
    """
    case = tx.get(CaseRow, case_id) if is_id(case_id) else None
    if case is None:
        raise CaseUnavailable
    try:
        access = access_room(tx, actor_id=actor_id, room_id=case.room_id, to=Permission.MODERATE)
    except ChatError as error:
        raise CaseUnavailable from error
    return access, case


def access_message(
    tx: Transaction, *, actor_id: int, room_id: object, message_id: object, to: Permission
) -> tuple[RoomAccess, Message]:
    """A message of exactly this room, if the actor may do `to` in the room.

    Raises: MessageUnavailable if it is absent, of another room, or held: then it is on no screen
    but its author's; and as `access_room`.
    """
    access, message = access_any_message(
        tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=to
    )
    if message.is_held:
        raise MessageUnavailable
    return access, message


def access_thread(
    tx: Transaction, *, actor_id: int, room_id: object, thread_id: object, to: Permission
) -> tuple[RoomAccess, Message]:
    """The message of exactly this room's timeline whose thread is meant, if the actor may do `to`.

    Raises: MessageUnavailable if it is a reply itself; and as `access_message`.
    """
    access, root = access_message(
        tx, actor_id=actor_id, room_id=room_id, message_id=thread_id, to=to
    )
    if root.thread_id is not None:
        raise MessageUnavailable
    return access, root
