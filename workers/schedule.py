"""What beat sends, and how often."""

from datetime import timedelta

from chatrooms.domain import jobs

PRUNE_INTERVAL = timedelta(minutes=5)

# A run that waited longer than its interval is dropped: the next one does its work.
SCHEDULE = {
    jobs.PRUNE: {
        "task": jobs.PRUNE,
        "schedule": PRUNE_INTERVAL,
        "options": {"queue": jobs.MAINTENANCE_QUEUE, "expires": PRUNE_INTERVAL.total_seconds()},
    },
}
