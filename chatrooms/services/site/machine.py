"""What one machine of the site counts: routes and tasks since it was started."""

import socket

from pydantic import TypeAdapter

from chatrooms.adapters import metrics
from chatrooms.adapters.machine_figures import MachineFigures, read_figures
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.services.access import access_admin
from chatrooms.services.cached import get_or_make
from chatrooms.services.site.figures import FRESH

_KIND = TypeAdapter(MachineFigures)


def get_machine(deps: Deps, *, actor_id: int) -> MachineFigures:
    """Routes and tasks of the machine that answers, up to ten seconds old. For administrators.

    Raises: NotSignedIn, NotAllowed.
    """
    with transaction(deps.sessions) as tx:
        access_admin(tx, actor_id=actor_id)
    return get_or_make(
        deps,
        key=f"machine:{socket.gethostname()}",
        kind=_KIND,
        make=lambda: read_figures(metrics.families()),
        fresh_for=FRESH,
    )
