"""One event changes a room's view in one way."""

import pytest

from chatrooms.domain.changes import apply_to_messages
from chatrooms.domain.events import MemberJoined, MemberLeft, RoleChanged, RoomChanged, parse_event
from chatrooms.domain.view import WINDOW, fold
from tests.support.made import deleted, edited, empty_view, facts, message, posted, view_of


@pytest.mark.parametrize("seq", [0, 4, 5, 7, -1])
def test_only_the_next_event_can_be_folded(seq: int) -> None:
    view = view_of(5)
    assert fold(view, 6, posted(6)).seq == 6
    with pytest.raises(ValueError, match="does not follow"):
        fold(view, seq, posted(6))


def test_a_view_holds_the_newest_messages_and_knows_of_older_ones() -> None:
    full = view_of(WINDOW)
    assert len(full.messages) == WINDOW
    assert not full.has_older
    more = fold(full, WINDOW + 1, posted(WINDOW + 1))
    assert [m.position for m in more.messages] == list(range(2, WINDOW + 2))
    assert more.has_older


def test_an_edit_shows_in_the_message_and_in_the_replies_to_it() -> None:
    view = fold(view_of(2), 3, posted(3, quote=message(1)))
    after = fold(view, 4, edited(10, "New text"))
    assert after.messages[0].body == "New text"
    assert after.messages[0].edited_at is not None
    assert after.messages[2].quote is not None
    assert after.messages[2].quote.excerpt == "New text"
    assert after.messages[1] == view.messages[1]


def test_a_deletion_takes_the_text_from_the_message_and_from_replies() -> None:
    view = fold(view_of(2), 3, posted(3, quote=message(1)))
    after = fold(fold(view, 4, edited(10, "Worse")), 5, deleted(10))
    first, _, reply = after.messages
    assert (first.body, first.is_deleted, first.edited_at) == ("", True, None)
    assert reply.quote is not None
    assert (reply.quote.excerpt, reply.quote.is_deleted) == ("", True)
    assert reply.body == "Message 3"


def test_events_about_messages_out_of_view_change_only_the_number() -> None:
    view = view_of(WINDOW + 5)
    after = fold(view, view.seq + 1, deleted(10))
    assert after.messages == view.messages
    assert after.seq == view.seq + 1


def test_people_come_and_go() -> None:
    view = fold(empty_view(), 1, MemberJoined(account_id=1))
    view = fold(view, 2, MemberJoined(account_id=2))
    view = fold(view, 3, RoleChanged(account_id=2, role="owner"))
    assert view.member_count == 2
    assert fold(view, 4, MemberLeft(account_id=1)).member_count == 1


def test_a_room_that_changed_shows_its_new_facts() -> None:
    new = facts(name="Other", is_private=True)
    assert fold(view_of(1), 2, RoomChanged(facts=new)).facts == new


def test_events_that_add_messages_leave_a_stretch_of_the_past_alone() -> None:
    stretch = (message(1), message(2))
    assert apply_to_messages(stretch, posted(3)) == stretch


@pytest.mark.parametrize(
    "event", [posted(3, quote=message(1)), edited(10), deleted(10), RoomChanged(facts=facts())]
)
def test_what_is_stored_of_an_event_reads_as_the_same_event(event: object) -> None:
    assert parse_event(event.model_dump(mode="json")) == event  # type: ignore[attr-defined]
