"""Pinned messages are the room's, saved ones the person's alone."""

from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    InvalidInput,
    MessageUnavailable,
    NotAllowed,
    NotSignedIn,
    RoomArchived,
    RoomUnavailable,
)
from chatrooms.services import history, members, messages, pins, rooms, saved
from chatrooms.services.marks import list_marks
from chatrooms.services.pins import MAX_PINS
from tests.support.inspect import assert_gapless, counted_queries, rows
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up


def pin(deps: Deps, room: Place, who: Someone, message_id: Any, *, on: bool = True) -> None:
    pins.set_pinned(deps, actor_id=who.id, room_id=room.id, message_id=message_id, is_pinned=on)


def pinned(deps: Deps, room: Place, who: Someone) -> list[int]:
    return [each.message_id for each in pins.list_pins(deps, actor_id=who.id, room_id=room.id)]


def save(deps: Deps, room: Place, who: Someone, message_id: Any, *, on: bool = True) -> None:
    saved.set_saved(deps, actor_id=who.id, room_id=room.id, message_id=message_id, is_saved=on)


def kept(deps: Deps, who: Someone, *, limit: int = 50, offset: int = 0) -> list[int]:
    found = saved.list_saved(deps, actor_id=who.id, limit=limit, offset=offset)
    return [each.message_id for each in found]


def shown_as_pinned(deps: Deps, room: Place) -> list[int]:
    view = history.load_view(deps, room_id=room.id)
    return [message.id for message in view.messages if message.is_pinned]


