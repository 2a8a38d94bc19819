"""What happens once people stop spending time in a room: the one place to do something then."""

from collections.abc import Sequence

import structlog

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction

log = structlog.get_logger(__name__)


def visits_ended(tx: Transaction, deps: Deps, *, account_ids: Sequence[int]) -> None:
    """These people, who have their time recorded, left a room or went silent. In the transaction
    that stored their time; called again and again for somebody who goes from room to room, so it
    must be cheap. What is long goes into a job, sent after the commit."""
    tx.after_commit(lambda: log.debug("visits_ended", people=len(account_ids)))
