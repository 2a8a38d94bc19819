"""What happens once people stop spending time in a room: the one place to do something then."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Recommendation
from chatrooms.services.recommending.requests import ask


def visits_ended(tx: Transaction, deps: Deps, *, account_ids: Sequence[int]) -> None:
    """These people, who have their time recorded, left a room or went silent. In the transaction
    that stored their time; called again and again for somebody who goes from room to room, so it
    must be cheap. What is long goes into a job, sent after the commit."""
    ask(tx, deps, account_ids=account_ids)


def visits_forgotten(tx: Transaction, deps: Deps, *, account_id: int) -> None:
    """What rested on where this person spent time goes with it, in the same transaction."""
    tx.execute(delete(Recommendation).where(col(Recommendation.account_id) == account_id))
    ask(tx, deps, account_ids=[account_id])
    tx.after_commit(lambda: deps.bus.nudge_account(account_id, "recommended"))
