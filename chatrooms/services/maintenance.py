"""What must be cleared away from time to time. Every job here is safe to run twice."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.engine import CursorResult
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Session, Ticket
from chatrooms.services import files, presence


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many of each were removed."""

    sessions: int
    tickets: int
    leases: int
    files: int


def prune(deps: Deps) -> Pruned:
    """Remove sessions and tickets that expired, presence leases that ended, and files that no
    message took."""
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        sessions: CursorResult[Any] = tx.execute(  # type: ignore[assignment]
            delete(Session).where(col(Session.expires_at) <= now)
        )
        tickets: CursorResult[Any] = tx.execute(  # type: ignore[assignment]
            delete(Ticket).where(col(Ticket.expires_at) <= now)
        )
        counts = sessions.rowcount, tickets.rowcount
    return Pruned(*counts, presence.prune(deps), files.prune(deps))
