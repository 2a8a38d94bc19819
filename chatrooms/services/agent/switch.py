"""The switch that stops every agent of the installation at once."""

from sqlalchemy import select, text
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Switch
from chatrooms.services.access import access_admin

AGENTS = "agents"
# Whoever posts holds the row, so that who turns the switch waits for what is just being posted, and
# after that nothing is.
_HOLD = text("SELECT is_off FROM switches WHERE name = :name FOR SHARE")


def are_stopped(tx: Transaction) -> bool:
    """Whether no agent may do anything."""
    return bool(tx.scalar(select(col(Switch.is_off)).where(col(Switch.name) == AGENTS)))


def hold_on(tx: Transaction) -> bool:
    """Whether agents may post until this transaction ends: who stops them waits for it."""
    return not tx.execute(_HOLD, {"name": AGENTS}).scalar_one()


def get_stopped(deps: Deps, *, actor_id: int) -> bool:
    """Whether all agents are stopped. Administrators only. Raises: NotSignedIn, NotAllowed."""
    with transaction(deps.sessions) as tx:
        access_admin(tx, actor_id=actor_id)
        return are_stopped(tx)


def set_stopped(deps: Deps, *, actor_id: int, is_stopped: bool) -> None:
    """Stop all agents, running ones within a second, or let them go on. When this returns, none of
    them posts any more. Administrators only. Raises: NotSignedIn, NotAllowed."""
    with transaction(deps.sessions) as tx:
        access_admin(tx, actor_id=actor_id)
        row = tx.get_one(Switch, AGENTS, with_for_update=True)
        if row.is_off != is_stopped:
            row.is_off, row.changed_by, row.changed_at = is_stopped, actor_id, deps.clock()
