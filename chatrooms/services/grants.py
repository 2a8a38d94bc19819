"""Which screens may go on showing a room, asked again whenever access may have changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, func, select, tuple_
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, Membership, Room, Session
from chatrooms.services.bans import is_banned


@dataclass(frozen=True, slots=True)
class Grant:
    """That one session's screen may show one room."""

    session_id: int
    account_id: int
    room_id: int


def standing_grants(tx: Transaction, grants: Iterable[Grant]) -> set[Grant]:
    """Those of the grants that still hold: live session, active account, room readable."""
    asked = {(g.session_id, g.account_id, g.room_id): g for g in grants}
    if not asked:
        return set()
    rows = tx.execute(
        select(col(Session.id), col(Session.account_id), col(Room.id))
        .select_from(Session)
        .join(Account, col(Account.id) == col(Session.account_id))
        .join(Room, col(Room.id).in_({g.room_id for g in asked.values()}))
        .outerjoin(
            Membership,
            and_(
                col(Membership.room_id) == col(Room.id),
                col(Membership.account_id) == col(Account.id),
            ),
        )
        .where(
            tuple_(col(Session.id), col(Session.account_id), col(Room.id)).in_(list(asked)),
            col(Session.expires_at) > func.now(),
            col(Account.deactivated_at).is_(None),
            col(Membership.role).is_not(None) | ~col(Room.is_private),
            ~is_banned(room_id=col(Room.id), account_id=col(Account.id)),
        )
    )
    return {asked[row[0], row[1], row[2]] for row in rows}
