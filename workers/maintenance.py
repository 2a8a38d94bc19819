"""Tasks of the `maintenance` queue."""

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.services import maintenance, profiles
from workers.app import app


@app.task(name=jobs.PRUNE, queue=jobs.MAINTENANCE_QUEUE, soft_time_limit=60, time_limit=90)
def prune(**_added_later: object) -> None:
    """Forget expired sessions, sign-in tickets and presence. Safe to repeat."""
    maintenance.prune(bootstrap.current())


@app.task(name=jobs.ANNOUNCE_PERSON, queue=jobs.MAINTENANCE_QUEUE)
def announce_person(*, account_id: int, only_recent: bool = False, **_added_later: object) -> None:
    """Tell rooms of somebody's new name or avatar. Safe to repeat."""
    profiles.announce_person(bootstrap.current(), account_id=account_id, only_recent=only_recent)