def test_moderators_and_owners_pin_and_others_do_not(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    message_id = post(deps, private_room, member)
    for who in (owner, moderator):
        pin(deps, private_room, who, message_id)
        assert pinned(deps, private_room, member) == [message_id]
        assert shown_as_pinned(deps, private_room) == [message_id]
        for on in (True, False):
            with pytest.raises(NotAllowed):
                pin(deps, private_room, member, message_id, on=on)
        pin(deps, private_room, who, message_id, on=False)
        assert pinned(deps, private_room, member) == []
        assert shown_as_pinned(deps, private_room) == []


@pytest.mark.parametrize("kind", ["stranger", "removed", "deactivated"])
def test_whoever_cannot_read_the_room_neither_pins_nor_lists_nor_saves(
    deps: Deps, request: pytest.FixtureRequest, private_room: Place, owner: Someone, kind: str
) -> None:
    who: Someone = request.getfixturevalue(kind)
    message_id = post(deps, private_room, owner)
    for refused in (
        lambda: pin(deps, private_room, who, message_id),
        lambda: pinned(deps, private_room, who),
        lambda: save(deps, private_room, who, message_id),
    ):
        with pytest.raises(RoomUnavailable):
            refused()
    pin(deps, private_room, owner, message_id)
    save(deps, private_room, owner, message_id)
    assert pinned(deps, private_room, owner) == kept(deps, owner) == [message_id]


def test_a_message_of_another_room_is_neither_pinned_nor_saved(
    deps: Deps, private_room: Place, public_room: Place, owner: Someone
) -> None:
    elsewhere = post(deps, public_room, owner)
    before = rows(deps, "SELECT count(*) FROM room_events")
    for wrong in (elsewhere, 10**12, 0, -1, 2**70, None, "x", True):
        for act in (pin, save):
            with pytest.raises(MessageUnavailable):
                act(deps, private_room, owner, wrong)
    assert rows(deps, "SELECT count(*) FROM room_events") == before
    assert (pinned(deps, public_room, owner), kept(deps, owner)) == ([], [])


def test_pinning_twice_is_one_event(deps: Deps, private_room: Place, owner: Someone) -> None:
    message_id = post(deps, private_room, owner)
    for _ in range(2):
        pin(deps, private_room, owner, message_id)
    query = "SELECT count(*) FROM room_events WHERE room_id = :id AND kind = 'pin_changed'"
    assert rows(deps, query, id=private_room.id) == [(1,)]
    assert_gapless(deps, private_room.id)


def test_a_room_holds_at_most_fifty_pins(deps: Deps, owner: Someone) -> None:
    room = make_room(deps, owner)
    ids = [post(deps, room, owner) for _ in range(MAX_PINS + 1)]
    for message_id in ids[:MAX_PINS]:
        pin(deps, room, owner, message_id)
    with pytest.raises(InvalidInput, match="50 pins"):
        pin(deps, room, owner, ids[-1])
    pin(deps, room, owner, ids[0], on=False)
    pin(deps, room, owner, ids[-1])
    assert pinned(deps, room, owner) == ids[:0:-1]


def test_an_archived_room_keeps_its_pins_as_they_are(deps: Deps, owner: Someone) -> None:
    room = make_room(deps, owner)
    first, second = post(deps, room, owner), post(deps, room, owner)
    pin(deps, room, owner, first)
    rooms.set_archived(deps, actor_id=owner.id, room_id=room.id, is_archived=True)
    with pytest.raises(RoomArchived):
        pin(deps, room, owner, second)
    assert pinned(deps, room, owner) == [first]


def test_a_deleted_message_is_pinned_and_saved_no_more(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    message_id = post(deps, private_room, member, "Zebra")
    pin(deps, private_room, owner, message_id)
    save(deps, private_room, owner, message_id)
    messages.delete_message(
        deps, actor_id=member.id, room_id=private_room.id, message_id=message_id
    )
    assert (pinned(deps, private_room, owner), kept(deps, owner)) == ([], [])
    for act in (pin, save):
        with pytest.raises(MessageUnavailable):
            act(deps, private_room, owner, message_id)


def test_a_reply_in_a_thread_can_be_pinned_and_saved(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    reply = post(deps, private_room, owner, "Reply", thread=post(deps, private_room, owner))
    pin(deps, private_room, owner, reply)
    save(deps, private_room, owner, reply)
    assert pinned(deps, private_room, owner) == kept(deps, owner) == [reply]


def test_saving_is_the_persons_own(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    message_id = post(deps, private_room, owner)

    def marked(who: Someone) -> frozenset[int]:
        marks = list_marks(deps, actor_id=who.id, room_id=private_room.id, message_ids=[message_id])
        return marks.saved

    for _ in range(2):
        save(deps, private_room, member, message_id)
    assert (kept(deps, member), marked(member)) == ([message_id], {message_id})
    assert (kept(deps, owner), marked(owner)) == ([], frozenset())
    save(deps, private_room, owner, message_id, on=False)
    assert kept(deps, member) == [message_id]
    save(deps, private_room, member, message_id, on=False)
    assert (kept(deps, member), marked(member)) == ([], frozenset())


def test_saved_messages_are_listed_over_all_rooms_that_one_may_read(
    deps: Deps, private_room: Place, public_room: Place, owner: Someone, member: Someone
) -> None:
    hidden, open_to_all = post(deps, private_room, owner), post(deps, public_room, owner)
    save(deps, private_room, member, hidden)
    save(deps, public_room, member, open_to_all)
    assert kept(deps, member) == [open_to_all, hidden]
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    assert kept(deps, member) == [open_to_all]
    bring_in(deps, private_room, by=owner, who=member)
    assert kept(deps, member) == [open_to_all, hidden]
    (first, _) = saved.list_saved(deps, actor_id=member.id, limit=5)
    assert (first.room_slug, first.author.id, first.text) == (public_room.slug, owner.id, "Hello")


def test_saved_messages_come_in_pages_at_the_same_cost(deps: Deps, owner: Someone) -> None:
    room = make_room(deps, owner)

    def cost() -> int:
        with counted_queries(deps) as statements:
            kept(deps, owner)
            pinned(deps, room, owner)
        return len(statements)

    ids = [post(deps, room, owner) for _ in range(30)]
    save(deps, room, owner, ids[0])
    with_one = cost()
    for message_id in ids[1:]:
        save(deps, room, owner, message_id)
        pin(deps, room, owner, message_id)
    assert kept(deps, owner, limit=7) == ids[:-8:-1]
    assert kept(deps, owner, limit=7, offset=7) == ids[-8:-15:-1]
    assert cost() == with_one <= 4


def test_nobody_lists_saved_messages_without_an_account(deps: Deps, deactivated: Someone) -> None:
    with pytest.raises(NotSignedIn):
        kept(deps, deactivated)
    assert kept(deps, sign_up(deps)) == []
