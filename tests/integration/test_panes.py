"""The right side of a room shows one thing at a time."""

from chatrooms.bootstrap import Deps
from chatrooms.live.offload import off_loop
from chatrooms.services import members
from chatrooms.state.pane import PaneState
from chatrooms.state.room_info import RoomInfoState
from tests.support.people import Place, Someone, sign_up
from tests.support.tabs import open_room
from tests.support.web import WebProcess


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
