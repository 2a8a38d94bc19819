"""A simulated week of a room: when its agent speaks, and that it keeps its manners throughout."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from bench.week import Plan, Ran, Week, live_through
from chatrooms.bootstrap import Deps
from chatrooms.domain.agent import AgentMode, AgentSettings
from chatrooms.domain.agent_timing import DAY, NotNow

LOOKS = timedelta(minutes=30)
EAGER = AgentSettings(
    mode=AgentMode.AUTONOMOUS,
    quiet_min=20,
    pause_min=30,
    from_hour=20,
    until_hour=4,
    timezone="Asia/Tokyo",
    posts_per_day=2,
    tokens_per_day=1_000,
    max_tokens=1_000,
)


def spoke(week: Week) -> list[datetime]:
    """When it spoke."""
    return [run.posted_at for run in week.runs if run.posted_at]


def within_a_day(runs: Sequence[Ran], until: datetime) -> list[Ran]:
    """The runs begun in the day before a moment."""
    return [run for run in runs if until - DAY < run.begun_at < until]


def pause_before(week: Week, run: Ran) -> timedelta:
    """The pause that was noted last before a run."""
    return [look for look in week.looks if look.at <= run.begun_at][-1].pause


def assert_manners(week: Week) -> None:
    """Fails if it spoke where it should not have."""
    settings = week.plan.settings
    quiet = timedelta(minutes=settings.quiet_min)
    for at in spoke(week):
        assert settings.is_active_at(at.astimezone(settings.zone).hour)
        assert not [said for said in week.said_at if at - quiet < said <= at]
        assert len([each for each in spoke(week) if at - DAY < each <= at]) <= (
            settings.posts_per_day
        )
    for run in week.runs:
        used = sum(each.tokens for each in within_a_day(week.runs, run.begun_at))
        assert used < settings.tokens_per_day
    for before, after in pairwise(week.runs):
        assert before.ended_at <= after.begun_at


def test_in_a_week_it_speaks_now_and_then_and_less_often_while_nobody_answers(deps: Deps) -> None:
    week = live_through(deps, Plan(step=timedelta(minutes=15), look_every=LOOKS))

    assert_manners(week)
    assert {run.outcome for run in week.runs} == {"posted", "silent"}
    assert spoke(week)
    pauses = [look.pause for look in week.looks]
    usual = timedelta(minutes=week.plan.settings.pause_min)
    assert {usual, 2 * usual, 4 * usual} <= set(pauses)
    longest_at = pauses.index(max(pauses))
    assert usual in pauses[longest_at:], "an answer ends the long pause"
    for before, after in pairwise(week.runs):
        assert after.begun_at - before.ended_at >= pause_before(week, after)


def test_an_eager_agent_stays_within_its_hours_and_budgets(deps: Deps) -> None:
    plan = Plan(settings=EAGER, answered_days=range(7), step=LOOKS, look_every=LOOKS)
    week = live_through(deps, plan)

    assert_manners(week)
    assert spoke(week)
    kept_by = {look.why for look in week.looks}
    assert {NotNow.OUTSIDE_HOURS.value, NotNow.POSTS_SPENT.value} <= kept_by
    assert {look.pause for look in week.looks} == {timedelta(minutes=EAGER.pause_min)}
