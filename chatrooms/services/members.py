"""Who is in a room: joining, leaving, removing, promoting; join requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, JoinRequest, Membership, Room
from chatrooms.domain.errors import (
    AccountUnavailable,
    InvalidInput,
    LastOwner,
    NotAllowed,
    RoomArchived,
)
from chatrooms.domain.events import MemberJoined, MemberLeft, Person, RoleChanged
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission, Role, outranks
from chatrooms.services import limits
from chatrooms.services.access import RoomAccess, access_account, access_room, is_id, is_slug
from chatrooms.services.event_log import append_event, lock_room, take_seq
from chatrooms.services.notify import notify, settle
from chatrooms.services.people import person_of
from chatrooms.services.rooms import add_membership


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a role in a room."""

    person: Person
    role: Role


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A join request that nobody decided yet."""

    id: int
    person: Person
    asked_at: datetime


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


def admit(tx: Transaction, deps: Deps, *, room_id: int, account_id: int) -> bool:
    """Make an account a member; False if it is one. The caller has checked the right.

    Announces the event, has the person's tabs show the room, and closes its open request.
    """
    # The room's lock makes the look and the insert one step; a number is taken only if needed,
    # because every number taken must be appended.
    lock_room(tx, room_id=room_id)
    if _role_of(tx, room_id=room_id, account_id=account_id) is not None:
        return False
    seq = take_seq(tx, room_id=room_id)
    add_membership(tx, room_id=room_id, account_id=account_id, role=Role.MEMBER)
    append_event(tx, deps, room_id=room_id, seq=seq, event=MemberJoined(account_id=account_id))
    _close_request(tx, deps, room_id=room_id, account_id=account_id)
    tx.after_commit(lambda: deps.bus.access_changed(room_id=room_id, account_id=account_id))
    tx.after_commit(lambda: deps.bus.nudge_account(account_id))
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "members"))
    return True


def _close_request(tx: Transaction, deps: Deps, *, room_id: int, account_id: int) -> None:
    tx.execute(
        update(JoinRequest)
        .where(
            col(JoinRequest.room_id) == room_id,
            col(JoinRequest.account_id) == account_id,
            col(JoinRequest.decided_at).is_(None),
        )
        .values(decided_at=deps.clock(), is_accepted=True)
    )
    _settle_request(tx, deps, room_id=room_id, account_id=account_id)


def _settle_request(tx: Transaction, deps: Deps, *, room_id: int, account_id: int) -> None:
    # Staff are few, so their rows are found by account: the key alone has no index.
    settle(
        tx,
        deps,
        kind=Kind.JOIN_REQUEST,
        group_key=f"{room_id}:{account_id}",
        account_ids=_staff(tx, room_id=room_id),
    )


def _role_of(tx: Transaction, *, room_id: int, account_id: int) -> Role | None:
    role = tx.scalar(
        select(col(Membership.role)).where(
            col(Membership.room_id) == room_id, col(Membership.account_id) == account_id
        )
    )
    return Role(role) if role is not None else None


def leave_room(deps: Deps, *, actor_id: int, room_id: int) -> None:
    """End the actor's own membership.

    Raises: LastOwner if nobody else owns the room; NotAllowed if the actor is no member.
    """
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.LEAVE)
        seq = take_seq(tx, room_id=room_id)
        _end_membership(tx, deps, room_id=room_id, account_id=actor_id, seq=seq)


def remove_member(deps: Deps, *, actor_id: int, room_id: int, account_id: int) -> None:
    """End somebody else's membership; that person's screens of the room close.

    Raises: NotAllowed unless the actor outranks the member; AccountUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.REMOVE_MEMBER)
        seq = take_seq(tx, room_id=room_id)
        _check_outranks(tx, access=access, account_id=account_id)
        _end_membership(tx, deps, room_id=room_id, account_id=account_id, seq=seq)


def _check_outranks(tx: Transaction, *, access: RoomAccess, account_id: int) -> Role:
    other = (
        _role_of(tx, room_id=access.room_id, account_id=account_id) if is_id(account_id) else None
    )
    if other is None:
        raise AccountUnavailable
    if access.role is None or not outranks(access.role, other):
        raise NotAllowed
    return other


