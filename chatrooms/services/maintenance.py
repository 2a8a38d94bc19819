"""What must be cleared away from time to time. Every job here is safe to run twice."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import CursorResult
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Notification, SanctionRow, Session, Ticket
from chatrooms.services import files, presence, visits
from chatrooms.services.own_data import deleting, exports

NOTIFICATION_TTL = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many of each were removed."""

    sessions: int
    tickets: int
    leases: int
    notifications: int
    files: int
    visits: int
    exports: int


def prune(deps: Deps) -> Pruned:
    """Remove sessions and tickets that expired, presence leases that ended, notifications older
    than 30 days, but for those of sanctions that stand, files that no message took, visits
    older than 90 days, and exports whose time is over; have exports and deletions of accounts that
    were broken off go on."""
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        sessions: CursorResult[Any] = tx.execute(  # type: ignore[assignment]
            delete(Session).where(col(Session.expires_at) <= now)
        )
        tickets: CursorResult[Any] = tx.execute(  # type: ignore[assignment]
            delete(Ticket).where(col(Ticket.expires_at) <= now)
        )
        told: CursorResult[Any] = tx.execute(  # type: ignore[assignment]
            delete(Notification).where(
                col(Notification.updated_at) <= now - NOTIFICATION_TTL,
                # The way to appeal against a ban is there as long as the ban.
                ~select(col(SanctionRow.id))
                .where(
                    col(SanctionRow.id) == col(Notification.sanction_id),
                    col(SanctionRow.lifted_at).is_(None),
                )
                .exists(),
            )
        )
        old_visits = visits.prune(tx, now=now)
    deleting.resume_lost(deps)
    return Pruned(
        sessions=sessions.rowcount,
        tickets=tickets.rowcount,
        leases=presence.prune(deps),
        notifications=told.rowcount,
        files=files.prune(deps),
        visits=old_visits,
        exports=exports.prune(deps),
    )
