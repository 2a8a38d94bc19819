"""Who is in a room: joining, leaving, removing, promoting."""

from dataclasses import dataclass

from sqlalchemy import case, delete, func, select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Membership, Room
from chatrooms.domain.errors import (
    AccountUnavailable,
    InvalidInput,
    LastOwner,
    NotAllowed,
    RoomArchived,
)
from chatrooms.domain.events import MemberLeft, Person, RoleChanged
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission, Role, outranks
from chatrooms.services.access import RoomAccess, access_room, is_id
from chatrooms.services.admission import admit, role_of
from chatrooms.services.event_log import append_event, take_seq
from chatrooms.services.notify import notify
from chatrooms.services.people import person_of
from chatrooms.services.recommending.requests import ask


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a role in a room."""

    person: Person
    role: Role


def join_room(deps: Deps, *, actor_id: int, room_id: int) -> None:
    """Make the actor a member of a public room. Joining twice is fine.

    Raises: RoomUnavailable, RoomArchived.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        if access.role is None:
            if Permission.JOIN not in access.permissions:
                raise RoomArchived
            admit(tx, deps, room_id=room_id, account_id=actor_id)
            ask(tx, deps, account_ids=[actor_id])


def leave_room(deps: Deps, *, actor_id: int, room_id: int) -> None:
    """End the actor's own membership.

    Raises: LastOwner if nobody else owns the room; NotAllowed if the actor is no member.
    """
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.LEAVE)
        seq = take_seq(tx, room_id=room_id)
        end_membership(tx, deps, room_id=room_id, account_id=actor_id, seq=seq)


def remove_member(deps: Deps, *, actor_id: int, room_id: int, account_id: int) -> None:
    """End somebody else's membership; that person's screens of the room close.

    Raises: NotAllowed unless the actor outranks the member; AccountUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.REMOVE_MEMBER)
        seq = take_seq(tx, room_id=room_id)
        _check_outranks(tx, access=access, account_id=account_id)
        end_membership(tx, deps, room_id=room_id, account_id=account_id, seq=seq)


def _check_outranks(tx: Transaction, *, access: RoomAccess, account_id: int) -> Role:
    other = (
        role_of(tx, room_id=access.room_id, account_id=account_id) if is_id(account_id) else None
    )
    if other is None:
        raise AccountUnavailable
    if access.role is None or not outranks(access.role, other):
        raise NotAllowed
    return other


def end_membership(
    tx: Transaction,
    deps: Deps,
    *,
    room_id: int,
    account_id: int,
    seq: int,
    may_be_last: bool = False,
) -> None:
    """Make a member somebody from outside; that person's screens of the room close. The caller has
    checked the right and appends nothing under `seq` itself.

    Raises: LastOwner, unless that was looked at already (`may_be_last`); AccountUnavailable.
    """
    if not may_be_last:
        _check_owner_remains(tx, room_id=room_id, without=account_id)
    ended = tx.execute(
        delete(Membership)
        .where(col(Membership.room_id) == room_id, col(Membership.account_id) == account_id)
        .returning(col(Membership.account_id))
    ).first()
    if ended is None:
        raise AccountUnavailable
    tx.execute(
        update(Room).where(col(Room.id) == room_id).values(member_count=col(Room.member_count) - 1)
    )
    append_event(tx, deps, room_id=room_id, seq=seq, event=MemberLeft(account_id=account_id))
    tx.after_commit(lambda: deps.bus.access_changed(room_id=room_id, account_id=account_id))
    tx.after_commit(lambda: deps.bus.nudge_account(account_id))
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "members"))


def _check_owner_remains(tx: Transaction, *, room_id: int, without: int) -> None:
    owners = set(
        tx.scalars(
            select(col(Membership.account_id)).where(
                col(Membership.room_id) == room_id, col(Membership.role) == Role.OWNER.value
            )
        )
    )
    if owners == {without}:
        raise LastOwner


def change_role(deps: Deps, *, actor_id: int, room_id: int, account_id: int, role: str) -> None:
    """Make a member owner, moderator or plain member. Owners only.

    Raises: InvalidInput for an unknown role; LastOwner; AccountUnavailable; NotAllowed.
    """
    if role not in set(Role):
        raise InvalidInput("There is no such role.")
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.CHANGE_ROLES)
        seq = take_seq(tx, room_id=room_id)
        _check_outranks(tx, access=access, account_id=account_id)
        if role != Role.OWNER:
            _check_owner_remains(tx, room_id=room_id, without=account_id)
        tx.execute(
            update(Membership)
            .where(col(Membership.room_id) == room_id, col(Membership.account_id) == account_id)
            .values(role=role)
        )
        event = RoleChanged(account_id=account_id, role=role)
        append_event(tx, deps, room_id=room_id, seq=seq, event=event)
        notify(
            tx,
            deps,
            account_ids=[account_id],
            kind=Kind.ROLE_CHANGED,
            group_key=str(room_id),
            by_id=actor_id,
            room_id=room_id,
            detail=role,
        )
        tx.after_commit(lambda: deps.bus.nudge_account(account_id))
        tx.after_commit(lambda: deps.bus.nudge_room(room_id, "members"))


def list_members(
    deps: Deps, *, actor_id: int, room_id: int, offset: int = 0, limit: int = 50
) -> list[Member]:
    """The room's members, owners and moderators first, then by name."""
    rank = case({"owner": 0, "moderator": 1}, value=col(Membership.role), else_=2)
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        rows = tx.execute(
            select(Account, col(Membership.role))
            .join(Membership, col(Membership.account_id) == col(Account.id))
            .where(col(Membership.room_id) == room_id)
            .order_by(rank, func.lower(col(Account.name)), col(Account.id))
            .offset(max(offset, 0))
            .limit(limit)
        ).all()
    return [Member(person_of(account), Role(role)) for account, role in rows]
