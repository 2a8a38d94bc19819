"""What is known of people: the rooms they care for, the subjects they picked, and the rooms that
they must not be shown. Each question is asked once for all of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import (
    DeclinedRoom,
    Interest,
    Membership,
    Message,
    SanctionRow,
    Vote,
    table_of,
)
from chatrooms.services import visits
from chatrooms.services.bans import BAN, stands

JOINED_S, POSTED_S, VOTED_S = 180.0, 20.0, 10.0
"""What having joined a room, a message there and a vote say, in seconds spent there."""
SINCE = timedelta(days=90)
_MESSAGES, _VOTES, _SANCTIONS = table_of(Message), table_of(Vote), table_of(SanctionRow)


@dataclass(slots=True)
class Care:
    """How much somebody cares for one room."""

    seconds: float = 0.0
    """Time spent there, and what joining, posting and voting say."""
    spent_s: float = 0.0
    """Of these, the time itself."""
    last_at: datetime | None = None

    def add(self, seconds: float, at: datetime) -> None:
        """Count something that somebody did there."""
        self.seconds += seconds
        self.last_at = max(self.last_at or at, at)


@dataclass(slots=True)
class Known:
    """What is known of one person."""

    rooms: dict[int, Care] = field(default_factory=lambda: defaultdict(Care))
    interests: list[str] = field(default_factory=list[str])
    out: set[int] = field(default_factory=set[int])
    """Rooms declined, and those that the person is banned from."""


def list_known(
    tx: Transaction, *, account_ids: Sequence[int], now: datetime, limit: int = 1_000
) -> dict[int, Known]:
    """What is known of each of at most `limit` people. Not for handlers: it is told to nobody."""
    ids = list(account_ids)[:limit]
    known = {account_id: Known() for account_id in ids}
    since = now - SINCE
    for account_id, places in visits.spent_by_many(tx, account_ids=ids, since=since).items():
        for spent in places:
            care = known[account_id].rooms[spent.room_id]
            care.spent_s = spent.seconds
            care.add(spent.seconds, spent.last_at)
    _add_joined(tx, known)
    _add_done(tx, known, since=since)
    for account_id, word in tx.execute(
        select(col(Interest.account_id), col(Interest.word))
        .where(col(Interest.account_id).in_(ids))
        .order_by(col(Interest.word))
    ):
        known[account_id].interests.append(word)
    _add_out(tx, known)
    return known


def _add_joined(tx: Transaction, known: dict[int, Known]) -> None:
    for account_id, room_id, joined_at in tx.execute(
        select(
            col(Membership.account_id), col(Membership.room_id), col(Membership.joined_at)
        ).where(col(Membership.account_id).in_(list(known)))
    ):
        known[account_id].rooms[room_id].add(JOINED_S, joined_at)


def _add_done(tx: Transaction, known: dict[int, Known], *, since: datetime) -> None:
    """Messages and upvotes, in rooms that count already: those were asked about rights."""
    posted = (
        select(
            _MESSAGES.c.author_id, _MESSAGES.c.room_id, func.count(), func.max(_MESSAGES.c.sent_at)
        )
        .where(
            _MESSAGES.c.author_id.in_(list(known)),
            _MESSAGES.c.sent_at > since,
            _MESSAGES.c.deleted_at.is_(None),
        )
        .group_by(_MESSAGES.c.author_id, _MESSAGES.c.room_id)
    )
    voted = (
        select(
            _VOTES.c.account_id, _MESSAGES.c.room_id, func.count(), func.max(_MESSAGES.c.sent_at)
        )
        .join(_MESSAGES, _MESSAGES.c.id == _VOTES.c.message_id)
        .where(
            _VOTES.c.account_id.in_(list(known)),
            _VOTES.c.value > 0,
            _MESSAGES.c.sent_at > since,
        )
        .group_by(_VOTES.c.account_id, _MESSAGES.c.room_id)
    )
    for question, seconds in ((posted, POSTED_S), (voted, VOTED_S)):
        for account_id, room_id, count, last_at in tx.execute(question):
            if room_id in (rooms := known[account_id].rooms):
                rooms[room_id].add(seconds * count, last_at)


def _add_out(tx: Transaction, known: dict[int, Known]) -> None:
    declined = select(col(DeclinedRoom.account_id), col(DeclinedRoom.room_id)).where(
        col(DeclinedRoom.account_id).in_(list(known))
    )
    banned = select(_SANCTIONS.c.account_id, _SANCTIONS.c.room_id).where(
        _SANCTIONS.c.account_id.in_(list(known)),
        stands(BAN, room_id=_SANCTIONS.c.room_id, account_id=_SANCTIONS.c.account_id),
    )
    for question in (declined, banned):
        for account_id, room_id in tx.execute(question):
            known[account_id].out.add(room_id)
