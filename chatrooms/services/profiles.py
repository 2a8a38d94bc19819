"""What people tell about themselves, and how every room comes to know of a change."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select, union
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.adapters import pictures
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import (
    Account,
    AttachmentRow,
    Membership,
    Message,
    PollVote,
    ReactionRow,
    Room,
)
from chatrooms.domain import jobs
from chatrooms.domain.errors import AccountUnavailable, InvalidInput
from chatrooms.domain.events import Person, PersonChanged, RoomFacts
from chatrooms.domain.text import MAX_BIO_CHARS, check_display_name, clean
from chatrooms.services import limits, presence, upload_limits
from chatrooms.services.access import access_account
from chatrooms.services.event_log import lock_room, record
from chatrooms.services.files import store_of
from chatrooms.services.people import person_of
from chatrooms.services.rooms import facts_of

_CHANGES_PER_HOUR = 60
_REPEAT_S = 60
_RECENT = timedelta(minutes=5)
_NOBODY = "There is nobody of that name here."


@dataclass(frozen=True, slots=True)
class Profile:
    """What everybody signed in may know of somebody, and where the two of them meet."""

    person: Person
    bio: str
    created_at: datetime
    last_seen_at: datetime | None
    is_online: bool
    rooms: tuple[RoomFacts, ...]
    """Rooms in which both are members."""


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """What somebody can change of the own profile."""

    person: Person
    bio: str


def get_profile(deps: Deps, *, actor_id: int, username: str, limit: int = 50) -> Profile:
    """The profile of the account with this user name, with at most `limit` rooms in common.

    Raises: AccountUnavailable if there is none or it is deactivated; NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        name = username if username.isprintable() else ""
        account = tx.scalars(
            select(Account).where(
                func.lower(col(Account.username)) == name.lower(),
                col(Account.deactivated_at).is_(None),
            )
        ).one_or_none()
        if account is None:
            raise AccountUnavailable(_NOBODY)
        rooms = _common_rooms(tx, actor_id, account.id, limit=limit)
    online = presence.list_online(deps, account_ids=[account.id])
    return Profile(
        person=person_of(account),
        bio=account.bio,
        created_at=account.created_at,
        last_seen_at=account.last_seen_at,
        is_online=account.id in online,
        rooms=rooms,
    )


def _common_rooms(tx: Transaction, one: int, other: int, *, limit: int) -> tuple[RoomFacts, ...]:
    mine, theirs = aliased(Membership), aliased(Membership)
    rows = tx.scalars(
        select(Room)
        .join(mine, col(mine.room_id) == col(Room.id))
        .join(theirs, col(theirs.room_id) == col(Room.id))
        .where(col(mine.account_id) == one, col(theirs.account_id) == other)
        .order_by(col(Room.archived_at).is_not(None), func.lower(col(Room.name)), col(Room.id))
        .limit(limit)
    ).all()
    return tuple(facts_of(room) for room in rows)


def get_own_profile(deps: Deps, *, actor_id: int) -> OwnProfile:
    """What the actor can change. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        return OwnProfile(person_of(account), account.bio)


def change_profile(deps: Deps, *, actor_id: int, name: str, bio: str, hue: int) -> None:
    """Store the actor's display name, bio and colour (`hue` in degrees), and have every room that
    shows the actor show the change.

    Raises: InvalidInput, RateLimited, NotSignedIn, ServiceUnavailable.
    """
    wanted = check_display_name(name)
    about = clean(bio)
    if len(about) > MAX_BIO_CHARS:
        raise InvalidInput(f"About you can have at most {MAX_BIO_CHARS} characters.")
    if not 0 <= hue < 360:
        raise InvalidInput("That is no colour.")
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        _count(deps, account_id=actor_id)
        before = person_of(account)
        account.name, account.bio, account.hue = wanted, about, hue
        if person_of(account) != before:
            announce_after(tx, deps, account_id=actor_id)


def _count(deps: Deps, *, account_id: int) -> None:
    per = timedelta(hours=1)
    limits.count(deps, what="profile", whose=str(account_id), limit=_CHANGES_PER_HOUR, per=per)


def begin_avatar(deps: Deps, *, actor_id: int) -> tuple[Path, BinaryIO]:
    """An empty file to fill with the actor's picture; as `files.begin_upload`.

    Raises: RateLimited, NotSignedIn, ServiceUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
    upload_limits.count_upload(deps, account_id=actor_id)
    return store_of(deps).start()


