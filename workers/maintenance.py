"""Tasks that clear away and tell of changes. What may take minutes is in the queue `ai`."""

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.services import activity, files, maintenance, profiles, retention
from workers.app import app


@app.task(name=jobs.PRUNE, queue=jobs.MAINTENANCE_QUEUE, soft_time_limit=60, time_limit=90)
def prune(**_added_later: object) -> None:
    """Forget expired sessions, sign-in tickets and presence. Safe to repeat."""
    maintenance.prune(bootstrap.current())


@app.task(name=jobs.SWEEP_FILES, queue=jobs.AI_QUEUE, soft_time_limit=300, time_limit=330)
def sweep_files(**_added_later: object) -> None:
    """Remove stored files that nothing knows of. Safe to repeat, and at once by several workers."""
    files.sweep(bootstrap.current())


@app.task(name=jobs.NOTE_ACTIVITY, queue=jobs.MAINTENANCE_QUEUE, soft_time_limit=15, time_limit=20)
def note_activity(**_added_later: object) -> None:
    """Look up when rooms were last active. Safe to repeat, and at once by several workers."""
    activity.note_activity(bootstrap.current())


@app.task(name=jobs.ANNOUNCE_PERSON, queue=jobs.MAINTENANCE_QUEUE)
def announce_person(*, account_id: int, only_recent: bool = False, **_added_later: object) -> None:
    """Tell rooms of somebody's new name or avatar. Safe to repeat."""
    profiles.announce_person(bootstrap.current(), account_id=account_id, only_recent=only_recent)


@app.task(name=jobs.APPLY_RETENTION, queue=jobs.AI_QUEUE, soft_time_limit=120, time_limit=150)
def apply_retention(**_added_later: object) -> None:
    """Delete messages that are older than their rooms keep them. Safe to repeat, and at once."""
    retention.apply(bootstrap.current())
