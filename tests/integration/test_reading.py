"""Read markers: where one goes on reading, and what every side bar says is unread."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError, MessageUnavailable, NotAllowed, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services import hearing, history, members, reading, room_lists
from chatrooms.services.reading import Place as ReadingPlace
from chatrooms.state import screens
from chatrooms.state.live import ReaderState
from chatrooms.state.room import RoomState
from chatrooms.state.session import SessionState
from chatrooms.state.sidebar import SidebarState
from tests.support.eventually import eventually
from tests.support.inspect import counted_queries
from tests.support.people import (
    Place,
    Someone,
    bring_in,
    make_room,
    post,
    sign_in_again,
    sign_up,
    with_settings,
)
from tests.support.tabs import BrowserTab, serving
from tests.support.web import WebProcess, web_process

Opened = Callable[..., Any]


def unread(deps: Deps, who: Someone, room: Place) -> int:
    """What the side bar says of a room when it is loaded."""
    (mine,) = [r for r in room_lists.list_my_rooms(deps, actor_id=who.id) if r.id == room.id]
    return mine.message_count - mine.read_ordinal


def read_to(deps: Deps, who: Someone, room: Place, message_id: int) -> None:
    reading.mark_read_to(deps, actor_id=who.id, room_id=room.id, message_id=message_id)


def unread_from(deps: Deps, who: Someone, room: Place, message_id: int) -> ReadingPlace:
    return reading.mark_unread_from(deps, actor_id=who.id, room_id=room.id, message_id=message_id)


def place(deps: Deps, who: Someone, room: Place) -> ReadingPlace:
    return reading.find_place(deps, actor_id=who.id, room_id=room.id)


# The marker


def test_what_others_say_is_unread_and_what_i_say_is_not(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    first = post(deps, private_room, owner)
    post(deps, private_room, owner)
    assert unread(deps, member, private_room) == 2
    assert unread(deps, owner, private_room) == 0
    assert place(deps, member, private_room) == ReadingPlace(first, 2)
    post(deps, private_room, member)
    assert unread(deps, member, private_room) == 0
    assert place(deps, member, private_room) == ReadingPlace(0, 0)


def test_replies_in_a_thread_are_not_unread_in_the_room(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, member)
    post(deps, private_room, owner, thread=root)
    assert unread(deps, member, private_room) == 0
    with pytest.raises(MessageUnavailable):
        read_to(deps, member, private_room, post(deps, private_room, owner, thread=root))


@pytest.mark.parametrize("way", ["invitation", "join", "join again"])
def test_a_newcomer_has_nothing_unread(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone, way: str
) -> None:
    for _ in range(3):
        post(deps, public_room, owner)
    if way == "invitation":
        bring_in(deps, public_room, by=owner, who=stranger)
    else:
        members.join_room(deps, actor_id=stranger.id, room_id=public_room.id)
    if way == "join again":
        members.leave_room(deps, actor_id=stranger.id, room_id=public_room.id)
        post(deps, public_room, owner)
        members.join_room(deps, actor_id=stranger.id, room_id=public_room.id)
    assert unread(deps, stranger, public_room) == 0
    said = post(deps, public_room, owner)
    assert place(deps, stranger, public_room) == ReadingPlace(said, 1)


def test_a_marker_moves_forward_only(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    said = [post(deps, private_room, owner) for _ in range(4)]
    read_to(deps, member, private_room, said[2])
    assert place(deps, member, private_room) == ReadingPlace(said[3], 1)
    read_to(deps, member, private_room, said[0])
    assert place(deps, member, private_room) == ReadingPlace(said[3], 1)


def test_marking_unread_moves_it_back(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    said = [post(deps, private_room, owner) for _ in range(4)]
    read_to(deps, member, private_room, said[3])
    assert unread_from(deps, member, private_room, said[1]) == ReadingPlace(said[1], 3)
    assert place(deps, member, private_room) == ReadingPlace(said[1], 3)
    assert unread(deps, owner, private_room) == 0


@pytest.mark.parametrize("who", ["stranger", "removed", "deactivated"])
def test_only_those_who_may_read_a_room_have_a_place_in_it(
    deps: Deps, private_room: Place, owner: Someone, who: str, request: pytest.FixtureRequest
) -> None:
    actor: Someone = request.getfixturevalue(who)
    said = post(deps, private_room, owner)
    for call in (read_to, unread_from):
        with pytest.raises(RoomUnavailable):
            call(deps, actor, private_room, said)
    with pytest.raises(RoomUnavailable):
        place(deps, actor, private_room)


def test_a_visitor_reads_without_a_marker(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    said = post(deps, public_room, owner)
    assert place(deps, stranger, public_room) == ReadingPlace(0, 0)
    read_to(deps, stranger, public_room, said)
    with pytest.raises(NotAllowed):
        unread_from(deps, stranger, public_room, said)


def test_a_message_of_another_room_marks_nothing(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    elsewhere = make_room(deps, owner)
    said, other = post(deps, private_room, owner), post(deps, elsewhere, owner)
    for odd in (other, -1, 2**70, 0):
        for call in (read_to, unread_from):
            with pytest.raises(ChatError):
                call(deps, member, private_room, odd)
    assert place(deps, member, private_room) == ReadingPlace(said, 1)


def test_only_members_are_marked_by_the_hub(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, removed: Someone
) -> None:
    post(deps, private_room, owner)
    newest = history.load_view(deps, room_id=private_room.id).messages[-1]
    reading.mark_read(
        deps,
        room_id=private_room.id,
        account_ids=[member.id, removed.id],
        position=newest.position,
        ordinal=newest.ordinal,
        are_following=True,
    )
    assert unread(deps, member, private_room) == 0
    assert room_lists.list_my_rooms(deps, actor_id=removed.id) == []


def test_the_side_bar_costs_the_same_for_one_room_and_for_thirty(deps: Deps) -> None:
    someone, other = sign_up(deps), sign_up(deps)

    def cost() -> int:
        with counted_queries(deps) as statements:
            room_lists.list_my_rooms(deps, actor_id=someone.id)
        return len(statements)

    make_room(deps, someone)
    with_one = cost()
    for _ in range(29):
        room = bring_in_room(deps, other, someone)
        post(deps, room, other)
    assert cost() == with_one == 2


def bring_in_room(deps: Deps, owner: Someone, who: Someone) -> Place:
    room = make_room(deps, owner)
    bring_in(deps, room, by=owner, who=who)
    return room


# Side bars


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with web_process(with_settings(deps, tick_ms=5)) as process:
        await eventually(lambda: process.listener._pubsub, what="it listens")
        with serving(process):
            yield process


@pytest.fixture
def open_tab(web: WebProcess) -> Opened:
    async def open_at(who: Someone, path: str = "/") -> BrowserTab:
        tab = BrowserTab(web, await web.connect(), token=who.token, path=path)
        await visit(tab)
        return tab

    return open_at


async def visit(tab: BrowserTab) -> None:
    """Load the page that the tab is at."""
    await tab.call(SessionState.require_sign_in)
    await tab.call(SidebarState.load)
    is_room = tab.state(RoomState).router.url.path.startswith("/rooms/")
    await tab.call(RoomState.open_room if is_room else RoomState.leave_page)


def counts(tab: BrowserTab) -> dict[str, int]:
    return tab.screen.read().vars.get("unread", {})


def at(room: Place) -> str:
    return f"/rooms/{room.slug}"


async def expect_unread(tab: BrowserTab, room: Place, count: int) -> None:
    wanted = {str(room.id): count} if count else {}
    await eventually(lambda: counts(tab) == wanted, what=f"{count} are unread")


async def test_every_tab_hears_of_messages_in_rooms_that_nobody_here_looks_at(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    tabs = [await open_tab(member), await open_tab(await off_loop(sign_in_again, deps, member))]
    mine = await open_tab(owner)
    for _ in range(3):
        await off_loop(post, deps, private_room, owner)
    for tab in tabs:
        await expect_unread(tab, private_room, 3)
    assert counts(mine) == {}
    await off_loop(post, deps, private_room, member)
    for tab in tabs:
        await expect_unread(tab, private_room, 0)
    await expect_unread(mine, private_room, 1)


async def test_in_a_muted_room_nothing_counts_as_unread_until_one_hears_of_it_again(
    deps: Deps,
    open_tab: Opened,
    private_room: Place,
    owner: Someone,
    member: Someone,
    moderator: Someone,
) -> None:
    async def choose(notify: str) -> None:
        where = {"actor_id": member.id, "room_id": private_room.id}
        await off_loop(hearing.set_notify, deps, **where, notify=notify)
        await tab.call(SidebarState.load)

    tab, other = await open_tab(member), await open_tab(moderator)
    await off_loop(post, deps, private_room, owner)
    await expect_unread(tab, private_room, 1)
    await choose("nothing")
    await expect_unread(tab, private_room, 0)
    await off_loop(post, deps, private_room, owner)
    await expect_unread(other, private_room, 2)
    assert counts(tab) == {}
    await choose("mentions")
    await expect_unread(tab, private_room, 2)


async def test_a_tab_of_a_stranger_hears_nothing(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    stranger = await off_loop(sign_up, deps)
    outside, inside = await open_tab(stranger), await open_tab(member)
    await off_loop(post, deps, private_room, owner)
    await expect_unread(inside, private_room, 1)
    assert counts(outside) == {}


async def test_who_follows_a_room_has_read_what_comes(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    reader, elsewhere = await open_tab(member, at(private_room)), await open_tab(member)
    await reader.call(ReaderState.follow)
    await off_loop(post, deps, private_room, owner)
    await eventually(lambda: unread(deps, member, private_room) == 0, what="it is stored as read")
    assert counts(reader) == {}
    assert counts(elsewhere) == {}
    await reader.call(ReaderState.stop_following)
    await off_loop(post, deps, private_room, owner)
    await expect_unread(elsewhere, private_room, 1)
    await expect_unread(reader, private_room, 1)


async def test_two_processes_agree_on_what_was_read(
    deps: Deps,
    web: WebProcess,
    open_tab: Opened,
    private_room: Place,
    owner: Someone,
    member: Someone,
) -> None:
    reader = await open_tab(member, at(private_room))
    async with web_process(web.deps) as other:
        await eventually(lambda: other.listener._pubsub, what="it listens")
        with serving(other):
            elsewhere = BrowserTab(other, await other.connect(), token=member.token, path="/")
            await visit(elsewhere)
        await off_loop(post, deps, private_room, owner)
        await expect_unread(elsewhere, private_room, 1)
        await reader.call(ReaderState.follow)
        await expect_unread(elsewhere, private_room, 0)


async def test_leaving_a_room_that_one_followed_marks_what_was_seen(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    await off_loop(post, deps, private_room, owner)
    tab = await open_tab(member, at(private_room))
    await tab.call(ReaderState.follow)
    tab.go("/")
    await visit(tab)
    await eventually(lambda: unread(deps, member, private_room) == 0, what="it is stored as read")


async def test_marking_unread_shows_in_every_tab_and_is_not_undone_by_one_that_follows(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    said = [await off_loop(post, deps, private_room, owner) for _ in range(3)]
    one, two = await open_tab(member, at(private_room)), await open_tab(member, at(private_room))
    for tab in (one, two):
        await tab.call(ReaderState.follow)
    await eventually(lambda: unread(deps, member, private_room) == 0, what="it is stored as read")
    await one.call(ReaderState.mark_unread, said[1])
    for tab in (one, two):
        await expect_unread(tab, private_room, 2)
    assert one.screen.read().vars["new_from"] == said[1]
    assert one.screen.vars["new_count"] == 2
    await off_loop(post, deps, private_room, owner)
    for tab in (one, two):
        await expect_unread(tab, private_room, 3)


async def test_reading_further_up_marks_as_far_as_one_came(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    said = [await off_loop(post, deps, private_room, owner) for _ in range(3)]
    tab = await open_tab(member, at(private_room))
    await expect_unread(tab, private_room, 3)
    await tab.call(ReaderState.see, {"message_id": str(said[1])})
    await expect_unread(tab, private_room, 1)
    for odd in ({}, None, {"message_id": "x"}):
        with pytest.raises(MessageUnavailable):
            await tab.call(ReaderState.see, odd)


# Where one lands


async def test_a_room_opens_at_the_first_unread_message(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    await off_loop(post, deps, private_room, member)
    first = await off_loop(post, deps, private_room, owner)
    tab = await open_tab(member, at(private_room))
    assert tab.screen.read().vars["new_from"] == first
    assert tab.screen.vars["new_count"] == 1
    await off_loop(post, deps, private_room, owner)
    await visit(tab)
    assert tab.screen.read().vars["new_from"] == first, "the line stays while the room is open"
    await off_loop(post, deps, private_room, member)
    tab.go("/")
    await visit(tab)
    tab.go(at(private_room))
    await visit(tab)
    assert tab.screen.read().vars["new_from"] == 0


async def test_a_first_unread_message_far_back_is_on_the_screen(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    await off_loop(post, deps, private_room, member)
    said = [await off_loop(post, deps, private_room, owner) for _ in range(200)]
    tab = await open_tab(member, at(private_room))
    assert tab.screen.read().vars["new_from"] == said[0]
    shown = [row["id"] for row in tab.screen.rows]
    assert said[0] in shown
    assert said[-1] not in shown
    assert tab.screen.vars["has_newer"]
    await visit(tab)
    assert [row["id"] for row in tab.screen.rows] == shown


async def test_somebody_lands_there_also_if_access_changes_somewhere_meanwhile(
    deps: Deps,
    web: WebProcess,
    open_tab: Opened,
    private_room: Place,
    owner: Someone,
    member: Someone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await off_loop(post, deps, private_room, member)
    said = [await off_loop(post, deps, private_room, owner) for _ in range(200)]
    real_look_up, checks = screens.look_up, 0

    async def change_after_check(state: Any, slug: str) -> Any:
        nonlocal checks
        access = await real_look_up(state, slug)
        checks += 1
        if checks == 2:
            web.hub.access_epoch += 1
        return access

    monkeypatch.setattr(screens, "look_up", change_after_check)
    tab = await open_tab(member, at(private_room))
    assert checks == 4
    assert tab.screen.read().vars["new_from"] == said[0]
    assert said[0] in [row["id"] for row in tab.screen.rows]
    await expect_unread(tab, private_room, 200)
