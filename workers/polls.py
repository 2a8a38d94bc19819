"""Tasks of polls."""

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.services import polls
from workers.app import app


@app.task(name=jobs.CLOSE_POLLS, queue=jobs.MAINTENANCE_QUEUE, soft_time_limit=60, time_limit=90)
def close_polls(**_added_later: object) -> None:
    """Close the polls whose time is over. Safe to repeat, and at once by several workers."""
    polls.close_due(bootstrap.current())