def _end_membership(
    tx: Transaction, deps: Deps, *, room_id: int, account_id: int, seq: int
) -> None:
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


def request_to_join(deps: Deps, *, actor_id: int, slug: str) -> None:
    """Ask to be let into the private room with this slug. Asking twice is fine.

    Answers alike whether or not there is such a room, so asking tells nothing.
    Raises: RateLimited.
    """
    limits.count(
        deps,
        what="join-requests",
        whose=str(actor_id),
        limit=deps.settings.rooms_per_hour,
        per=timedelta(hours=1),
    )
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        if not is_slug(slug):
            return
        room = tx.scalars(select(Room).where(col(Room.slug) == slug)).one_or_none()
        if room is None or room.archived_at is not None:
            return
        if _role_of(tx, room_id=room.id, account_id=actor_id) is not None:
            return
        asked = tx.scalar(
            upsert(JoinRequest)
            .values(room_id=room.id, account_id=actor_id)
            .on_conflict_do_nothing()
            .returning(col(JoinRequest.id))
        )
        if asked is None:
            return
        room_id = room.id
        _tell_staff(tx, deps, room_id=room_id, by_id=actor_id)
        tx.after_commit(lambda: deps.bus.nudge_room(room_id, "requests"))


def _staff(tx: Transaction, *, room_id: int) -> Sequence[int]:
    return tx.scalars(
        select(col(Membership.account_id)).where(
            col(Membership.room_id) == room_id,
            col(Membership.role).in_([Role.OWNER.value, Role.MODERATOR.value]),
        )
    ).all()


def _tell_staff(tx: Transaction, deps: Deps, *, room_id: int, by_id: int) -> None:
    notify(
        tx,
        deps,
        account_ids=_staff(tx, room_id=room_id),
        kind=Kind.JOIN_REQUEST,
        group_key=f"{room_id}:{by_id}",
        by_id=by_id,
        room_id=room_id,
    )


def list_join_requests(
    deps: Deps, *, actor_id: int, room_id: int, limit: int = 100
) -> list[OpenRequest]:
    """Who waits to be let in, longest first. Owners and moderators only."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.DECIDE_JOIN_REQUESTS)
        rows = tx.execute(
            select(JoinRequest, Account)
            .join(Account, col(Account.id) == col(JoinRequest.account_id))
            .where(
                col(JoinRequest.room_id) == room_id,
                col(JoinRequest.decided_at).is_(None),
                col(Account.deactivated_at).is_(None),
            )
            .order_by(col(JoinRequest.id))
            .limit(limit)
        ).all()
    return [OpenRequest(row.id, person_of(account), row.asked_at) for row, account in rows]


def decide_join_request(
    deps: Deps, *, actor_id: int, room_id: int, request_id: int, is_accepted: bool
) -> None:
    """Let somebody in or not. Owners and moderators only; the first decision counts.

    Raises: AccountUnavailable if this room has no such open request.
    """
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.DECIDE_JOIN_REQUESTS)
        lock_room(tx, room_id=room_id)
        account_id = tx.scalar(
            update(JoinRequest)
            .where(
                col(JoinRequest.id) == (request_id if is_id(request_id) else 0),
                col(JoinRequest.room_id) == room_id,
                col(JoinRequest.decided_at).is_(None),
            )
            .values(decided_at=deps.clock(), decided_by=actor_id, is_accepted=is_accepted)
            .returning(col(JoinRequest.account_id))
        )
        if account_id is None:
            raise AccountUnavailable("Somebody else has decided this already.")
        _settle_request(tx, deps, room_id=room_id, account_id=account_id)
        if is_accepted:
            admit(tx, deps, room_id=room_id, account_id=account_id)
        notify(
            tx,
            deps,
            account_ids=[account_id],
            kind=Kind.JOIN_ACCEPTED if is_accepted else Kind.JOIN_DECLINED,
            group_key=str(room_id),
            by_id=actor_id,
            room_id=room_id,
        )
        tx.after_commit(lambda: deps.bus.nudge_room(room_id, "requests"))
