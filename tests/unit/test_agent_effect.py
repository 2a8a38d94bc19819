"""How many messages follow on an output of the room's agent, compared with other days."""

from datetime import UTC, datetime, timedelta

from chatrooms.domain.agent_effect import Compared, compare

AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
LONG_AGO, LATER = AT - timedelta(days=100), AT + timedelta(days=1)


def moments(*hours: float) -> list[datetime]:
    """So many hours after the output, sorted."""
    return sorted(AT + timedelta(hours=each) for each in hours)


def test_the_two_hours_after_it_are_compared_with_the_same_hours_of_28_days() -> None:
    talk = moments(-0.1, 0.5, 2, 2.1, -24 + 1, -24 + 1.5, -48 + 2.5, -28 * 24 + 1, -29 * 24 + 1)
    found = compare(AT, talk=talk, outputs=[AT], since=LONG_AGO, now=LATER)
    assert found == Compared(after=2, usual=3 / 28)


def test_hours_in_which_the_agent_posted_too_are_left_out() -> None:
    talk = moments(1, -24 + 1, -48 + 1, -48 + 1.2)
    outputs = moments(0, -24 + 0.5)
    found = compare(AT, talk=talk, outputs=outputs, since=LONG_AGO, now=LATER)
    assert found == Compared(after=1, usual=2 / 27)


def test_days_before_the_room_was_there_are_left_out() -> None:
    talk = moments(1, -24 + 1)
    since = AT - timedelta(days=2)
    assert compare(AT, talk=talk, outputs=[AT], since=since, now=LATER) == Compared(1, 0.5)


def test_nothing_is_compared_before_the_hours_are_over_or_without_a_day_to_compare_with() -> None:
    now = AT + timedelta(minutes=119)
    assert compare(AT, talk=[], outputs=[AT], since=LONG_AGO, now=now) is None
    assert compare(AT, talk=[], outputs=[AT], since=AT, now=LATER) is None
