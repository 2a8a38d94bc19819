"""Deleting one's account: at once nobody can be signed in to it and it has no name; a worker does
the rest."""

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Deletion, Membership, Room
from chatrooms.domain import jobs
from chatrooms.domain.errors import InvalidInput, LastOwner, NotAllowed, NotSignedIn
from chatrooms.domain.permissions import Role
from chatrooms.services import profiles
from chatrooms.services.access import access_account
from chatrooms.services.accounts import count_password_attempt
from chatrooms.services.event_log import lock_room, take_seq
from chatrooms.services.members import end_membership
from chatrooms.services.own_data import exports
from chatrooms.services.sessions import end_sessions, verify_password

DELETED_NAME = "Deleted account"
_ADMINS_LOCK = 0x61646D696E73
_NAMED_ROOMS = 5


def delete_account(deps: Deps, *, actor_id: int, password: str, keeps_messages: bool) -> None:
    """Delete the actor's account. Its messages stay as those of a deleted account, or go.

    From the commit on nobody is signed in to it, it is in no room and has neither name nor address;
    then a worker deletes what else is its own and has every screen show the change.

    Raises: InvalidInput if the password is wrong; LastOwner while a room that is not archived has
    no other owner; NotAllowed for the last administrator; RateLimited, NotSignedIn.
    """
    count_password_attempt(deps, account_id=actor_id)
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        if not verify_password(deps.passwords, account.password_hash, password):
            raise InvalidInput("The password is not right.")
        rooms = _lock_rooms(tx, account_id=actor_id)
        tx.refresh(account, with_for_update={"key_share": True})
        if account.deleted_at is not None:
            raise NotSignedIn
        _check_admin_remains(tx, account)
        _check_owners_remain(tx, account_id=actor_id)
        for room_id in rooms:
            seq = take_seq(tx, room_id=room_id)
            end_membership(
                tx, deps, room_id=room_id, account_id=actor_id, seq=seq, may_be_last=True
            )
        now = deps.clock()
        tx.add(
            Deletion(
                account_id=actor_id,
                keeps_messages=keeps_messages,
                username=account.username.lower(),
                asked_at=now,
                sent_at=now,
            )
        )
        _blank(deps, account)
        exports.remove(tx, deps, account_id=actor_id)
        tx.flush()
        end_sessions(tx, deps, account_id=actor_id)
        profiles.announce_after(tx, deps, account_id=actor_id)
        tx.after_commit(lambda: send(deps, actor_id))


def send(deps: Deps, account_id: int) -> None:
    """Have a worker go on with a deletion."""
    deps.jobs.send(jobs.DELETE_ACCOUNT, queue=jobs.AI_QUEUE, account_id=account_id)


def _lock_rooms(tx: Transaction, *, account_id: int) -> Sequence[int]:
    """The rooms of which the account is a member, held in the order of their ids: nobody else holds
    several at a time."""
    of_account = select(col(Membership.room_id)).where(col(Membership.account_id) == account_id)
    for room_id in sorted(tx.scalars(of_account)):
        lock_room(tx, room_id=room_id)
    # Who was removed from one meanwhile has left it.
    return sorted(tx.scalars(of_account))


def _check_admin_remains(tx: Transaction, account: Account) -> None:
    if not account.is_admin:
        return
    # Of two administrators who leave at once, the second sees that the first is gone.
    tx.execute(select(func.pg_advisory_xact_lock(_ADMINS_LOCK)))
    others = select(col(Account.id)).where(
        col(Account.is_admin),
        col(Account.id) != account.id,
        col(Account.deactivated_at).is_(None),
    )
    if tx.scalars(others.limit(1)).first() is None:
        raise NotAllowed("You are the only administrator here, so your account cannot be deleted.")


def _check_owners_remain(tx: Transaction, *, account_id: int) -> None:
    other = aliased(Membership)
    owned = (
        select(col(Room.name))
        .join(Membership, col(Membership.room_id) == col(Room.id))
        .where(
            col(Membership.account_id) == account_id,
            col(Membership.role) == Role.OWNER.value,
            col(Room.archived_at).is_(None),
            ~exists().where(
                col(other.room_id) == col(Room.id),
                col(other.account_id) != account_id,
                col(other.role) == Role.OWNER.value,
            ),
        )
        .order_by(col(Room.name))
    )
    names = list(tx.scalars(owned.limit(_NAMED_ROOMS + 1)))
    if names:
        shown = ", ".join(names[:_NAMED_ROOMS]) + (" and others" if names[_NAMED_ROOMS:] else "")
        raise LastOwner(
            f"You are the only owner of {shown}. Make somebody else an owner there, or archive it."
        )


def _blank(deps: Deps, account: Account) -> None:
    """Take from the account all that tells who is behind it. Its row stays: messages and decisions
    of moderation refer to it."""
    unique = "".join(each for each in deps.ids.token().lower() if each.isalnum())[:16]
    account.username = f"deleted-{unique}"
    account.name, account.email = DELETED_NAME, None
    account.hue, account.bio, account.avatar, account.password_hash = 0, "", "", ""
    account.is_admin = account.hides_assistant = account.keeps_visits = False
    account.quiet_from = account.quiet_until = account.visits_since = account.last_seen_at = None
    account.timezone = "UTC"
    account.created_at = account.deactivated_at = account.deleted_at = deps.clock()
