"""Whether somebody sees anything of the assistant."""

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.services.access import access_account


def set_hidden(deps: Deps, *, actor_id: int, is_hidden: bool) -> None:
    """Hide the assistant from the actor in every room, or show it again. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        if account.hides_assistant != is_hidden:
            account.hides_assistant = is_hidden
            # Every process forgets who it took the person for, then the person's tabs ask anew.
            tx.after_commit(lambda: deps.bus.access_changed(account_id=actor_id))
            tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "profile"))
