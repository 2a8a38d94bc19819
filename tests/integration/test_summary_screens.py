"""The room's summary and the catch-up on the screens of those who look at them."""

from collections.abc import AsyncIterator

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Outcome
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import decisions
from chatrooms.state.catch_up import CatchUpState
from chatrooms.state.pane import PaneState
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.room_summary import RoomSummaryState
from tests.support.assistant import carry_out
from tests.support.eventually import eventually
from tests.support.memory import asking, summarise_all
from tests.support.people import Place, Someone, have_read, make_room, post_many, with_settings
from tests.support.tabs import BrowserTab, open_room, serving_pages
from tests.support.web import WebProcess

SAID = ("Tables come by van", "Benches come by bike")


@pytest.fixture
async def pages(deps: Deps) -> AsyncIterator[WebProcess]:
    async with serving_pages(with_settings(deps, heal_interval_s=0.2)) as process:
        yield process


def asked_to_load(tab: BrowserTab) -> int:
    return sum(name.endswith("room_summary_state.load") for name in tab.screen.read().events)


async def test_open_info_panes_follow_the_summary(
    deps: Deps, pages: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    first, _ = await off_loop(post_many, deps, private_room, owner, SAID)
    looking = await open_room(pages, member, private_room)
    elsewhere = await open_room(pages, member, private_room)
    await looking.call(RoomInfoState.show)
    await looking.call(RoomSummaryState.load)
    shown = looking.state(RoomSummaryState)
    assert (shown.text, shown.sources) == ("", [])

    with asking(deps=deps) as (by_script, _):
        await off_loop(summarise_all, by_script, private_room)
    await eventually(lambda: asked_to_load(looking), what="its screen hears of it")
    await looking.call(RoomSummaryState.load)
    assert shown.text == f"- {SAID[0]} [1]\n- {SAID[1]} [2]"
    assert [each.text for each in shown.sources] == list(SAID)

    before = asked_to_load(looking)
    await off_loop(
        decisions.remove, deps, actor_id=owner.id, room_id=private_room.id, message_id=first
    )
    await eventually(lambda: asked_to_load(looking) > before, what="its screen hears of it")
    await looking.call(RoomSummaryState.load)
    assert shown.text == f"- {SAID[1]} [1]"
    assert asked_to_load(elsewhere) == 0


async def test_a_summary_is_shown_in_its_own_room_alone_and_not_from_before(
    deps: Deps, pages: WebProcess, private_room: Place, owner: Someone
) -> None:
    first, _ = await off_loop(post_many, deps, private_room, owner, SAID)
    other = await off_loop(make_room, deps, owner)
    with asking(deps=deps) as (by_script, _):
        await off_loop(summarise_all, by_script, private_room)
    tab = await open_room(pages, owner, private_room)
    await tab.call(RoomInfoState.show)
    await tab.call(RoomSummaryState.load)
    shown = tab.state(RoomSummaryState)
    assert (shown.room_id, len(shown.sources)) == (private_room.id, 2)

    await tab.call(PaneState.close)
    await off_loop(
        decisions.remove, deps, actor_id=owner.id, room_id=private_room.id, message_id=first
    )
    await tab.call(RoomInfoState.show)
    assert (shown.room_id, shown.text, shown.sources) == (0, "", [])
    await tab.call(RoomSummaryState.load)
    assert (shown.room_id, len(shown.sources)) == (private_room.id, 1)

    # What the page compares with the room that it shows.
    tab.go(f"/rooms/{other.slug}")
    await tab.call(RoomState.open_room)
    assert tab.screen.read().vars["room"]["id"] == other.id != shown.room_id
    await tab.call(RoomSummaryState.load)
    assert (shown.room_id, shown.text, shown.sources) == (other.id, "", [])
    await tab.call(PaneState.close)
    await tab.call(RoomSummaryState.load)
    assert shown.room_id == 0


async def test_somebody_is_told_what_they_missed_and_sees_it_again_in_another_tab(
    deps: Deps, pages: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    await off_loop(post_many, deps, private_room, owner, ["Known to everybody here already"])
    await off_loop(have_read, deps, private_room, member)
    first, _ = await off_loop(post_many, deps, private_room, owner, SAID)
    tab = await open_room(pages, member, private_room)
    await tab.call(CatchUpState.tell, "missed", str(first), "once")
    shown = tab.state(CatchUpState)
    assert (tab.state(PaneState).name, shown.turn.outcome) == ("catch_up", Outcome.RUNNING)
    await tab.call(CatchUpState.tell, "today", "2026", "twice")
    assert (shown.error, shown.stretch) != ("", "today")

    await off_loop(carry_out, deps, shown.turn.id)
    await tab.call(CatchUpState.load)
    assert (shown.turn.outcome, shown.stretch) == (Outcome.ANSWERED, "missed")
    assert "van" in shown.turn.answer
    assert "Known" not in shown.turn.answer
    other = await open_room(pages, member, private_room)
    await other.call(CatchUpState.show)
    assert other.state(CatchUpState).turn == shown.turn
    anothers = await open_room(pages, owner, private_room)
    await anothers.call(CatchUpState.show)
    assert anothers.state(CatchUpState).turn.id == 0

    # It stays open where it belongs, and not in another room of which nothing was told.
    await other.call(CatchUpState.restore)
    assert other.state(PaneState).name == "catch_up"
    elsewhere = await off_loop(make_room, deps, member)
    other.go(f"/rooms/{elsewhere.slug}")
    await other.call(RoomState.open_room)
    await other.call(CatchUpState.restore)
    assert (other.state(PaneState).name, other.state(CatchUpState).turn.id) == ("", 0)
