"""What became of entries of the moderation log: undone, overturned, confirmed, lifted, upheld."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from chatrooms.db.engine import Transaction


class Turn(StrEnum):
    """What somebody did about an earlier decision. Told by value."""

    UNDONE = "undone"
    OVERTURNED = "overturned"
    CONFIRMED = "confirmed"
    KEPT = "kept"
    REMOVED = "removed"
    LIFTED = "lifted"
    UPHELD = "upheld"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a decision, and through whom."""

    turn: Turn
    by: str
    at: datetime


_UNDOING = text("""
    SELECT u.undoes_id AS id, a.name AS by, u.created_at AS at
    FROM moderation_log u JOIN accounts a ON a.id = u.by_id
    WHERE u.undoes_id = ANY(:ids)
""")
_DECISIONS = text("""
    SELECT d.id, d.message_id, d.action, a.name AS by, d.created_at AS at
    FROM moderation_log d JOIN accounts a ON a.id = d.by_id
    WHERE d.message_id = ANY(:messages) AND d.action IN ('keep', 'remove')
        AND NOT EXISTS (SELECT 1 FROM moderation_log u WHERE u.undoes_id = d.id)
    ORDER BY d.id
""")
_ANSWERS = text("""
    SELECT s.id, l.action, a.name AS by, l.created_at AS at
    FROM moderation_log s
    JOIN moderation_log l ON l.room_id = s.room_id AND l.account_id = s.account_id
        AND l.action IN ('lift', 'uphold') AND l.detail -> 'sanction' = s.detail -> 'sanction'
    JOIN accounts a ON a.id = l.by_id
    WHERE s.id = ANY(:sanctions)
    ORDER BY l.id
""")
_AGAINST = ("flag", "hide", "remove")
_SANCTIONS = ("time_out", "ban")


def find_fates(tx: Transaction, rows: Sequence[Any]) -> dict[int, Fate]:
    """What became of these rows of the log, by their id; what stands and was not looked at since is
    left out. Of several later decisions about a message, the last one that stands counts."""
    fates = _of_messages(tx, rows)
    sanctions = [row.id for row in rows if row.action in _SANCTIONS]
    if sanctions:
        for row in tx.execute(_ANSWERS, {"sanctions": sanctions}):
            turn = Turn.LIFTED if row.action == "lift" else Turn.UPHELD
            fates[row.id] = Fate(turn, row.by, row.at)
    for row in tx.execute(_UNDOING, {"ids": [row.id for row in rows]}):
        fates[row.id] = Fate(Turn.UNDONE, row.by, row.at)
    return fates


def _of_messages(tx: Transaction, rows: Sequence[Any]) -> dict[int, Fate]:
    decided = [row for row in rows if row.message_id and row.action in (*_AGAINST, "keep")]
    later = _by_message(tx, [row.message_id for row in decided])
    fates: dict[int, Fate] = {}
    for row in decided:
        last = later.get(row.message_id, [None])[-1]
        turn = _turn(row, last.action) if last is not None and last.id > row.id else None
        if last is not None and turn is not None:
            fates[row.id] = Fate(turn, last.by, last.at)
    return fates


def _by_message(tx: Transaction, message_ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    if message_ids:
        for row in tx.execute(_DECISIONS, {"messages": sorted(set(message_ids))}):
            found[row.message_id].append(row)
    return found


def _turn(row: Any, later: str) -> Turn | None:
    if row.action == "remove" and later == "keep":
        return Turn.OVERTURNED
    if row.by_id is None:
        if row.action == "remove":
            return Turn.CONFIRMED
        return Turn.KEPT if later == "keep" else Turn.REMOVED
    return Turn.REMOVED if row.action == "keep" and later == "remove" else None
