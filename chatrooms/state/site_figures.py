"""The administrator's page: how the site and the machine that answers are doing."""

import reflex as rx

from chatrooms.adapters.machine_figures import TaskFigures, Timing
from chatrooms.domain.errors import NotAllowed
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services.site import figures, machine
from chatrooms.services.site.figures import Latency, SiteFigures
from chatrooms.state import caller
from chatrooms.state.rows import SiteRow, TaskRow, TimingRow, WaitingRow

_UNKNOWN = "unknown"
_MOST = 10


class SiteFiguresState(rx.State):
    """Figures that are read anew every ten seconds while the page is in sight."""

    site: SiteRow = SiteRow()
    queues: list[WaitingRow] = []
    tasks: list[TaskRow] = []
    failed: int = 0
    """Runs of all tasks that failed."""
    routes: list[TimingRow] = []
    """The slowest, by their 95th percentile."""

    @rx.event
    async def load(self):
        """Read them; empty for others than administrators."""
        actor_id = await caller.actor_id(self)
        try:
            found = await off_loop(figures.get_figures, caller.deps(), actor_id=actor_id)
            here = await off_loop(machine.get_machine, caller.deps(), actor_id=actor_id)
        except NotAllowed:
            caller.put(self, site=SiteRow(), queues=[], tasks=[], failed=0, routes=[])
            return
        waiting = found.jobs.by_queue if found.jobs else {}
        caller.put(
            self,
            site=_site(found),
            queues=[WaitingRow(name, f"{count:,}") for name, count in waiting.items()],
            tasks=[_task(each) for each in here.tasks],
            failed=sum(each.failed for each in here.tasks),
            routes=[_route(each) for each in here.routes[:_MOST]],
        )


def _site(found: SiteFigures) -> SiteRow:
    waiting = found.jobs
    return SiteRow(
        at=iso(found.at),
        people=f"{found.people:,}",
        online=_UNKNOWN if found.online is None else f"{found.online:,}",
        rooms=f"{found.rooms:,}",
        private_rooms=f"{found.private_rooms:,} private",
        messages_today=f"{found.messages_today:,}",
        messages=f"{found.messages:,} in all timelines",
        judged=_latency(found.judged),
        judged_count=_of(found.judged, "verdict"),
        decided=_latency(found.decided),
        decided_count=_of(found.decided, "case"),
        to_judge=f"{found.to_judge:,} to judge",
        open_cases=f"{found.open_cases:,}",
        taken=_UNKNOWN if waiting is None else f"{waiting.taken:,}",
        model_calls=f"{found.model_today.calls:,}",
        model_cost=(
            f"${found.model_today.dollars:,.2f} today, ${found.model_month.dollars:,.2f} in 30 days"
        ),
    )


def _latency(found: Latency) -> str:
    return "none yet" if found.median_s is None else seconds(found.median_s)


def _of(found: Latency, what: str) -> str:
    if found.p95_s is None:
        return f"no {what} in 24 hours"
    plural = "" if found.count == 1 else "s"
    return f"median; 95 % within {seconds(found.p95_s)}; {found.count:,} {what}{plural} in 24 hours"


def seconds(value: float) -> str:
    """A time in words, as exact as it says something."""
    if value < 1:
        return f"{value * 1000:,.0f} ms"
    if value < 120:
        return f"{value:,.1f} s"
    return f"{value / 60:,.0f} min" if value < 7_200 else f"{value / 3_600:,.0f} h"


def _task(each: TaskFigures) -> TaskRow:
    return TaskRow(
        name=each.name,
        ended=f"{each.ended:,}",
        failed=f"{each.failed:,}",
        retried=f"{each.retried:,}",
        mean=seconds(each.timing.mean_s),
        p95=seconds(each.timing.p95_s),
        has_failed=each.failed > 0,
    )


def _route(each: Timing) -> TimingRow:
    return TimingRow(each.name, f"{each.count:,}", seconds(each.mean_s), seconds(each.p95_s))
