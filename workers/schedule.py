"""What beat sends, and how often."""

from datetime import timedelta

from celery.schedules import crontab

from chatrooms.domain import jobs

PRUNE_INTERVAL = timedelta(minutes=5)
SWEEP_FILES_INTERVAL = timedelta(hours=1)
APPLY_RETENTION_INTERVAL = timedelta(minutes=5)
CLOSE_POLLS_INTERVAL = timedelta(seconds=5)
END_TIME_OUTS_INTERVAL = timedelta(seconds=5)
SUMMARISE_DUE_INTERVAL = timedelta(seconds=10)
RESTART_LOST_INTERVAL = timedelta(seconds=5)
LOOK_FOR_QUIET_INTERVAL = timedelta(minutes=1)
RESUME_AGENTS_INTERVAL = timedelta(seconds=5)
NOTE_ACTIVITY_INTERVAL = timedelta(seconds=20)
"""How long the directory's order lags behind what is written."""
JUDGE_INTERVAL = timedelta(seconds=5)
"""How long a message waits at most whose own request got lost."""
RECOMMEND_INTERVAL = timedelta(minutes=1)
"""How long recommendations that could not be made wait for the next try."""
INDEX_INTERVAL = timedelta(seconds=5)
"""How long the index lags at most if a request got lost, or Chroma was away."""

# A run that waited longer than its interval is dropped: the next one does its work.
SCHEDULE = {
    jobs.PRUNE: {
        "task": jobs.PRUNE,
        "schedule": PRUNE_INTERVAL,
        "options": {"queue": jobs.MAINTENANCE_QUEUE, "expires": PRUNE_INTERVAL.total_seconds()},
    },
    jobs.SWEEP_FILES: {
        "task": jobs.SWEEP_FILES,
        "schedule": SWEEP_FILES_INTERVAL,
        "options": {
            "queue": jobs.AI_QUEUE,
            "expires": SWEEP_FILES_INTERVAL.total_seconds(),
        },
    },
    jobs.APPLY_RETENTION: {
        "task": jobs.APPLY_RETENTION,
        "schedule": APPLY_RETENTION_INTERVAL,
        "options": {
            "queue": jobs.AI_QUEUE,
            "expires": APPLY_RETENTION_INTERVAL.total_seconds(),
        },
    },
    jobs.JUDGE: {
        "task": jobs.JUDGE,
        "schedule": JUDGE_INTERVAL,
        "options": {
            "queue": jobs.MODERATION_QUEUE,
            "expires": JUDGE_INTERVAL.total_seconds(),
        },
    },
    jobs.SUMMARISE_DUE: {
        "task": jobs.SUMMARISE_DUE,
        "schedule": SUMMARISE_DUE_INTERVAL,
        "options": {
            "queue": jobs.AI_QUEUE,
            "expires": SUMMARISE_DUE_INTERVAL.total_seconds(),
        },
    },
    jobs.INDEX: {
        "task": jobs.INDEX,
        "schedule": INDEX_INTERVAL,
        "options": {"queue": jobs.AI_QUEUE, "expires": INDEX_INTERVAL.total_seconds()},
    },
    jobs.TRAIN_CORRECTIONS: {
        "task": jobs.TRAIN_CORRECTIONS,
        "schedule": crontab(minute="20", hour="3"),
        "options": {"queue": jobs.AI_QUEUE, "expires": 3_600.0},
    },
    jobs.RECOMMEND: {
        "task": jobs.RECOMMEND,
        "schedule": RECOMMEND_INTERVAL,
        "options": {"queue": jobs.AI_QUEUE, "expires": RECOMMEND_INTERVAL.total_seconds()},
    },
    jobs.RECOMMEND_ALL: {
        "task": jobs.RECOMMEND_ALL,
        "schedule": crontab(minute="40", hour="3"),
        "options": {"queue": jobs.AI_QUEUE, "expires": 3_600.0},
    },
    jobs.END_TIME_OUTS: {
        "task": jobs.END_TIME_OUTS,
        "schedule": END_TIME_OUTS_INTERVAL,
        "options": {
            "queue": jobs.MAINTENANCE_QUEUE,
            "expires": END_TIME_OUTS_INTERVAL.total_seconds(),
        },
    },
    jobs.CLOSE_POLLS: {
        "task": jobs.CLOSE_POLLS,
        "schedule": CLOSE_POLLS_INTERVAL,
        "options": {
            "queue": jobs.MAINTENANCE_QUEUE,
            "expires": CLOSE_POLLS_INTERVAL.total_seconds(),
        },
    },
    jobs.NOTE_ACTIVITY: {
        "task": jobs.NOTE_ACTIVITY,
        "schedule": NOTE_ACTIVITY_INTERVAL,
        "options": {
            "queue": jobs.MAINTENANCE_QUEUE,
            "expires": NOTE_ACTIVITY_INTERVAL.total_seconds(),
        },
    },
    jobs.RESTART_LOST: {
        "task": jobs.RESTART_LOST,
        "schedule": RESTART_LOST_INTERVAL,
        "options": {
            "queue": jobs.ASSISTANT_QUEUE,
            "expires": RESTART_LOST_INTERVAL.total_seconds(),
        },
    },
    jobs.LOOK_FOR_QUIET: {
        "task": jobs.LOOK_FOR_QUIET,
        "schedule": LOOK_FOR_QUIET_INTERVAL,
        "options": {
            "queue": jobs.MAINTENANCE_QUEUE,
            "expires": LOOK_FOR_QUIET_INTERVAL.total_seconds(),
        },
    },
    jobs.RESUME_AGENTS: {
        "task": jobs.RESUME_AGENTS,
        "schedule": RESUME_AGENTS_INTERVAL,
        "options": {
            "queue": jobs.MAINTENANCE_QUEUE,
            "expires": RESUME_AGENTS_INTERVAL.total_seconds(),
        },
    },
}
