"""Who may do what: for each service, those who may and those who may not on the same room."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    ChatError,
    MessageUnavailable,
    NotAllowed,
    RoomArchived,
    RoomUnavailable,
)
from chatrooms.domain.permissions import Role
from chatrooms.services import (
    directory,
    history,
    invitations,
    join_requests,
    members,
    messages,
    room_lists,
    rooms,
    typing_notices,
)
from chatrooms.services.directory import Wanted
from chatrooms.services.rooms import RoomDraft
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up, unique
from tests.support.threads import at_once

WHO = ("owner", "moderator", "member", "stranger", "removed", "deactivated")
INSIDE = ("owner", "moderator", "member")
OUTSIDE = ("stranger", "removed", "deactivated")
ODD_IDS = [0, -1, 2**63, 2**80, "1", None, 1.5, True, [1], {"id": 1}]


@dataclass(frozen=True, slots=True)
class Scene:
    """A room with a message, a member to act on, somebody who asks to be let in, and a link."""

    deps: Deps
    room: Place
    message_id: int
    target: Someone
    request_id: int
    invitation_id: int


Action = Callable[[Scene, int], object]


def act(service: Callable[..., object], **more: Callable[[Scene], object]) -> Action:
    def call(scene: Scene, actor_id: int) -> object:
        chosen = {name: value(scene) for name, value in more.items()}
        return service(scene.deps, actor_id=actor_id, room_id=scene.room.id, **chosen)

    return call


ACTIONS: dict[str, tuple[Action, tuple[str, ...]]] = {
    "post": (
        act(
            messages.post_message,
            client_id=lambda s: s.deps.ids.client_id(),
            body=lambda s: "Hello",
        ),
        INSIDE,
    ),
    "reply": (
        act(
            messages.post_message,
            client_id=lambda s: s.deps.ids.client_id(),
            body=lambda s: "Hello",
            reply_to_id=lambda s: s.message_id,
        ),
        INSIDE,
    ),
    "edit a message of the owner": (
        act(messages.edit_message, message_id=lambda s: s.message_id, body=lambda s: "Changed"),
        ("owner",),
    ),
    "delete a message of the owner": (
        act(messages.delete_message, message_id=lambda s: s.message_id),
        ("owner",),
    ),
    "read back": (
        act(history.list_before, position=lambda s: 10**6, limit=lambda s: 10),
        INSIDE,
    ),
    "read on": (act(history.list_after, position=lambda s: 0, limit=lambda s: 10), INSIDE),
    "read between": (
        act(history.list_between, first=lambda s: 0, last=lambda s: 10**6, limit=lambda s: 10),
        INSIDE,
    ),
    "read around": (
        act(history.list_around, message_id=lambda s: s.message_id, limit=lambda s: 10),
        INSIDE,
    ),
    "list members": (act(members.list_members), INSIDE),
    "say that one types": (act(typing_notices.announce_typing), INSIDE),
    "list join requests": (act(join_requests.list_join_requests), ("owner", "moderator")),
    "say that one types in a thread": (
        act(typing_notices.announce_typing, thread_id=lambda s: s.message_id),
        INSIDE,
    ),
    "read a thread on": (
        act(
            history.list_replies_from,
            thread_id=lambda s: s.message_id,
            position=lambda s: 0,
            limit=lambda s: 10,
        ),
        INSIDE,
    ),
    "accept a join request": (
        act(
            join_requests.decide_join_request,
            request_id=lambda s: s.request_id,
            is_accepted=lambda s: True,
        ),
        ("owner", "moderator"),
    ),
    "decline a join request": (
        act(
            join_requests.decide_join_request,
            request_id=lambda s: s.request_id,
            is_accepted=lambda s: False,
        ),
        ("owner", "moderator"),
    ),
    "make a link": (act(invitations.create_invitation), ("owner", "moderator")),
    "list links": (act(invitations.list_invitations), ("owner", "moderator")),
    "revoke a link": (
        act(invitations.revoke_invitation, invitation_id=lambda s: s.invitation_id),
        ("owner", "moderator"),
    ),
    "remove a member": (
        act(members.remove_member, account_id=lambda s: s.target.id),
        ("owner", "moderator"),
    ),
    "promote a member": (
        act(members.change_role, account_id=lambda s: s.target.id, role=lambda s: "moderator"),
        ("owner",),
    ),
    "edit the room": (
        act(rooms.edit_room, draft=lambda s: RoomDraft(name="Other", is_private=True)),
        ("owner",),
    ),
    "archive the room": (act(rooms.set_archived, is_archived=lambda s: True), ("owner",)),
}
IN_ARCHIVED_ROOM = {
    "read back",
    "read on",
    "read between",
    "read around",
    "read a thread on",
    "list members",
}


@pytest.fixture
def scene(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> Scene:
    target = bring_in(deps, private_room, by=owner, who=sign_up(deps, "target"))
    asking = sign_up(deps, "asking")
    join_requests.request_to_join(deps, actor_id=asking.id, slug=private_room.slug)
    waiting = join_requests.list_join_requests(deps, actor_id=owner.id, room_id=private_room.id)
    links = invitations.list_invitations(deps, actor_id=owner.id, room_id=private_room.id)
    return Scene(
        deps=deps,
        room=private_room,
        message_id=post(deps, private_room, owner, "A secret"),
        target=target,
        request_id=waiting[0].id,
        invitation_id=links[0].id,
    )


@pytest.fixture
def people(
    scene: Scene,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    deactivated: Someone,
) -> dict[str, Someone]:
    everybody = (owner, moderator, member, stranger, removed, deactivated)
    return dict(zip(WHO, everybody, strict=True))


def outcome(action: Action, scene: Scene, actor_id: int) -> str:
    try:
        action(scene, actor_id)
    except ChatError as error:
        return error.code
    return "done"


@pytest.mark.parametrize(
    ("name", "allowed"), [(name, who) for name, (_, may) in ACTIONS.items() for who in may]
)
def test_in_a_private_room_these_people_may_and_no_others(
    scene: Scene, people: dict[str, Someone], name: str, allowed: str
) -> None:
    action, all_allowed = ACTIONS[name]
    for role in set(WHO) - set(all_allowed):
        expected = "room_unavailable" if role in OUTSIDE else "not_allowed"
        assert outcome(action, scene, people[role].id) == expected, role
    assert outcome(action, scene, people[allowed].id) == "done"


@pytest.mark.parametrize("name", ACTIONS)
def test_an_archived_room_is_read_and_nothing_else(scene: Scene, owner: Someone, name: str) -> None:
    action, _ = ACTIONS[name]
    rooms.set_archived(scene.deps, actor_id=owner.id, room_id=scene.room.id, is_archived=True)
    expected = "done" if name in IN_ARCHIVED_ROOM | {"archive the room"} else "room_archived"
    assert outcome(action, scene, owner.id) == expected
    rooms.set_archived(scene.deps, actor_id=owner.id, room_id=scene.room.id, is_archived=False)
    assert outcome(action, scene, owner.id) == "done"


@pytest.mark.parametrize("name", ACTIONS)
def test_a_hidden_room_and_none_at_all_are_refused_in_the_same_words(
    scene: Scene, stranger: Someone, name: str
) -> None:
    action, _ = ACTIONS[name]
    hidden = refusal(action, scene, stranger.id)
    absent = replace(scene, room=Place(10**9, "x"))
    assert hidden == refusal(action, absent, stranger.id)
    assert hidden[0] is RoomUnavailable


def refusal(action: Action, scene: Scene, actor_id: int) -> tuple[type[ChatError], str]:
    with pytest.raises(ChatError) as refused:
        action(scene, actor_id)
    return type(refused.value), str(refused.value)


def test_what_cannot_be_a_room_is_no_room(scene: Scene, owner: Someone) -> None:
    for name, (action, _) in ACTIONS.items():
        for odd in ODD_IDS:
            nowhere = replace(scene, room=Place(cast(int, odd), "x"))
            assert outcome(action, nowhere, owner.id) == "room_unavailable", (name, odd)


def test_what_cannot_be_an_account_may_nothing(scene: Scene) -> None:
    for name, (action, _) in ACTIONS.items():
        for odd in ODD_IDS:
            assert outcome(action, scene, cast(int, odd)) == "room_unavailable", (name, odd)


# Ids of another room


@pytest.fixture
def elsewhere(deps: Deps, owner: Someone) -> Scene:
    """A second room of the same owner with the same things in it."""
    room = make_room(deps, owner, is_private=True)
    target = bring_in(deps, room, by=owner, who=sign_up(deps, "elsewhere"))
    asking = sign_up(deps, "asking-elsewhere")
    join_requests.request_to_join(deps, actor_id=asking.id, slug=room.slug)
    waiting = join_requests.list_join_requests(deps, actor_id=owner.id, room_id=room.id)
    links = invitations.list_invitations(deps, actor_id=owner.id, room_id=room.id)
    return Scene(deps, room, post(deps, room, owner), target, waiting[0].id, links[0].id)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("reply", "message_unavailable"),
        ("edit a message of the owner", "message_unavailable"),
        ("delete a message of the owner", "message_unavailable"),
        ("read around", "message_unavailable"),
        ("accept a join request", "account_unavailable"),
        ("decline a join request", "account_unavailable"),
        ("revoke a link", "invitation_unavailable"),
        ("remove a member", "account_unavailable"),
        ("promote a member", "account_unavailable"),
    ],
)
def test_ids_of_another_room_are_no_ids_of_this_one(
    scene: Scene, elsewhere: Scene, owner: Someone, name: str, code: str
) -> None:
    action, _ = ACTIONS[name]
    mixed = Scene(
        scene.deps,
        scene.room,
        elsewhere.message_id,
        elsewhere.target,
        elsewhere.request_id,
        elsewhere.invitation_id,
    )
    assert outcome(action, mixed, owner.id) == code
    assert outcome(action, elsewhere, owner.id) == "done"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("edit a message of the owner", "message_unavailable"),
        ("delete a message of the owner", "message_unavailable"),
        ("read around", "message_unavailable"),
        ("accept a join request", "account_unavailable"),
        ("revoke a link", "invitation_unavailable"),
        ("remove a member", "account_unavailable"),
        ("promote a member", "account_unavailable"),
    ],
)
def test_ids_that_nothing_can_have_find_nothing(
    scene: Scene, owner: Someone, name: str, code: str
) -> None:
    action, _ = ACTIONS[name]
    for odd in ODD_IDS:
        wrong = cast(Any, Scene)(scene.deps, scene.room, odd, SimpleNamespace(id=odd), odd, odd)
        assert outcome(action, wrong, owner.id) == code, odd
    assert outcome(action, scene, owner.id) == "done"


@pytest.mark.parametrize("odd", [-1, 2**63, 2**80, "1", 1.5, True, [1]])
def test_a_reply_to_what_cannot_be_a_message_is_refused(
    scene: Scene, owner: Someone, odd: int
) -> None:
    with pytest.raises(MessageUnavailable):
        post(scene.deps, scene.room, owner, reply_to=odd)


# Rooms are found by their address


def test_a_private_room_opens_for_members_only(
    deps: Deps, private_room: Place, people: dict[str, Someone]
) -> None:
    for role in INSIDE:
        access = rooms.open_room(deps, actor_id=people[role].id, slug=private_room.slug)
        assert (access.room_id, access.role) == (private_room.id, role)
    for role in OUTSIDE:
        with pytest.raises(RoomUnavailable) as hidden:
            rooms.open_room(deps, actor_id=people[role].id, slug=private_room.slug)
        with pytest.raises(RoomUnavailable) as absent:
            rooms.open_room(deps, actor_id=people[role].id, slug="no-such-room")
        assert str(hidden.value) == str(absent.value)


@pytest.mark.parametrize("slug", ["", "\x00", "\ud800", "a" * 100_000, None, 5, ["x"], "%", "é"])
def test_whatever_address_is_typed_is_no_room(deps: Deps, owner: Someone, slug: Any) -> None:
    with pytest.raises(RoomUnavailable):
        rooms.open_room(deps, actor_id=owner.id, slug=slug)
    with_text = slug if isinstance(slug, str) else ""
    assert join_requests.request_to_join(deps, actor_id=owner.id, slug=with_text) is None


def test_a_public_room_is_read_and_joined_by_anyone(
    deps: Deps, public_room: Place, stranger: Someone, owner: Someone
) -> None:
    message_id = post(deps, public_room, owner)
    around = history.list_around(
        deps, actor_id=stranger.id, room_id=public_room.id, message_id=message_id, limit=5
    )
    assert [m.id for m in around] == [message_id]
    with pytest.raises(NotAllowed):
        post(deps, public_room, stranger)
    with pytest.raises(NotAllowed):
        typing_notices.announce_typing(deps, actor_id=stranger.id, room_id=public_room.id)
    members.join_room(deps, actor_id=stranger.id, room_id=public_room.id)
    assert post(deps, public_room, stranger)


def test_a_public_room_is_closed_to_a_deactivated_account(
    deps: Deps, public_room: Place, deactivated: Someone, stranger: Someone
) -> None:
    assert rooms.open_room(deps, actor_id=stranger.id, slug=public_room.slug)
    with pytest.raises(RoomUnavailable):
        rooms.open_room(deps, actor_id=deactivated.id, slug=public_room.slug)
    with pytest.raises(RoomUnavailable):
        members.join_room(deps, actor_id=deactivated.id, room_id=public_room.id)


def test_a_private_room_cannot_be_joined_without_an_invitation(
    deps: Deps, private_room: Place, public_room: Place, stranger: Someone
) -> None:
    members.join_room(deps, actor_id=stranger.id, room_id=public_room.id)
    with pytest.raises(RoomUnavailable):
        members.join_room(deps, actor_id=stranger.id, room_id=private_room.id)


def listed(deps: Deps, who: Someone, query: str = "") -> set[int]:
    """The rooms of the directory that somebody finds with these words."""
    wanted = Wanted(query=query)
    page = directory.list_rooms(deps, actor_id=who.id, wanted=wanted, limit=1000)
    return {room.facts.id for room in page.rooms}


def test_the_directory_lists_public_rooms_only(
    deps: Deps, private_room: Place, public_room: Place, stranger: Someone, member: Someone
) -> None:
    for actor in (stranger, member):
        ids = listed(deps, actor)
        assert public_room.id in ids
        assert private_room.id not in ids
    mine = room_lists.list_my_rooms(deps, actor_id=member.id)
    assert [facts.id for facts in mine] == [private_room.id]
    assert room_lists.list_my_rooms(deps, actor_id=stranger.id) == []


def test_no_words_find_a_private_room(
    deps: Deps, private_room: Place, public_room: Place, stranger: Someone
) -> None:
    assert public_room.id in listed(deps, stranger, public_room.slug)
    assert listed(deps, stranger, "hidden place") == set()


@pytest.mark.parametrize("query", ["%", "_", "\\", "\x00", "\ud800", "' OR 1=1 --", "a" * 10**5])
def test_any_words_can_be_looked_for(deps: Deps, stranger: Someone, query: str) -> None:
    assert isinstance(listed(deps, stranger, query), set)


def test_an_archived_room_leaves_the_directory(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    assert public_room.id in listed(deps, stranger)
    rooms.set_archived(deps, actor_id=owner.id, room_id=public_room.id, is_archived=True)
    assert public_room.id not in listed(deps, stranger)
    with pytest.raises(RoomArchived):
        members.join_room(deps, actor_id=stranger.id, room_id=public_room.id)


def test_administrators_see_no_private_room_either(
    deps: Deps, private_room: Place, admin: Someone, member: Someone
) -> None:
    assert rooms.open_room(deps, actor_id=member.id, slug=private_room.slug)
    with pytest.raises(RoomUnavailable):
        rooms.open_room(deps, actor_id=admin.id, slug=private_room.slug)


def test_a_room_made_private_is_closed_to_visitors_and_open_to_members(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    visitor = sign_up(deps, "visitor")
    members.join_room(deps, actor_id=stranger.id, room_id=public_room.id)
    assert rooms.open_room(deps, actor_id=visitor.id, slug=public_room.slug)
    draft = RoomDraft(name=unique("Closed"), is_private=True)
    rooms.edit_room(deps, actor_id=owner.id, room_id=public_room.id, draft=draft)
    assert rooms.open_room(deps, actor_id=stranger.id, slug=public_room.slug).role is Role.MEMBER
    with pytest.raises(RoomUnavailable):
        rooms.open_room(deps, actor_id=visitor.id, slug=public_room.slug)


def test_rooms_of_one_name_made_at_once_get_addresses_of_their_own(
    deps: Deps, owner: Someone
) -> None:
    draft = RoomDraft(name=unique("Same name"))
    made = at_once(
        [lambda: rooms.create_room(deps, actor_id=owner.id, draft=draft) for _ in range(5)]
    )
    assert len({facts.slug for facts in made}) == 5  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "draft",
    [
        RoomDraft(name=""),
        RoomDraft(name=" \u200b"),
        RoomDraft(name="x" * 81),
        RoomDraft(name="\ud800"),
        RoomDraft(name="fine", description="x" * 1001),
        RoomDraft(name="fine", topic="x" * 201),
        RoomDraft(name="fine", tags=" ".join(f"t{i}" for i in range(9))),
        RoomDraft(name=5),  # type: ignore[arg-type]
    ],
)
def test_a_room_that_cannot_be_described_so_is_not_made(
    deps: Deps, owner: Someone, draft: RoomDraft
) -> None:
    assert rooms.create_room(deps, actor_id=owner.id, draft=RoomDraft(name="fine"))
    before = len(room_lists.list_my_rooms(deps, actor_id=owner.id))
    with pytest.raises(ChatError) as refused:
        rooms.create_room(deps, actor_id=owner.id, draft=draft)
    assert refused.value.code == "invalid_input"
    assert len(room_lists.list_my_rooms(deps, actor_id=owner.id)) == before
