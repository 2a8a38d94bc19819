"""What the browser is told of messages and people."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chatrooms.live.message_rows import message_row, message_rows
from chatrooms.live.rows import initials, iso
from tests.support.made import START, message


def test_a_moment_is_told_in_utc_whatever_zone_it_came_in() -> None:
    moment = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
    assert iso(moment) == "2026-03-01T12:30:15.123Z"
    assert iso(moment.astimezone(timezone(timedelta(hours=5, minutes=30)))) == iso(moment)


@pytest.mark.parametrize(
    ("name", "short"),
    [("Ann", "AN"), ("ann bell", "AB"), ("a_b-c", "AC"), ("x", "X"), ("", "?"), ("!!", "!")],
)
def test_initials_stand_for_a_name(name: str, short: str) -> None:
    assert initials(name) == short


def test_messages_of_one_author_within_five_minutes_stand_together() -> None:
    first, second = message(1), message(2)
    late = second.model_copy(update={"sent_at": START + timedelta(minutes=6)})
    assert not message_row(second, first).is_head
    assert message_row(late, first).is_head
    assert message_row(message(2, author=2), first).is_head
    assert message_row(message(2, quote=first), first).is_head


def test_the_first_of_a_list_shows_its_author_and_each_names_the_time_before() -> None:
    rows = message_rows([message(1), message(2)])
    assert [row.is_head for row in rows] == [True, False]
    assert [row.previous_at for row in rows] == ["", rows[0].sent_at]


def test_a_reply_to_a_deleted_message_shows_none_of_its_text() -> None:
    quoted = message(1).model_copy(update={"is_deleted": True})
    row = message_row(message(2, quote=quoted), None)
    assert (row.quote_id, row.quote_text) == (10, "Message deleted")
