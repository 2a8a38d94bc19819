"""Letting an account into a room: the step that joining, invitations and join requests share."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import JoinRequest, Membership
from chatrooms.domain.errors import Banned
from chatrooms.domain.events import MemberJoined
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Role
from chatrooms.services.bans import is_banned
from chatrooms.services.event_log import append_event, lock_room, take_seq
from chatrooms.services.notify import settle
from chatrooms.services.rooms import add_membership


def admit(tx: Transaction, deps: Deps, *, room_id: int, account_id: int) -> bool:
    """Make an account a member; False if it is one. The caller has checked the right.

    Announces the event, has the person's tabs show the room, and closes its open request.
    Raises: Banned.
    """
    # The room's lock makes the look and the insert one step; a number is taken only if needed,
    # because every number taken must be appended.
    lock_room(tx, room_id=room_id)
    if role_of(tx, room_id=room_id, account_id=account_id) is not None:
        return False
    if is_out(tx, room_id=room_id, account_id=account_id):
        raise Banned
    seq = take_seq(tx, room_id=room_id)
    add_membership(tx, room_id=room_id, account_id=account_id, role=Role.MEMBER)
    append_event(tx, deps, room_id=room_id, seq=seq, event=MemberJoined(account_id=account_id))
    close_request(tx, deps, room_id=room_id, account_id=account_id, is_accepted=True)
    tx.after_commit(lambda: deps.bus.access_changed(room_id=room_id, account_id=account_id))
    tx.after_commit(lambda: deps.bus.nudge_account(account_id))
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "members"))
    return True


def close_request(
    tx: Transaction, deps: Deps, *, room_id: int, account_id: int, is_accepted: bool
) -> None:
    """Have an account's request to join wait no more, if it has an open one."""
    tx.execute(
        update(JoinRequest)
        .where(
            col(JoinRequest.room_id) == room_id,
            col(JoinRequest.account_id) == account_id,
            col(JoinRequest.decided_at).is_(None),
        )
        .values(decided_at=deps.clock(), is_accepted=is_accepted)
    )
    settle_request(tx, deps, room_id=room_id, account_id=account_id)


def settle_request(tx: Transaction, deps: Deps, *, room_id: int, account_id: int) -> None:
    """Have a join request wait in nobody's notifications any more: it was decided."""
    # Staff are few, so their rows are found by account: the key alone has no index.
    settle(
        tx,
        deps,
        kind=Kind.JOIN_REQUEST,
        group_key=f"{room_id}:{account_id}",
        account_ids=staff_of(tx, room_id=room_id),
    )


def is_out(tx: Transaction, *, room_id: int, account_id: int) -> bool:
    """Whether an account is banned from a room."""
    return bool(tx.scalar(select(is_banned(room_id=room_id, account_id=account_id))))


def role_of(tx: Transaction, *, room_id: int, account_id: int) -> Role | None:
    """An account's role in a room; None if it is no member."""
    role = tx.scalar(
        select(col(Membership.role)).where(
            col(Membership.room_id) == room_id, col(Membership.account_id) == account_id
        )
    )
    return Role(role) if role is not None else None


def staff_of(tx: Transaction, *, room_id: int) -> Sequence[int]:
    """The accounts that decide join requests of a room."""
    return tx.scalars(
        select(col(Membership.account_id)).where(
            col(Membership.room_id) == room_id,
            col(Membership.role).in_([Role.OWNER.value, Role.MODERATOR.value]),
        )
    ).all()
