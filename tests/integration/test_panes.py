"""The right side of a room shows one thing at a time."""

from collections.abc import AsyncIterator

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.live.offload import off_loop
from chatrooms.services import members
from chatrooms.state.pane import PaneState
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from tests.support.people import Place, Someone, sign_up, with_settings
from tests.support.tabs import BrowserTab, serving
from tests.support.web import WebProcess, web_process


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with web_process(with_settings(deps, heal_interval_s=0.2, tick_ms=5)) as process:
        with serving(process):
            yield process


async def open_room(web: WebProcess, who: Someone, room: Place) -> BrowserTab:
    """A tab of somebody in which the room is open."""
    tab = BrowserTab(web, await web.connect(), token=who.token, path=f"/rooms/{room.slug}")
    await tab.call(RoomState.open_room)
    return tab


async def test_members_are_listed_and_followed_only_while_their_pane_is_open(
    deps: Deps, web: WebProcess, public_room: Place, owner: Someone
) -> None:
    tab = await open_room(web, owner, public_room)
    await tab.call(RoomInfoState.show)
    assert tab.state(PaneState).name == "info"
    assert web.tab(tab.screen).has_info_open
    joined = await off_loop(sign_up, deps, "joined")
    await off_loop(members.join_room, deps, actor_id=joined.id, room_id=public_room.id)
    await tab.call(RoomInfoState.refresh)
    assert {row.person.id for row in tab.state(RoomInfoState).members} == {owner.id, joined.id}
    await tab.call(PaneState.close)
    assert tab.state(PaneState).name == ""
    assert not web.tab(tab.screen).has_info_open
    await off_loop(members.leave_room, deps, actor_id=joined.id, room_id=public_room.id)
    await tab.call(RoomInfoState.refresh)
    assert len(tab.state(RoomInfoState).members) == 2
    assert not web.tab(tab.screen).has_info_open