def set_avatar(deps: Deps, *, actor_id: int, place: Path) -> str:
    """Make the middle of the picture at `place` the actor's avatar; returns its token.

    Raises: InvalidInput if it is no picture that can be used; RateLimited, NotSignedIn.
    """
    upload_limits.count_bytes(deps, account_id=actor_id, size=place.stat().st_size)
    square = pictures.make_avatar(place)
    place.write_bytes(square)
    store, token = store_of(deps), deps.ids.token()
    row = AttachmentRow(
        token=token,
        account_id=actor_id,
        name="avatar.webp",
        media_type=pictures.AVATAR_TYPE,
        size=len(square),
        width=pictures.AVATAR_PX,
        height=pictures.AVATAR_PX,
        is_avatar=True,
    )
    try:
        with transaction(deps.sessions) as tx:
            account = access_account(tx, actor_id=actor_id)
            _count(deps, account_id=actor_id)
            tx.add(row)
            account.avatar = token
            store.keep(place, token)
            announce_after(tx, deps, account_id=actor_id)
    except Exception:
        store.remove([token])
        raise
    return token


def remove_avatar(deps: Deps, *, actor_id: int) -> None:
    """Go back to initials. The picture's file goes once nothing shows it any more.

    Raises: RateLimited, NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        if account.avatar:
            _count(deps, account_id=actor_id)
            account.avatar = ""
            announce_after(tx, deps, account_id=actor_id)


def announce_after(tx: Transaction, deps: Deps, *, account_id: int) -> None:
    """Have every room that shows the account show after the commit who it is now."""

    def announce() -> None:
        # Every process forgets who it took the person for, then the person's own tabs ask anew.
        deps.bus.access_changed(account_id=account_id)
        deps.bus.nudge_account(account_id, "profile")
        queue = jobs.MAINTENANCE_QUEUE
        deps.jobs.send(jobs.ANNOUNCE_PERSON, queue=queue, account_id=account_id)
        deps.jobs.send(
            jobs.ANNOUNCE_PERSON,
            queue=queue,
            delay_s=_REPEAT_S,
            account_id=account_id,
            only_recent=True,
        )

    tx.after_commit(announce)


def announce_person(deps: Deps, *, account_id: int, only_recent: bool = False) -> int:
    """Tell every room that shows the person who the person is now, one room at a time; returns how
    many rooms were told. Safe to repeat. For the worker.

    A message that was being stored during the change may carry the person as before; telling the
    rooms of the person's latest messages once more, with `only_recent`, mends that.
    """
    with transaction(deps.sessions) as tx:
        room_ids = _rooms_showing(tx, deps, account_id=account_id, only_recent=only_recent)
    for room_id in room_ids:
        with transaction(deps.sessions) as tx:
            _tell(tx, deps, room_id=room_id, account_id=account_id)
    return len(room_ids)


def _tell(tx: Transaction, deps: Deps, *, room_id: int, account_id: int) -> None:
    # Read under the room's lock: of two changes at once, the log ends with the later one.
    lock_room(tx, room_id=room_id)
    account = tx.get_one(Account, account_id)
    record(tx, deps, room_id=room_id, event=PersonChanged(person=person_of(account)))
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "members"))


def _rooms_showing(tx: Transaction, deps: Deps, *, account_id: int, only_recent: bool) -> list[int]:
    """Rooms in which the account is a member, wrote, reacted or voted."""
    wrote = select(col(Message.room_id)).where(col(Message.author_id) == account_id)
    if only_recent:
        return list(
            tx.scalars(wrote.where(col(Message.sent_at) > deps.clock() - _RECENT).distinct())
        )
    of_message = select(col(Message.room_id)).join
    shown = union(
        wrote,
        select(col(Membership.room_id)).where(col(Membership.account_id) == account_id),
        of_message(ReactionRow, col(ReactionRow.message_id) == col(Message.id)).where(
            col(ReactionRow.account_id) == account_id
        ),
        of_message(PollVote, col(PollVote.message_id) == col(Message.id)).where(
            col(PollVote.account_id) == account_id
        ),
    )
    return sorted(tx.scalars(shown))
