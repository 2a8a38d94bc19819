"""What an account was told: counting, listing, reading.

What a person may no longer read shows nowhere, not even in counts: each question asks anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Membership, Message, Notification, Room
from chatrooms.domain.events import Person
from chatrooms.domain.notifications import (
    FOR_MODERATORS,
    OF_MODERATION,
    OUTLIVE_MEMBERSHIP,
    Kind,
)
from chatrooms.domain.permissions import Role
from chatrooms.domain.text import excerpt, slugify
from chatrooms.services.access import access_account, is_id
from chatrooms.services.bans import is_banned
from chatrooms.services.moderation.sanction_appeals import OwnSanction, find_told
from chatrooms.services.people import person_of

_BY = aliased(Account)
_FOR_STAFF = FOR_MODERATORS | {Kind.JOIN_REQUEST}
_STAFF = [Role.OWNER.value, Role.MODERATOR.value]


@dataclass(frozen=True, slots=True)
class Told:
    """One notification as its list shows it."""

    id: int
    kind: Kind
    count: int
    is_read: bool
    at: datetime
    by: Person | None
    room_id: int
    slug: str
    room_name: str
    message_id: int
    thread_id: int
    text: str
    """What was said, as far as it still stands; else a word about it, such as the new role."""
    is_held: bool = False
    """Whether its message has no place in the room yet."""
    sanction: OwnSanction | None = None
    """The time-out or ban that it tells of, if it was imposed; not what became of it since."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When somebody does not want to be disturbed: minutes after midnight, none if never."""

    begin: int | None = None
    end: int | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class InRoom:
    """What waits in one room; of the room 0 what belongs to none."""

    room_id: int
    count: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an account was told and has not read, and when not to point it out."""

    rooms: tuple[InRoom, ...]
    quiet: QuietHours

    @property
    def count(self) -> int:
        """How many notifications in all."""
        return sum(room.count for room in self.rooms)


def _may_read(*, actor_id: int) -> Any:
    """Whether the actor may read the notification's room now."""
    return or_(
        col(Membership.role).is_not(None),
        ~col(Room.is_private) & ~is_banned(room_id=col(Room.id), account_id=actor_id),
    )


def _visible(wanted: Any, *, actor_id: int) -> Any:
    """Only what the actor was told and may still know: of rooms that it may read, or that it asked
    to join; not of messages that were taken back."""
    is_member = and_(
        col(Membership.room_id) == col(Notification.room_id),
        col(Membership.account_id) == col(Notification.account_id),
    )
    return (
        wanted.select_from(Notification)
        .outerjoin(Room, col(Room.id) == col(Notification.room_id))
        .outerjoin(Membership, is_member)
        .outerjoin(Message, col(Message.id) == col(Notification.message_id))
        .where(
            col(Notification.account_id) == actor_id,
            or_(
                col(Notification.room_id).is_(None),
                _may_read(actor_id=actor_id),
                col(Notification.kind).in_([kind.value for kind in OUTLIVE_MEMBERSHIP]),
            ),
            or_(
                col(Notification.kind).not_in([kind.value for kind in _FOR_STAFF]),
                col(Membership.role).in_(_STAFF),
            ),
            or_(
                col(Message.deleted_at).is_(None)
                & (func.coalesce(col(Message.withheld), "") == ""),
                col(Notification.count) > 1,
                col(Notification.kind).in_([kind.value for kind in OF_MODERATION]),
            ),
        )
    )


def count_unread(deps: Deps, *, actor_id: int) -> Waiting:
    """What the actor has not read, by room."""
    is_mention = col(Notification.kind) == Kind.MENTION.value
    room_id = col(Notification.room_id)
    counts = select(room_id, func.count(), func.count().filter(is_mention))
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        rows: Sequence[Any] = tx.execute(
            _visible(counts, actor_id=actor_id)
            .where(col(Notification.read_at).is_(None))
            .group_by(room_id)
        ).all()
    quiet = QuietHours(account.quiet_from, account.quiet_until, account.timezone)
    return Waiting(tuple(InRoom(row[0] or 0, row[1], row[2]) for row in rows), quiet)


