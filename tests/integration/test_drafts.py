"""Drafts are one's own: kept per room, as long as a message, gone with the right to post."""

from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    ChatError,
    InvalidInput,
    MessageUnavailable,
    NotAllowed,
    RoomArchived,
    RoomUnavailable,
)
from chatrooms.services import drafts, members, messages, rooms
from tests.support.people import Place, Someone, bring_in, make_room, post


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


def save_reply(deps: Deps, who: Someone, room: Place, thread: int, text: str) -> None:
    drafts.save_reply_draft(deps, actor_id=who.id, room_id=room.id, thread_id=thread, body=text)


def reply_body(deps: Deps, who: Someone, room: Place, thread: int) -> str:
    return drafts.find_reply_draft(deps, actor_id=who.id, room_id=room.id, thread_id=thread).body


def test_a_reply_is_kept_for_its_thread_alone_replaced_and_taken_away(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root, other = (post(deps, private_room, owner) for _ in range(2))
    save(deps, owner, private_room, "in the room")
    save_reply(deps, owner, private_room, root, "first")
    save_reply(deps, owner, private_room, root, "in the thread")
    assert reply_body(deps, owner, private_room, root) == "in the thread"
    assert reply_body(deps, owner, private_room, other) == ""
    assert reply_body(deps, member, private_room, root) == ""
    save_reply(deps, owner, private_room, root, " \n ")
    assert reply_body(deps, owner, private_room, root) == ""
    assert body(deps, owner, private_room) == "in the room"


def test_only_those_who_may_post_keep_a_reply(
    deps: Deps,
    private_room: Place,
    public_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    deactivated: Someone,
    admin: Someone,
) -> None:
    root = post(deps, private_room, owner)
    for who in (owner, moderator, member):
        save_reply(deps, who, private_room, root, f"of {who.username}")
        assert reply_body(deps, who, private_room, root) == f"of {who.username}"
    for nobody in (stranger, removed, deactivated, admin):
        with pytest.raises(RoomUnavailable):
            save_reply(deps, nobody, private_room, root, "text")
        with pytest.raises(RoomUnavailable):
            reply_body(deps, nobody, private_room, root)
    elsewhere = post(deps, public_room, owner)
    with pytest.raises(NotAllowed):
        save_reply(deps, stranger, public_room, elsewhere, "text")
    assert reply_body(deps, stranger, public_room, elsewhere) == ""


def test_a_thread_is_a_message_of_exactly_that_rooms_timeline(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    root = post(deps, private_room, owner)
    reply = post(deps, private_room, owner, thread=root)
    other = make_room(deps, owner)
    save_reply(deps, owner, private_room, root, "text")
    odd: list[Any] = [reply, 0, -1, 2**70, "1", None, True]
    for room, thread in [(other, root), *((private_room, each) for each in odd)]:
        with pytest.raises(MessageUnavailable):
            save_reply(deps, owner, room, thread, "other")
        with pytest.raises(MessageUnavailable):
            reply_body(deps, owner, room, thread)
    assert reply_body(deps, owner, private_room, root) == "text"


def test_a_reply_waits_for_whoever_left_and_comes_back_and_is_not_shown_meanwhile(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner)
    save_reply(deps, member, private_room, root, "half a reply")
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    with pytest.raises(RoomUnavailable):
        reply_body(deps, member, private_room, root)
    bring_in(deps, private_room, by=owner, who=member)
    assert reply_body(deps, member, private_room, root) == "half a reply"


def test_a_reply_is_kept_when_its_threads_message_is_deleted(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner)
    post(deps, private_room, member, thread=root)
    save_reply(deps, member, private_room, root, "half a reply")
    messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=root)
    assert reply_body(deps, member, private_room, root) == "half a reply"
    save_reply(deps, member, private_room, root, "a whole reply")
    assert reply_body(deps, member, private_room, root) == "a whole reply"


def test_a_reply_is_refused_in_an_archived_room_and_beyond_a_messages_length(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    root = post(deps, private_room, owner)
    longest = "x" * deps.settings.max_body_chars
    save_reply(deps, owner, private_room, root, longest)
    with pytest.raises(InvalidInput):
        save_reply(deps, owner, private_room, root, longest + "x")
    rooms.set_archived(deps, actor_id=owner.id, room_id=private_room.id, is_archived=True)
    with pytest.raises(RoomArchived):
        save_reply(deps, owner, private_room, root, "after")
    assert reply_body(deps, owner, private_room, root) == longest
