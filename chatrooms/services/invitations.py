"""Invitation links: whoever holds one may join the room until it expires or is revoked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Invitation, Room
from chatrooms.domain.errors import InvitationUnavailable
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_account, access_room, is_id
from chatrooms.services.admission import admit, is_out
from chatrooms.services.notify import notify
from chatrooms.services.sessions import hash_token


@dataclass(frozen=True, slots=True)
class InvitationInfo:
    """A link that still works, without its token."""

    id: int
    created_by: str
    expires_at: datetime
    uses: int


@dataclass(frozen=True, slots=True)
class Invited:
    """What a link leads to, for whoever holds it."""

    slug: str
    room_name: str
    invited_by: str


def create_invitation(deps: Deps, *, actor_id: int, room_id: int) -> str:
    """The token of a new link. It is told once: only its hash is stored.

    Raises: NotAllowed for plain members; RoomUnavailable.
    """
    token = deps.ids.token()
    ttl = timedelta(days=deps.settings.invitation_ttl_d)
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.INVITE)
        tx.add(
            Invitation(
                room_id=room_id,
                token_hash=hash_token(token),
                created_by=actor_id,
                expires_at=deps.clock() + ttl,
            )
        )
    return token


def list_invitations(
    deps: Deps, *, actor_id: int, room_id: int, limit: int = 50
) -> list[InvitationInfo]:
    """The room's links that still work, newest first. Owners and moderators only."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.INVITE)
        rows = tx.execute(
            select(Invitation, col(Account.name))
            .join(Account, col(Account.id) == col(Invitation.created_by))
            .where(
                col(Invitation.room_id) == room_id,
                col(Invitation.revoked_at).is_(None),
                col(Invitation.expires_at) > deps.clock(),
            )
            .order_by(col(Invitation.id).desc())
            .limit(limit)
        ).all()
    return [InvitationInfo(row.id, name, row.expires_at, row.uses) for row, name in rows]


def revoke_invitation(deps: Deps, *, actor_id: int, room_id: int, invitation_id: int) -> None:
    """Make a link of this room stop working. Revoking twice is fine.

    Raises: InvitationUnavailable if the room has no such link; NotAllowed.
    """
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.INVITE)
        found = tx.scalar(
            update(Invitation)
            .where(
                col(Invitation.id) == (invitation_id if is_id(invitation_id) else 0),
                col(Invitation.room_id) == room_id,
            )
            .values(revoked_at=deps.clock())
            .returning(col(Invitation.id))
        )
        if found is None:
            raise InvitationUnavailable


def find_invitation(deps: Deps, *, actor_id: int, token: str) -> Invited:
    """Where a link leads.

    Raises: InvitationUnavailable if it is unknown, expired or revoked, or of a room from which the
        actor is banned.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        _, room, name = _usable(tx, deps, token)
        if is_out(tx, room_id=room.id, account_id=actor_id):
            raise InvitationUnavailable
        return Invited(room.slug, room.name, name)


def accept_invitation(deps: Deps, *, actor_id: int, token: str) -> str:
    """Join the room of the link; returns its slug. Accepting as a member changes nothing.

    Raises: InvitationUnavailable, Banned.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        invitation, room, _ = _usable(tx, deps, token)
        if admit(tx, deps, room_id=room.id, account_id=actor_id):
            notify(
                tx,
                deps,
                account_ids=[invitation.created_by],
                kind=Kind.INVITATION,
                group_key=str(room.id),
                by_id=actor_id,
                room_id=room.id,
            )
        tx.execute(
            update(Invitation)
            .where(col(Invitation.id) == invitation.id)
            .values(uses=col(Invitation.uses) + 1)
        )
        return room.slug


def _usable(tx: Transaction, deps: Deps, token: str) -> tuple[Invitation, Room, str]:
    row = tx.execute(
        select(Invitation, Room, col(Account.name))
        .join(Room, col(Room.id) == col(Invitation.room_id))
        .join(Account, col(Account.id) == col(Invitation.created_by))
        .where(
            col(Invitation.token_hash) == hash_token(token),
            col(Invitation.revoked_at).is_(None),
            col(Invitation.expires_at) > deps.clock(),
            col(Room.archived_at).is_(None),
        )
    ).one_or_none()
    if row is None:
        raise InvitationUnavailable
    invitation, room, name = row
    return invitation, room, name
