"""Tasks of the `moderation` queue."""

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.services.moderation import judging
from workers.app import app


@app.task(name=jobs.JUDGE, queue=jobs.MODERATION_QUEUE, soft_time_limit=60, time_limit=90)
def judge(**_added_later: object) -> None:
    """Judge the messages that wait. Safe to repeat, and at once by several workers."""
    judging.judge_waiting(bootstrap.current())
