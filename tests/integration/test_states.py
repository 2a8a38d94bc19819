"""Handlers called as any client may call them: in any order, with any arguments, by anybody."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from blockbuster import BlockingError

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError, NotSignedIn, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.runtime import runtime
from chatrooms.live.wire import SocketGone
from chatrooms.services import accounts, history, members, sessions
from chatrooms.state import mishaps, screens
from chatrooms.state.admin import AdminState
from chatrooms.state.discover import DiscoverState
from chatrooms.state.invitation import InvitationState
from chatrooms.state.new_room import NewRoomState
from chatrooms.state.outbox import OutboxState
from chatrooms.state.pins import PinsState
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.saved import SavedState
from chatrooms.state.search import SearchState
from chatrooms.state.session import SessionState
from chatrooms.state.settings import SettingsState
from chatrooms.state.sidebar import SidebarState
from chatrooms.state.sign_in import SignInState, SignUpState
from chatrooms.state.thread import ThreadState
from chatrooms.state.threads import ThreadsState
from chatrooms.state.topics import TopicsState
from tests.support.eventually import eventually
from tests.support.people import PASSWORD, Place, Someone, deactivate, post, sign_up, with_settings
from tests.support.tabs import BrowserTab, nothing_blocks
from tests.support.web import WebProcess

SECRET = "What only members read"
ODD: list[Any] = [None, "x", -1, 2**63, 2**80, 1.5, True, [], {}, {"room_id": 1}, "\ud800", "\x00"]

Opened = Callable[..., Any]


@pytest.fixture
def open_tab(web: WebProcess) -> Opened:
    """Opens a tab of somebody, or of nobody, at an address."""

    async def open_at(who: Someone | None, path: str) -> BrowserTab:
        token = who.token if who else ""
        return BrowserTab(web, await web.connect(), token=token, path=path)

    return open_at


@pytest.fixture
def secret_id(deps: Deps, private_room: Place, owner: Someone) -> int:
    """A message in the private room."""
    return post(deps, private_room, owner, SECRET)


def at(room: Place) -> str:
    return f"/rooms/{room.slug}"


def form(room: Place, body: str = "Hello", client_id: str = "c1", **more: Any) -> dict[str, Any]:
    return {"room_id": room.id, "body": body, "client_id": client_id, **more}


# The ordinary way


async def test_a_member_opens_a_room_writes_and_reads(
    deps: Deps, open_tab: Opened, private_room: Place, secret_id: int, member: Someone
) -> None:
    tab = await open_tab(member, at(private_room))
    await tab.call(SessionState.require_sign_in)
    await tab.call(RoomState.open_room)
    assert tab.state(RoomState).status == "open"
    assert tab.state(RoomState).rights.can_post
    assert tab.screen.bodies == [SECRET]
    await tab.call(RoomState.start_quote, secret_id)
    assert tab.state(RoomState).reply_to_text == SECRET
    await tab.call(OutboxState.send, form(private_room, "An answer", reply_to_id=secret_id))
    await eventually(lambda: tab.screen.bodies == [SECRET, "An answer"], what="it is shown")
    mine = tab.screen.rows[-1]["id"]
    await tab.call(RoomState.start_edit, mine)
    await tab.call(RoomState.save_edit, {"body": "Better"})
    await eventually(lambda: tab.screen.bodies == [SECRET, "Better"], what="the edit is shown")
    await tab.call(RoomState.notify_typing)
    await tab.call(RoomState.delete, mine)
    await eventually(lambda: tab.screen.bodies == [SECRET, ""], what="the text is gone")


async def test_scrolling_back_brings_all_history_without_a_gap(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone
) -> None:
    await off_loop(lambda: [post(deps, private_room, owner, f"{n}") for n in range(160)])
    tab = await open_tab(owner, at(private_room))
    await tab.call(RoomState.open_room)
    while tab.screen.read().vars["has_older"]:
        await tab.call(RoomState.load_older)
    assert tab.screen.bodies == [f"{n}" for n in range(160)]
    await off_loop(post, deps, private_room, owner, "new")
    await eventually(lambda: tab.screen.bodies[-1] == "new", what="it is shown")
    assert len(tab.screen.bodies) == 161


async def test_a_permalink_shows_the_room_around_a_message_and_leads_back(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone
) -> None:
    ids = await off_loop(lambda: [post(deps, private_room, owner, f"{n}") for n in range(400)])
    tab = await open_tab(owner, f"{at(private_room)}?message={ids[50]}")
    await tab.call(RoomState.open_room)
    assert "50" in tab.screen.bodies
    assert tab.state(RoomState).target_id == ids[50]
    assert tab.screen.vars["has_newer"]
    while tab.screen.read().vars["has_newer"]:
        before = tab.screen.bodies[-1]
        await tab.call(RoomState.load_newer)
        shown = [int(body) for body in tab.screen.bodies]
        assert shown == list(range(shown[0], shown[-1] + 1))
        assert not tab.screen.vars["has_newer"] or tab.screen.bodies[-1] != before
    assert tab.screen.bodies[-1] == "399"
    await tab.call(RoomState.jump_to, ids[0])
    assert tab.screen.bodies[0] == "0"
    await tab.call(RoomState.jump_to_latest)
    assert tab.screen.bodies[-1] == "399"


async def test_a_reconnect_shows_the_same_stretch_of_the_past_again(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone
) -> None:
    await off_loop(lambda: [post(deps, private_room, owner, f"{n}") for n in range(200)])
    tab = await open_tab(owner, at(private_room))
    await tab.call(RoomState.open_room)
    await tab.call(RoomState.load_older)
    before = tab.screen.bodies
    await tab.call(SessionState.require_sign_in)
    await off_loop(post, deps, private_room, owner, "meanwhile")
    await tab.call(RoomState.open_room)
    assert tab.screen.bodies == [*before, "meanwhile"]


# Whoever may not


async def outsider(
    kind: str, deps: Deps, open_tab: Opened, people: dict[str, Someone], room: Place
) -> BrowserTab:
    return await open_tab(people.get(kind), at(room))


@pytest.fixture
def people(stranger: Someone, removed: Someone, deactivated: Someone) -> dict[str, Someone]:
    return {"stranger": stranger, "removed": removed, "deactivated": deactivated}


def room_calls(room: Place, message_id: int) -> list[tuple[Any, tuple[Any, ...]]]:
    return [
        (OutboxState.send, (form(room),)),
        (RoomState.open_room, ()),
        (RoomState.refresh, ()),
        (RoomState.load_older, ()),
        (RoomState.load_newer, ()),
        (RoomState.jump_to, (message_id,)),
        (RoomState.jump_to_latest, ()),
        (RoomState.start_quote, (message_id,)),
        (RoomState.start_edit, (message_id,)),
        (RoomState.save_edit, ({"body": "x"},)),
        (RoomState.delete, (message_id,)),
        (RoomState.notify_typing, ()),
        (RoomState.join, ()),
        (RoomState.leave, ()),
        (ThreadState.open, (message_id,)),
        (ThreadState.restore, ()),
        (ThreadState.load_older, ()),
        (ThreadState.note_read, ()),
        (ThreadState.set_following, (True,)),
        (PinsState.load, ()),
        (PinsState.show, ()),
        (PinsState.set_pinned, (message_id, True)),
        (SavedState.set_saved, (message_id, True)),
        (SavedState.forget, (room.id, message_id)),
        (SavedState.show, ()),
        (ThreadsState.show, ()),
        (RoomInfoState.show, ()),
        (RoomInfoState.refresh, ()),
        (RoomInfoState.load_more_members, ()),
        (RoomInfoState.save_room, ({"name": "Taken over"},)),
        (RoomInfoState.set_archived, (True,)),
        (RoomInfoState.remove_member, (1,)),
        (RoomInfoState.change_role, (1, "owner")),
        (RoomInfoState.accept, (1,)),
        (RoomInfoState.decline, (1,)),
        (RoomInfoState.create_invitation, ()),
        (RoomInfoState.revoke_invitation, (1,)),
    ]


async def answer(tab: BrowserTab, handler: Any, *args: Any) -> str:
    """The code of the error that a handler answers with; empty if it answers with none."""
    try:
        await tab.call(handler, *args)
    except ChatError as error:
        return error.code
    return ""


@pytest.mark.parametrize("kind", ["nobody", "stranger", "removed", "deactivated"])
async def test_no_handler_shows_or_changes_a_room_that_the_caller_cannot_read(
    deps: Deps,
    web: WebProcess,
    open_tab: Opened,
    people: dict[str, Someone],
    private_room: Place,
    secret_id: int,
    member: Someone,
    kind: str,
) -> None:
    watching = await open_tab(member, at(private_room))
    await watching.call(RoomState.open_room)
    assert watching.screen.bodies == [SECRET]
    before = await off_loop(history.load_view, deps, room_id=private_room.id)

    tab = await outsider(kind, deps, open_tab, people, private_room)
    # As if the state of an earlier time, or of another server, named the room.
    tab.state(RoomState)._room_id = private_room.id
    for handler, args in room_calls(private_room, secret_id):
        assert await answer(tab, handler, *args) in (
            "",
            "not_signed_in",
            "room_unavailable",
            "message_unavailable",
        )
        tab.state(RoomState)._room_id = private_room.id
    assert tab.screen.is_empty
    assert SECRET not in "".join(tab.screen.packets)
    assert SECRET not in str(tab.state(RoomState).dict())
    info = tab.state(RoomInfoState)
    assert (info.members, info.requests, info.invitations, info.invitation_url) == ([], [], [], "")
    listed = (tab.state(PinsState).pins, tab.state(SavedState).messages)
    assert (*listed, tab.state(ThreadsState).threads) == ([], [], [])
    assert await off_loop(history.load_view, deps, room_id=private_room.id) == before


async def test_a_room_open_in_one_tab_gives_no_right_in_another_room(
    deps: Deps, open_tab: Opened, private_room: Place, public_room: Place, stranger: Someone
) -> None:
    await off_loop(members.join_room, deps, actor_id=stranger.id, room_id=public_room.id)
    tab = await open_tab(stranger, at(public_room))
    await tab.call(RoomState.open_room)
    await tab.call(OutboxState.send, form(public_room, client_id="good"))
    await tab.call(OutboxState.send, form(private_room, client_id="bad"))
    assert [row.client_id for row in tab.state(OutboxState).refused] == ["bad"]
    view = await off_loop(history.load_view, deps, room_id=private_room.id)
    assert view.messages == ()


async def test_every_handler_that_needs_an_account_refuses_without_one(open_tab: Opened) -> None:
    tab = await open_tab(None, "/")
    for handler, args in (
        (SidebarState.load, ()),
        (DiscoverState.load, ()),
        (DiscoverState.search, ("x",)),
        (DiscoverState.join, ("x",)),
        (SettingsState.load, ()),
        (SettingsState.change_password, ({"current": "a", "new": "b"},)),
        (SettingsState.end_session, (1,)),
        (SettingsState.end_other_sessions, ()),
        (AdminState.load, ()),
        (AdminState.search, ("a",)),
        (AdminState.load_more, ()),
        (AdminState.set_active, (1, False)),
        (InvitationState.load, ()),
        (InvitationState.accept, ()),
        (NewRoomState.create, ({"name": "x"},)),
        (TopicsState.load, ()),
        (TopicsState.add, ({"name": "x"},)),
        (TopicsState.save, ({"name": "x"},)),
        (TopicsState.delete, (1,)),
        (RoomState.request_to_join, ()),
        (ThreadsState.show, ()),
        (ThreadsState.refresh, ()),
        (ThreadsState.load_more, ()),
        (SavedState.show, ()),
        (SavedState.load_more, ()),
        (SavedState.forget, (1, 1)),
    ):
        with pytest.raises(NotSignedIn):
            await tab.call(handler, *args)


async def test_a_deactivated_account_can_do_nothing_more_at_once(
    deps: Deps, web: WebProcess, open_tab: Opened, public_room: Place, admin: Someone
) -> None:
    ann = await off_loop(sign_up, deps, "ann")
    tab = await open_tab(ann, at(public_room))
    await tab.call(RoomState.open_room)
    assert tab.screen.read().vars["room"]["id"] == public_room.id
    await off_loop(deactivate, deps, admin, ann)
    await eventually(lambda: tab.screen.is_empty, what="the screen is emptied")
    for handler in (RoomState.open_room, RoomState.join, SidebarState.load):
        with pytest.raises(NotSignedIn):
            await tab.call(handler)


async def test_an_event_whose_connection_broke_leads_nobody_to_the_sign_in_page(
    open_tab: Opened, web: WebProcess, public_room: Place, stranger: Someone
) -> None:
    tab = await open_tab(stranger, at(public_room))
    await tab.call(SessionState.require_sign_in)
    await tab.call(RoomState.open_room)
    await tab.call(RoomState.load_older)
    await web.disconnect(tab.screen)
    for handler in (SessionState.require_sign_in, RoomState.load_older, RoomState.open_room):
        with pytest.raises(SocketGone) as gone:
            await tab.call(handler)
        assert mishaps.tell(gone.value) is None
    assert "/sign-in" in str(mishaps.tell(NotSignedIn()))


async def test_only_administrators_read_the_list_of_accounts(
    deps: Deps, open_tab: Opened, admin: Someone, stranger: Someone
) -> None:
    for who, allowed in ((admin, True), (stranger, False)):
        tab = await open_tab(who, "/admin")
        await tab.call(AdminState.load)
        assert tab.state(AdminState).is_allowed is allowed
        assert bool(tab.state(AdminState).accounts) is allowed
    with pytest.raises(ChatError):
        await tab.call(AdminState.search, "admin")
    with pytest.raises(ChatError):
        await tab.call(AdminState.set_active, admin.id, False)
    found = await off_loop(accounts.list_accounts, deps, actor_id=admin.id, query=admin.username)
    assert found[0].is_active


async def test_access_that_is_lost_between_the_check_and_the_grant_is_not_granted(
    deps: Deps,
    web: WebProcess,
    open_tab: Opened,
    private_room: Place,
    secret_id: int,
    owner: Someone,
    member: Someone,
) -> None:
    tab = await open_tab(member, at(private_room))
    await web.hub.live.open(private_room.id)
    real_get = web.identities.get
    asked = 0

    async def lose_access_meanwhile(cookie: str) -> Any:
        nonlocal asked
        asked += 1
        found = await real_get(cookie)
        if asked == 2:
            await off_loop(
                members.remove_member,
                deps,
                actor_id=owner.id,
                room_id=private_room.id,
                account_id=member.id,
            )
        return found

    web.identities.get = lose_access_meanwhile  # type: ignore[method-assign]
    await tab.call(RoomState.open_room)
    assert asked >= 2
    assert tab.state(RoomState).status == "unavailable"
    assert tab.screen.is_empty
    assert SECRET not in "".join(tab.screen.packets)


async def test_a_check_made_before_access_changed_is_made_again(
    deps: Deps,
    web: WebProcess,
    open_tab: Opened,
    private_room: Place,
    secret_id: int,
    member: Someone,
) -> None:
    tab = await open_tab(member, at(private_room))
    real_look_up = screens.look_up
    checks = 0

    async def change_after_check(state: Any, slug: str) -> Any:
        nonlocal checks
        access = await real_look_up(state, slug)
        checks += 1
        if checks == 2:
            web.hub.access_epoch += 1
        return access

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screens, "look_up", change_after_check)
        await tab.call(RoomState.open_room)
    assert checks == 4
    assert tab.screen.bodies == [SECRET]


# Anything at all as an argument


@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_arguments_of_any_type_are_refused_in_words(
    open_tab: Opened, private_room: Place, secret_id: int, owner: Someone, odd: Any
) -> None:
    tab = await open_tab(owner, at(private_room))
    await tab.call(RoomState.open_room)
    for handler, args in (
        (OutboxState.send, (odd,)),
        (OutboxState.send, ({"room_id": odd, "body": odd, "client_id": odd, "reply_to_id": odd},)),
        (RoomState.jump_to, (odd,)),
        (RoomState.start_quote, (odd,)),
        (ThreadState.open, (odd,)),
        (ThreadState.set_following, (odd,)),
        (PinsState.set_pinned, (odd, odd)),
        (SavedState.set_saved, (odd, odd)),
        (SavedState.forget, (odd, odd)),
        (RoomState.start_edit, (odd,)),
        (RoomState.save_edit, (odd,)),
        (RoomState.save_edit, ({"body": odd},)),
        (RoomState.delete, (odd,)),
        (RoomInfoState.save_room, (odd,)),
        (RoomInfoState.save_room, ({"name": odd, "tags": odd, "private": odd},)),
        (RoomInfoState.remove_member, (odd,)),
        (RoomInfoState.change_role, (odd, odd)),
        (RoomInfoState.accept, (odd,)),
        (RoomInfoState.decline, (odd,)),
        (RoomInfoState.revoke_invitation, (odd,)),
        (DiscoverState.search, (odd,)),
        (DiscoverState.join, (odd,)),
        (DiscoverState.choose_topic, (odd,)),
        (DiscoverState.choose_tag, (odd,)),
        (DiscoverState.choose_sort, (odd,)),
        (DiscoverState.show_topic, (odd,)),
        (DiscoverState.show_tag, (odd,)),
        (SearchState.sort, (odd,)),
        (TopicsState.add, ({"name": odd, "parent": odd},)),
        (TopicsState.edit, (odd,)),
        (TopicsState.save, ({"name": odd, "parent": odd},)),
        (TopicsState.delete, (odd,)),
        (SettingsState.end_session, (odd,)),
        (SettingsState.change_password, (odd,)),
        (NewRoomState.create, (odd,)),
        (NewRoomState.set_open, (odd,)),
        (NewRoomState.show, (odd,)),
        (NewRoomState.type_name, (odd,)),
        (NewRoomState.choose, (odd,)),
        (RoomInfoState.choose_parent, (odd,)),
        (SignInState.submit, (odd,)),
        (SignInState.submit, ({"username": odd, "password": odd},)),
        (SignUpState.submit, (odd,)),
        (SignUpState.submit, ({"username": odd, "email": odd, "password": odd},)),
    ):
        try:
            await tab.call(handler, *args)
        except ChatError:
            continue
    await tab.call(RoomState.open_room)
    assert SECRET in tab.screen.bodies


async def test_handlers_called_before_any_other_refuse_in_words(
    open_tab: Opened, private_room: Place, secret_id: int, owner: Someone
) -> None:
    for handler, args in room_calls(private_room, secret_id):
        if handler in (RoomInfoState.set_archived, RoomInfoState.save_room):
            continue
        tab = await open_tab(owner, "/")
        try:
            await tab.call(handler, *args)
        except ChatError:
            continue


# Signing in and out


async def test_a_sign_in_leads_through_the_ticket_route_and_stays_on_this_site(
    open_tab: Opened, stranger: Someone
) -> None:
    good = {"username": stranger.username, "password": PASSWORD}
    tab = await open_tab(None, "/sign-in?next=//evil.example")
    events = await tab.call(SignInState.submit, good)
    sent = str(events[-1])
    assert "/session/enter?ticket=" in sent
    assert "evil" not in sent
    await tab.call(SignInState.submit, good | {"password": "a wrong password"})
    state = tab.state(SignInState)
    assert (state.error, state.is_busy) == ("That name and password do not match.", False)
    state.is_busy = True
    await tab.call(SignInState.begin)
    assert (state.error, state.is_busy) == ("", False)


async def test_signing_out_ends_the_session(
    deps: Deps, open_tab: Opened, stranger: Someone
) -> None:
    tab = await open_tab(stranger, "/")
    await tab.call(SessionState.load)
    assert tab.state(SessionState).is_signed_in
    await tab.call(SessionState.sign_out)
    with pytest.raises(NotSignedIn):
        await off_loop(sessions.get_signed_in, deps, token=stranger.token)


async def test_at_a_high_rate_the_text_is_kept_and_the_reason_told(
    deps: Deps, open_tab: Opened, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    limited = replace(web.parts, deps=with_settings(web.deps, messages_per_minute=2))
    runtime().parts.append(limited)
    try:
        tab = await open_tab(owner, at(private_room))
        await tab.call(RoomState.open_room)
        for number in range(4):
            await tab.call(OutboxState.send, form(private_room, client_id=f"c{number}"))
    finally:
        runtime().parts.remove(limited)
    refused = tab.state(OutboxState).refused
    assert [row.client_id for row in refused] == ["c2", "c3"]
    assert "Please wait a moment" in refused[0].reason


async def test_an_unreadable_room_and_none_at_all_look_alike(
    open_tab: Opened, private_room: Place, stranger: Someone
) -> None:
    shown = []
    for path in (at(private_room), "/rooms/no-such-room"):
        tab = await open_tab(stranger, path)
        await tab.call(RoomState.open_room)
        values = tab.state(RoomState).dict()
        shown.append(values)
        with pytest.raises(RoomUnavailable):
            await tab.call(RoomInfoState.show)
    assert str(shown[0]) == str(shown[1])


async def test_the_detector_notices_a_service_that_is_called_on_the_loop(
    deps: Deps, stranger: Someone
) -> None:
    with nothing_blocks(deps), pytest.raises(BlockingError):
        sessions.get_signed_in(deps, token=stranger.token)
    assert await off_loop(sessions.get_signed_in, deps, token=stranger.token)
