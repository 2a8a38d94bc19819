"""What the administrator's page shows of the site and of one machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteRow:
    """The site in figures, as they are shown."""

    at: str = ""
    people: str = ""
    online: str = ""
    rooms: str = ""
    private_rooms: str = ""
    messages_today: str = ""
    messages: str = ""
    judged: str = ""
    """The median."""
    judged_count: str = ""
    """The 95th percentile, and of how many."""
    decided: str = ""
    decided_count: str = ""
    to_judge: str = ""
    open_cases: str = ""
    taken: str = ""
    """Jobs that workers have."""
    model_calls: str = ""
    model_cost: str = ""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One queue of jobs."""

    name: str = ""
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task since the machine was started."""

    name: str = ""
    ended: str = ""
    failed: str = ""
    retried: str = ""
    mean: str = ""
    p95: str = ""
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class TimingRow:
    """One route or handler since the machine was started."""

    name: str = ""
    count: str = ""
    mean: str = ""
    p95: str = ""
