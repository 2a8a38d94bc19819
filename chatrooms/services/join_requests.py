"""Asking to be let into a private room, and deciding who is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, JoinRequest, Room
from chatrooms.domain.errors import AccountUnavailable
from chatrooms.domain.events import Person
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission
from chatrooms.services import limits
from chatrooms.services.access import access_account, access_room, is_id, is_slug
from chatrooms.services.admission import admit, is_out, role_of, settle_request, staff_of
from chatrooms.services.event_log import lock_room
from chatrooms.services.notify import notify
from chatrooms.services.people import person_of


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A join request that nobody decided yet."""

    id: int
    person: Person
    asked_at: datetime


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
        if role_of(tx, room_id=room.id, account_id=actor_id) is not None:
            return
        if is_out(tx, room_id=room.id, account_id=actor_id):
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


def _tell_staff(tx: Transaction, deps: Deps, *, room_id: int, by_id: int) -> None:
    notify(
        tx,
        deps,
        account_ids=staff_of(tx, room_id=room_id),
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

    Raises: AccountUnavailable if this room has no such open request; Banned.
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
        settle_request(tx, deps, room_id=room_id, account_id=account_id)
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
