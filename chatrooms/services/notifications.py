"""What an account was told: counting, listing, reading."""

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Notification
from chatrooms.services.access import access_account


def count_unread(deps: Deps, *, actor_id: int) -> int:
    """How many notifications of the actor are unread."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        return tx.execute(
            select(func.count())
            .select_from(Notification)
            .where(col(Notification.account_id) == actor_id, col(Notification.read_at).is_(None))
        ).scalar_one()
