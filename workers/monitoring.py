"""Counts and times every task, and closes the books of a worker process that ends."""

import os
import time

from celery.signals import task_postrun, task_prerun, worker_process_shutdown

from chatrooms.adapters import metrics

_started_at: dict[str, float] = {}


def connect() -> None:
    """Have Celery tell this module about tasks and worker processes."""
    task_prerun.connect(note_start)
    task_postrun.connect(note_end)
    worker_process_shutdown.connect(note_process_end)


def note_start(task_id: str, **_signal: object) -> None:
    """Remember when the task began."""
    _started_at[task_id] = time.monotonic()


def note_end(task_id: str, task: object, state: str | None = None, **_signal: object) -> None:
    """Count the task under its outcome, such as `success` or `failure`."""
    name = str(getattr(task, "name", "unknown"))
    metrics.TASKS.labels(task=name, outcome=(state or "unknown").lower()).inc()
    if (started_at := _started_at.pop(task_id, None)) is not None:
        metrics.TASK_SECONDS.labels(task=name).observe(time.monotonic() - started_at)


def note_process_end(**_signal: object) -> None:
    """Forget the gauges of this process."""
    metrics.forget_process(os.getpid())
