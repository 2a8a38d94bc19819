"""Telling a room's moderators that something about its agent changed."""

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.domain.notifications import Kind
from chatrooms.services.moderation.cases import list_staff, nudge_staff
from chatrooms.services.notify import settle


def tell_staff(tx: Transaction, deps: Deps, *, room_id: int) -> None:
    """Have their moderation pages, and screens of the room, load proposals anew."""
    nudge_staff(tx, deps, room_id=room_id)
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "agent"))


def settle_proposal(tx: Transaction, deps: Deps, *, room_id: int) -> None:
    """Have a proposal wait in nobody's notifications any more: it was decided."""
    settle(
        tx,
        deps,
        account_ids=list_staff(tx, room_id=room_id),
        kind=Kind.AGENT_PROPOSAL,
        group_key=str(room_id),
    )
    tell_staff(tx, deps, room_id=room_id)
