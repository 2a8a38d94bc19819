"""What the product counts, for Prometheus.

With PROMETHEUS_MULTIPROC_DIR set, all processes of a machine share their figures through files
there, and any web process can report for all.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.metrics_core import Metric

CONNECTIONS = Gauge(
    "chatrooms_connections",
    "Browser connections that are open now.",
    multiprocess_mode="livesum",
)
LIVE_ROOMS = Gauge(
    "chatrooms_live_rooms",
    "Rooms that somebody is looking at, counted once per web process.",
    multiprocess_mode="livesum",
)
EVENTS = Counter("chatrooms_events", "Room events appended.", ["kind"])
DELIVERY_LAG = Histogram(
    "chatrooms_delivery_lag_seconds",
    "Seconds from an event's creation to its emit to the browsers of one web process.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
VERDICTS = Counter("chatrooms_verdicts", "Messages judged.", ["decision"])
TASKS = Counter("chatrooms_tasks", "Tasks that ended.", ["task", "outcome"])
TASK_SECONDS = Histogram(
    "chatrooms_task_seconds",
    "Seconds that a task took.",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 120),
)
ROUTE_SECONDS = Histogram(
    "chatrooms_route_seconds",
    "Seconds until a route's answer began, or until a handler of pages ended.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)


def report() -> bytes:
    """All figures of this machine's processes, in Prometheus' text form."""
    return generate_latest(_registry())


def families() -> list[Metric]:
    """All figures of this machine's processes, as values."""
    found: Iterable[Metric] = _registry().collect()
    return list(found)


def _registry() -> CollectorRegistry:
    folder = shared_folder()
    if folder is None:
        return REGISTRY
    _forget_dead_processes(folder)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=str(folder))
    return registry


def forget_process(pid: int) -> None:
    """Take the gauges of an ended process out of the sums; its counters stay."""
    if (folder := shared_folder()) is not None:
        multiprocess.mark_process_dead(pid, path=str(folder))


def shared_folder() -> Path | None:
    """The folder of shared figures; None if this process counts for itself alone."""
    # The library reads this name itself when it is imported, so it is no setting of ours.
    name = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(name) if name else None


def _forget_dead_processes(folder: Path) -> None:
    """A process that was killed could not forget itself."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not _is_alive(pid):
            file.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