def list_notifications(
    deps: Deps, *, actor_id: int, offset: int = 0, limit: int = 30
) -> list[Told]:
    """What the actor was told, newest first."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        may_read = _may_read(actor_id=actor_id)
        wanted = _visible(select(Notification, Room, Message, _BY, may_read), actor_id=actor_id)
        rows: Sequence[Any] = tx.execute(
            wanted.outerjoin(_BY, col(_BY.id) == col(Notification.by_id))
            .order_by(col(Notification.updated_at).desc(), col(Notification.id).desc())
            .offset(max(offset, 0))
            .limit(limit)
        ).all()
        ids = [told.sanction_id for told, *_ in rows if told.sanction_id]
        sanctions = find_told(tx, account_id=actor_id, ids=ids)
    return [
        _told(told, room, message, by, sanctions.get(told.sanction_id), may_read=may_read)
        for told, room, message, by, may_read in rows
    ]


def _name_of(room: Room, kind: str, *, may_read: bool) -> str:
    """The room's name for those who may read it. Who asked for a room by its address learns no
    more of it than that, and who is banned the name only if it is still the one that made the
    address: a new name is not for those outside."""
    made_of_name = room.slug.rstrip("0123456789").rstrip("-")
    is_known = kind == Kind.SANCTIONED.value and slugify(room.name) in (room.slug, made_of_name)
    return room.name if may_read or is_known else room.slug


def _told(
    row: Notification,
    room: Room | None,
    message: Message | None,
    by: Any,
    sanction: OwnSanction | None,
    *,
    may_read: bool,
) -> Told:
    is_said = message is not None and message.deleted_at is None and not message.withheld
    said = message.body if message is not None and is_said else ""
    return Told(
        id=row.id,
        kind=Kind(row.kind),
        count=row.count,
        is_read=row.read_at is not None,
        at=row.updated_at,
        by=person_of(by) if by is not None and row.kind not in OUTLIVE_MEMBERSHIP else None,
        room_id=row.room_id or 0,
        slug=room.slug if room is not None else "",
        room_name=_name_of(room, row.kind, may_read=may_read) if room is not None else "",
        message_id=row.message_id or 0,
        thread_id=row.thread_id or (message.thread_id if message is not None else None) or 0,
        is_held=message is not None and message.is_held,
        text=row.detail or excerpt(said),
        sanction=sanction,
    )


def mark_read(deps: Deps, *, actor_id: int, notification_ids: Sequence[int]) -> None:
    """Mark some of the actor's own notifications as read; others' ids change nothing."""
    ids = [each for each in notification_ids if is_id(each)]
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        _read(tx, deps, actor_id, col(Notification.id).in_(ids))


def mark_all_read(deps: Deps, *, actor_id: int) -> None:
    """Mark everything that the actor was told as read."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        _read(tx, deps, actor_id, col(Notification.id) > 0)


def mark_seen(
    deps: Deps, *, actor_id: int, message_ids: Sequence[int], from_sid: str = "", limit: int = 500
) -> int:
    """Mark what tells of messages that are on the actor's screen as read; how many notifications
    did. The tab on the socket `from_sid` counts anew by itself."""
    ids = [each for each in message_ids if is_id(each)][:limit]
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        told_of = col(Notification.message_id).in_(ids)
        return _read(tx, deps, actor_id, told_of, from_sid=from_sid)


def _read(tx: Transaction, deps: Deps, actor_id: int, which: Any, *, from_sid: str = "") -> int:
    read = tx.scalars(
        update(Notification)
        .where(
            col(Notification.account_id) == actor_id,
            col(Notification.read_at).is_(None),
            which,
        )
        .values(read_at=deps.clock())
        .returning(col(Notification.id))
    ).all()
    if read:
        tx.after_commit(
            lambda: deps.bus.nudge_account(actor_id, "notifications", from_sid=from_sid)
        )
    return len(read)
