"""When a room's agent may speak."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from chatrooms.domain.agent import AgentSettings
from chatrooms.domain.agent_timing import (
    Drew,
    NotNow,
    Past,
    count_unanswered,
    not_before,
    pause_of,
    why_not_to_run,
    why_not_to_speak,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SETTINGS = AgentSettings()
QUIET = Past(
    last_human_at=NOON - timedelta(days=1), last_run_at=None, unanswered=0, posts=0, tokens=0
)


def hours(settings: AgentSettings) -> list[int]:
    return [hour for hour in range(24) if settings.is_active_at(hour)]


@pytest.mark.parametrize(
    ("first", "until", "active"),
    [
        (8, 22, list(range(8, 22))),
        (0, 24, list(range(24))),
        (22, 24, [22, 23]),
        (22, 2, [0, 1, 22, 23]),
        (23, 1, [0, 23]),
        (0, 1, [0]),
    ],
)
def test_its_hours_may_go_past_midnight(first: int, until: int, active: list[int]) -> None:
    assert hours(AgentSettings(from_hour=first, until_hour=until)) == active


@pytest.mark.parametrize(
    ("zone", "hour", "speaks"),
    [
        ("UTC", 9, True),
        ("UTC", 10, False),
        ("Asia/Tokyo", 0, True),
        ("Asia/Tokyo", 9, False),
        ("America/New_York", 13, True),
        ("America/New_York", 9, False),
        ("Asia/Kolkata", 3, False),
        ("Asia/Kolkata", 4, True),
    ],
)
def test_its_hours_are_those_of_its_time_zone(zone: str, hour: int, speaks: bool) -> None:
    settings = AgentSettings(from_hour=9, until_hour=10, timezone=zone)
    now = NOON.replace(hour=hour)
    expected = None if speaks else NotNow.OUTSIDE_HOURS
    assert why_not_to_speak(settings, QUIET, now) is expected


def test_its_hours_follow_summer_time() -> None:
    settings = AgentSettings(from_hour=9, until_hour=10, timezone="Europe/Berlin")
    winter, summer = datetime(2026, 1, 15, 8, tzinfo=UTC), datetime(2026, 7, 15, 7, tzinfo=UTC)
    past = replace(QUIET, last_human_at=winter - timedelta(days=2))
    assert why_not_to_speak(settings, past, winter) is None
    assert why_not_to_speak(settings, past, summer) is None
    an_hour_earlier = winter - timedelta(hours=1)
    assert why_not_to_speak(settings, past, an_hour_earlier) is NotNow.OUTSIDE_HOURS


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "europe/berlin "])
def test_a_time_zone_that_there_is_none_of_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        AgentSettings(timezone=name)


SPEAKS: dict[str, tuple[dict[str, Any], NotNow | None]] = {
    "all is quiet": ({}, None),
    "nobody ever wrote": ({"last_human_at": None}, NotNow.EMPTY),
    "just quiet": ({"last_human_at": NOON - timedelta(minutes=180)}, None),
    "not quite quiet": ({"last_human_at": NOON - timedelta(minutes=179)}, NotNow.NOT_QUIET),
    "somebody ahead of the clock": ({"last_human_at": NOON + timedelta(hours=1)}, NotNow.NOT_QUIET),
    "one post left": ({"posts": 2}, None),
    "no post left": ({"posts": 3}, NotNow.POSTS_SPENT),
    "one token left": ({"tokens": 39_999}, None),
    "no token left": ({"tokens": 40_000}, NotNow.TOKENS_SPENT),
}


@pytest.mark.parametrize("case", SPEAKS)
def test_it_speaks_in_a_quiet_room_within_its_budget(case: str) -> None:
    changed, reason = SPEAKS[case]
    past = replace(QUIET, **changed)
    assert why_not_to_speak(SETTINGS, past, NOON) is reason
    assert why_not_to_run(SETTINGS, past, NOON) is reason


def test_it_runs_again_when_its_pause_is_over_but_may_speak_before() -> None:
    past = replace(QUIET, last_run_at=NOON - timedelta(minutes=359))
    assert why_not_to_run(SETTINGS, past, NOON) is NotNow.PAUSING
    assert why_not_to_speak(SETTINGS, past, NOON) is None
    assert why_not_to_run(SETTINGS, past, NOON + timedelta(minutes=1)) is None


def test_its_pause_doubles_with_each_output_that_drew_nothing_at_most_64_fold() -> None:
    pauses = [pause_of(SETTINGS, unanswered) / timedelta(minutes=360) for unanswered in range(9)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 64, 64]
    doubled = replace(QUIET, last_run_at=NOON - timedelta(minutes=719), unanswered=1)
    assert why_not_to_run(SETTINGS, doubled, NOON) is NotNow.PAUSING
    assert why_not_to_run(SETTINGS, doubled, NOON + timedelta(minutes=1)) is None


LATER: dict[str, tuple[dict[str, Any], NotNow, timedelta]] = {
    "nobody ever wrote": ({"last_human_at": None}, NotNow.EMPTY, timedelta(hours=3)),
    "people talk": (
        {"last_human_at": NOON - timedelta(hours=1)},
        NotNow.NOT_QUIET,
        timedelta(hours=2),
    ),
    "posts": (
        {"posts": 3, "first_post_at": NOON - timedelta(hours=20)},
        NotNow.POSTS_SPENT,
        timedelta(hours=4),
    ),
    "tokens": (
        {"tokens": 40_000, "first_tokens_at": NOON - timedelta(hours=23)},
        NotNow.TOKENS_SPENT,
        timedelta(hours=1),
    ),
    "pausing": ({"last_run_at": NOON}, NotNow.PAUSING, timedelta(hours=6)),
    "nobody answers": (
        {"last_run_at": NOON - timedelta(hours=6), "unanswered": 1},
        NotNow.PAUSING,
        timedelta(hours=6),
    ),
}


@pytest.mark.parametrize("case", LATER)
def test_nobody_needs_to_look_again_before_the_reason_may_have_gone(case: str) -> None:
    changed, reason, after = LATER[case]
    past = replace(QUIET, **changed)
    assert why_not_to_run(SETTINGS, past, NOON) is reason
    assert not_before(SETTINGS, past, NOON, reason) == NOON + after


@given(
    minutes=st.integers(0, 366 * 24 * 60 - 1),
    first=st.integers(0, 23),
    lasts=st.integers(1, 23),
    zone=st.sampled_from(["UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York"]),
)
# Clocks are put forward from two to three, and back from three to two.
@example(minutes=(87 * 24 + 23) * 60 + 30, first=2, lasts=1, zone="Europe/Berlin")
@example(minutes=(297 * 24 + 1) * 60 + 30, first=2, lasts=1, zone="Europe/Berlin")
def test_its_next_hours_are_never_missed(minutes: int, first: int, lasts: int, zone: str) -> None:
    until = (first + lasts) % 24 or 24
    settings = AgentSettings(from_hour=first, until_hour=until, timezone=zone)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    past = replace(QUIET, last_human_at=now - timedelta(days=1))
    assume(why_not_to_run(settings, past, now) is NotNow.OUTSIDE_HOURS)
    begin = not_before(settings, past, now, NotNow.OUTSIDE_HOURS)
    assert now < begin <= now + timedelta(hours=25)
    between = now
    while between < begin:
        assert why_not_to_run(settings, past, between) is NotNow.OUTSIDE_HOURS
        between += timedelta(minutes=15)


def drew(hours_ago: float, *, has_answer: bool = False, is_refused: bool = False) -> Drew:
    return Drew(NOON - timedelta(hours=hours_ago), has_answer, is_refused)


@pytest.mark.parametrize(
    ("outputs", "count"),
    [
        ([], 0),
        ([drew(1)], 0),
        ([drew(23.9)], 0),
        ([drew(24)], 1),
        ([drew(24), drew(48), drew(72)], 3),
        ([drew(24), drew(48, has_answer=True), drew(72)], 1),
        ([drew(1, has_answer=True), drew(48)], 0),
        ([drew(1), drew(48), drew(72, has_answer=True)], 1),
        ([drew(1, is_refused=True)], 1),
        ([drew(1, is_refused=True), drew(2), drew(30)], 2),
        ([drew(1, has_answer=True, is_refused=True)], 0),
    ],
)
def test_outputs_count_as_unanswered_back_to_one_that_drew_something(
    outputs: list[Drew], count: int
) -> None:
    assert count_unanswered(outputs, NOON) == count
