"""What moderators of a room decided about messages, next to what model and rules made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AuditRow, VerdictRow
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room

ENOUGH = 20
"""Decisions about messages over a threshold from which on a precision says something."""
_NEWEST = 5_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What a moderator last decided about a message, and stands."""

    message_id: int
    is_removed: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """What moderators decided about messages at or over a removal threshold."""

    decided: int
    """Decisions about messages that have a score."""
    over: int
    """Those with a score at or over the threshold."""
    removed: int
    """Those of them that moderators removed."""

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to tell a precision from."""
        return self.over >= ENOUGH

    @property
    def precision(self) -> float:
        """The share of messages over the threshold that moderators removed, in [0, 1]."""
        return self.removed / self.over if self.over else 0.0


def measure(deps: Deps, *, actor_id: int, room_id: int, threshold: float) -> Measured:
    """How the model's removals in a room would have agreed with its moderators: their newest
    decisions that stand, against stored scores. For moderators. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        decided = find_decided(tx, room_id=room_id)
        scores = _scores(tx, list(decided))
    scored = [
        (scores[each.message_id], each) for each in decided.values() if each.message_id in scores
    ]
    over = [each for score, each in scored if score >= threshold]
    return Measured(len(scored), len(over), sum(each.is_removed for each in over))


def find_decided(
    tx: Transaction, *, room_id: int | None, message_ids: Sequence[int] | None = None
) -> dict[int, Decided]:
    """What moderators last decided about messages of a room, or of all, and did not undo, by
    message; of the newest decisions, or about these messages only."""
    undo = aliased(AuditRow)
    wanted = (
        select(col(AuditRow.message_id), col(AuditRow.action), col(AuditRow.created_at))
        .where(
            true() if room_id is None else col(AuditRow.room_id) == room_id,
            col(AuditRow.action).in_(["keep", "remove"]),
            col(AuditRow.by_id).is_not(None),
            ~select(col(undo.id)).where(col(undo.undoes_id) == col(AuditRow.id)).exists(),
        )
        .order_by(col(AuditRow.id).desc())
    )
    if message_ids is None:
        wanted = wanted.limit(_NEWEST)
    else:
        wanted = wanted.where(col(AuditRow.message_id).in_(message_ids))
    found: dict[int, Decided] = {}
    for row in tx.execute(wanted):
        found.setdefault(
            row.message_id, Decided(row.message_id, row.action == "remove", row.created_at)
        )
    return found


def _scores(tx: Transaction, message_ids: Sequence[int]) -> dict[int, float]:
    rows = tx.execute(
        select(col(VerdictRow.message_id), col(VerdictRow.score))
        .where(col(VerdictRow.message_id).in_(message_ids))
        .order_by(col(VerdictRow.id))
    )
    newest = {row.message_id: row.score for row in rows}
    return {message_id: score for message_id, score in newest.items() if score is not None}
