"""`agent-week`: a simulated week of a room with an agent. How often it speaks, when, and what keeps
it silent, as a table and a picture."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bench.report import OUTPUT, progress, show_table
from bench.week import DAYS, Plan, Week, live_through
from bench.week_chart import BANDS, chart
from chatrooms.bootstrap import Deps
from chatrooms.domain.agent import RunOutcome
from tests.support import servers
from tests.support.people import dependencies


def run_agent_week(*, seed: int, every_min: int, picture: Path | None, as_json: bool) -> None:
    """Live through the week and report; with `as_json` the last line is one JSON object."""
    plan = Plan(seed=seed, step=timedelta(minutes=every_min))
    progress("Starting PostgreSQL and Redis")
    with _fresh() as deps:
        progress(f"{DAYS} days, beat every {plan.step}")
        week = live_through(deps, plan)
    _show(week)
    if picture is not None:
        picture.write_text(chart(week))
        progress(f"Wrote {picture}")
    if as_json:
        print(json.dumps(_summary(week)))


@contextmanager
def _fresh() -> Iterator[Deps]:
    with tempfile.TemporaryDirectory(prefix="chatrooms-bench-") as folder:
        places = [Path(folder) / name for name in ("postgres", "redis")]
        for place in places:
            place.mkdir()
        with (
            servers.postgres(places[0]) as postgres,
            servers.redis(places[1]) as redis,
            dependencies(database_url=postgres.url, redis_url=redis.url) as deps,
        ):
            yield deps


def _minutes(week: Week) -> Counter[str]:
    """How long each reason kept it silent."""
    each = int(week.plan.look_every / timedelta(minutes=1))
    return Counter({why: n * each for why, n in Counter(k.why for k in week.looks).items()})


def _summary(week: Week) -> dict[str, object]:
    return {
        "messages": len(week.said_at),
        "runs": dict(Counter(run.outcome for run in week.runs)),
        "answered": len(week.answered),
        "tokens": sum(run.tokens for run in week.runs),
        "minutes": dict(_minutes(week)),
        "longest_pause_min": int(max(k.pause for k in week.looks) / timedelta(minutes=1)),
    }


def _show(week: Week) -> None:
    settings = week.plan.settings
    show_table(
        f"A week, {len(week.said_at)} messages of people; quiet after {settings.quiet_min} minutes,"
        f" pause {settings.pause_min} minutes, from {settings.from_hour} to {settings.until_hour}",
        ("run", "became", "answered", "pause, h", "why"),
        [
            (
                f"{run.begun_at:%a %H:%M}",
                run.outcome,
                _answered(week, number),
                f"{_pause_h(week, number):g}",
                run.reason,
            )
            for number, run in enumerate(week.runs)
        ],
    )
    minutes = _minutes(week)
    show_table(
        "What kept it silent",
        ("", "hours", "share"),
        [
            (said, f"{minutes[why] / 60:.1f}", f"{minutes[why] / minutes.total():.0%}")
            for why, (_, said) in BANDS.items()
            if minutes[why]
        ],
    )
    spoke = sum(run.outcome == RunOutcome.POSTED for run in week.runs)
    OUTPUT.print(f"It looked {len(week.runs)} times and spoke {spoke} times.")


def _answered(week: Week, number: int) -> str:
    run = week.runs[number]
    if run.outcome != RunOutcome.POSTED:
        return ""
    return "yes" if run.message_id in week.answered else "no"


def _pause_h(week: Week, number: int) -> float:
    """The pause that was kept before a run, in hours."""
    before = [look for look in week.looks if look.at <= week.runs[number].begun_at]
    return before[-1].pause / timedelta(hours=1)
