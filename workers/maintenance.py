"""Tasks of the `maintenance` queue."""

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.services import maintenance
from workers.app import app


@app.task(name=jobs.PRUNE, queue=jobs.MAINTENANCE_QUEUE, soft_time_limit=60, time_limit=90)
def prune(**_added_later: object) -> None:
    """Forget expired sessions, sign-in tickets and presence. Safe to repeat."""
    maintenance.prune(bootstrap.current())
