"""Drafts are one's own: kept per room, as long as a message, gone with the right to post."""

from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    ChatError,
    InvalidInput,
    NotAllowed,
    RoomArchived,
    RoomUnavailable,
)
from chatrooms.services import drafts, rooms
from tests.support.people import Place, Someone, make_room


def save(deps: Deps, who: Someone, room: Place, body: str) -> None:
    drafts.save_draft(deps, actor_id=who.id, room_id=room.id, body=body)


def body(deps: Deps, who: Someone, room: Place) -> str:
    return drafts.find_draft(deps, actor_id=who.id, slug=room.slug).body


def rooms_with_one(deps: Deps, who: Someone) -> list[str]:
    return drafts.list_draft_rooms(deps, actor_id=who.id)


def test_a_draft_is_kept_replaced_and_taken_away(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    assert body(deps, owner, private_room) == ""
    save(deps, owner, private_room, "  half a\n thought ")
    assert body(deps, owner, private_room) == "  half a\n thought "
    save(deps, owner, private_room, "another")
    assert body(deps, owner, private_room) == "another"
    assert rooms_with_one(deps, owner) == [private_room.slug]
    save(deps, owner, private_room, " \n ")
    assert body(deps, owner, private_room) == ""
    assert rooms_with_one(deps, owner) == []


def test_each_person_and_room_has_a_draft_of_its_own(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    other = make_room(deps, owner)
    save(deps, owner, private_room, "owner's")
    save(deps, owner, other, "owner's there")
    save(deps, member, private_room, "member's")
    assert body(deps, owner, private_room) == "owner's"
    assert body(deps, member, private_room) == "member's"
    assert set(rooms_with_one(deps, owner)) == {private_room.slug, other.slug}


def test_only_those_who_may_post_keep_one(
    deps: Deps,
    private_room: Place,
    public_room: Place,
    moderator: Someone,
    stranger: Someone,
    removed: Someone,
    deactivated: Someone,
    admin: Someone,
) -> None:
    save(deps, moderator, private_room, "mine")
    for nobody in (stranger, removed, deactivated, admin):
        with pytest.raises(RoomUnavailable):
            save(deps, nobody, private_room, "text")
        with pytest.raises(RoomUnavailable):
            body(deps, nobody, private_room)
    with pytest.raises(NotAllowed):
        save(deps, stranger, public_room, "text")
    assert body(deps, stranger, public_room) == ""
    with pytest.raises(ChatError):
        rooms_with_one(deps, deactivated)


def test_an_archived_room_takes_no_draft(deps: Deps, private_room: Place, owner: Someone) -> None:
    save(deps, owner, private_room, "before")
    rooms.set_archived(deps, actor_id=owner.id, room_id=private_room.id, is_archived=True)
    with pytest.raises(RoomArchived):
        save(deps, owner, private_room, "after")
    assert body(deps, owner, private_room) == "before"


def test_a_draft_is_as_long_as_a_message_may_be(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    longest = "x" * deps.settings.max_body_chars
    save(deps, owner, private_room, longest)
    with pytest.raises(InvalidInput):
        save(deps, owner, private_room, longest + "x")
    assert body(deps, owner, private_room) == longest


@pytest.mark.parametrize("room_id", [0, -1, 2**70, "1", None, True])
def test_ids_that_no_room_can_have_are_refused(deps: Deps, owner: Someone, room_id: Any) -> None:
    with pytest.raises(RoomUnavailable):
        drafts.save_draft(deps, actor_id=owner.id, room_id=room_id, body="text")


def test_what_cannot_be_stored_is_left_out(deps: Deps, private_room: Place, owner: Someone) -> None:
    save(deps, owner, private_room, "a\x00b\ud800c")
    assert body(deps, owner, private_room) == "abc"
