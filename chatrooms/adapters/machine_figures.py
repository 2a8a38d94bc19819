"""What the metrics of this machine say about routes and tasks since it was started."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric

_ROUTES = "chatrooms_route_seconds"
_TASKS = "chatrooms_tasks"
_TASK_SECONDS = "chatrooms_task_seconds"
_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took."""

    name: str
    count: int
    mean_s: float
    p95_s: float
    """Estimated from a histogram; its last bound where it lies beyond."""


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """How runs of one task ended."""

    name: str
    ended: int
    failed: int
    retried: int
    timing: Timing


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """All routes and tasks of this machine, the slowest and the failing first."""

    routes: tuple[Timing, ...]
    tasks: tuple[TaskFigures, ...]


def read_figures(families: Sequence[Metric]) -> MachineFigures:
    """The figures in these metrics."""
    by_name = {family.name: family for family in families}
    routes = _timings(by_name.get(_ROUTES), "route")
    return MachineFigures(
        routes=tuple(sorted(routes.values(), key=lambda each: (-each.p95_s, -each.mean_s))),
        tasks=_tasks(by_name),
    )


def _tasks(by_name: dict[str, Metric]) -> tuple[TaskFigures, ...]:
    timings = _timings(by_name.get(_TASK_SECONDS), "task")
    ended: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    family = by_name.get(_TASKS)
    for sample in family.samples if family else ():
        if sample.name == f"{_TASKS}_total":
            ended[sample.labels["task"]][sample.labels["outcome"]] += int(sample.value)
    found = [
        TaskFigures(
            name=name,
            ended=sum(outcomes.values()),
            failed=outcomes["failure"],
            retried=outcomes["retry"],
            timing=timings.get(name, Timing(name, 0, 0.0, 0.0)),
        )
        for name, outcomes in ended.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.failed, -each.ended, each.name)))


def _timings(family: Metric | None, label: str) -> dict[str, Timing]:
    """The histogram's timings by that label; what never happened is left out."""
    buckets: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    sums: dict[str, float] = {}
    for sample in family.samples if family else ():
        name = sample.labels.get(label, "")
        if sample.name.endswith("_bucket"):
            buckets[name].append((float(sample.labels["le"]), sample.value))
        elif sample.name.endswith("_sum"):
            sums[name] = sample.value
    found: dict[str, Timing] = {}
    for name, upto in buckets.items():
        upto.sort()
        if count := int(upto[-1][1]):
            p95 = quantile(upto, _SHARE)
            found[name] = Timing(name, count, sums.get(name, 0.0) / count, p95)
    return found


def quantile(upto: Iterable[tuple[float, float]], share: float) -> float:
    """The value that `share` of a histogram's observations do not exceed, as Prometheus estimates
    it: evenly spread within a bucket; the last finite bound if it lies beyond.

    Args:
        upto: upper bounds, ascending, each with how many observations lie at or below it.
    """
    steps = list(upto)
    wanted = share * steps[-1][1]
    low, below = 0.0, 0.0
    for bound, count in steps:
        if count >= wanted:
            if math.isinf(bound):
                return low
            inside = count - below
            return low + (bound - low) * ((wanted - below) / inside if inside else 1.0)
        low, below = bound, count
    return low
