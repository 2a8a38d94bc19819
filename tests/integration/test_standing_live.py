"""What tabs are asked to load anew when moderation decides about messages."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from chatrooms.adapters.bus import Bus, connect_redis
from chatrooms.bootstrap import Deps
from chatrooms.domain.moderation import HoldExpiry
from chatrooms.live import checking
from chatrooms.live.offload import off_loop
from chatrooms.services import messages
from chatrooms.services.moderation import decisions, judging
from chatrooms.state.desk import DeskState
from chatrooms.state.standing import StandingState
from tests.support.eventually import eventually
from tests.support.inspect import rows
from tests.support.moderation import ABUSE, HARMLESS, moderated
from tests.support.people import Place, Someone, post
from tests.support.tabs import BrowserTab, open_room, serving_pages
from tests.support.web import WebProcess, web_process

STANDING = f"{StandingState.get_full_name()}.load"
DESK = f"{DeskState.get_full_name()}.count"


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with serving_pages(deps) as process:
        yield process


@pytest.fixture
def unheard(deps: Deps) -> Deps:
    """Dependencies whose events are committed while their Redis cannot be reached."""
    return replace(deps, bus=Bus(connect_redis("redis://127.0.0.1:1")))


@pytest.fixture
def holding(deps: Deps, private_room: Place) -> Place:
    return moderated(deps, private_room, hold_expiry=HoldExpiry.KEEP)


def asked(tab: BrowserTab, event: str) -> int:
    """How often a tab was asked to send an event."""
    return tab.screen.read().events.count(event)


def told(tab: BrowserTab) -> list[list[int]]:
    """Which messages a tab was asked to read anew, each time."""
    updates = [json.loads(each[each.index("[") :])[1] for each in tab.screen.read().packets]
    events = [event for update in updates for event in update.get("events", ())]
    return [each["payload"]["message_ids"] for each in events if each["name"] == STANDING]


async def test_a_verdict_is_told_to_its_author_in_that_room_and_to_moderators_alone(
    web: WebProcess,
    deps: Deps,
    public_room: Place,
    private_room: Place,
    member: Someone,
    owner: Someone,
) -> None:
    moderated(deps, private_room, holds=False)
    authors = await open_room(web, member, private_room)
    elsewhere = await open_room(web, member, public_room)
    moderators = await open_room(web, owner, private_room)
    await off_loop(post, deps, private_room, member, ABUSE)
    await off_loop(judging.judge_waiting, deps)
    await eventually(lambda: asked(authors, STANDING), what="the author is told")
    await eventually(lambda: asked(moderators, DESK), what="moderators are told")
    assert not asked(authors, DESK)
    assert not asked(elsewhere, STANDING)
    assert not asked(moderators, STANDING)


async def test_only_what_is_not_judged_within_a_moment_is_shown_as_being_checked(
    web: WebProcess, deps: Deps, holding: Place, member: Someone, moderator: Someone
) -> None:
    judged, waiting = (
        await open_room(web, member, holding),
        await open_room(web, moderator, holding),
    )

    def write() -> None:
        post(deps, holding, member, HARMLESS)
        judging.judge_waiting(deps)
        post(deps, holding, moderator, HARMLESS)

    await off_loop(write)
    await eventually(lambda: asked(waiting, STANDING), what="the later one is told of")
    assert not asked(judged, STANDING)
    assert judged.screen.bodies == [HARMLESS]


async def test_authors_read_anew_only_what_was_decided_about_them(
    web: WebProcess,
    deps: Deps,
    holding: Place,
    member: Someone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checking, "_MOMENT_S", 60.0)
    tab = await open_room(web, member, holding)

    def write(body: str) -> int:
        said = post(deps, holding, member, body)
        judging.judge_waiting(deps)
        return said

    first = await off_loop(write, ABUSE)
    await eventually(lambda: told(tab) == [[first]], what="the first removal is told")
    await tab.call(StandingState.load, [first])
    await off_loop(write, HARMLESS)
    await eventually(lambda: tab.screen.bodies == [HARMLESS], what="the room shows it")
    second = await off_loop(write, ABUSE)
    await eventually(lambda: told(tab) == [[first], [second]], what="the second one alone is told")
    await tab.call(StandingState.load, [second])
    assert [row.message_id for row in tab.state(StandingState).rows] == [first, second]


@pytest.mark.parametrize("is_edit", [False, True])
async def test_web_processes_hear_of_what_they_may_have_to_release(
    deps: Deps, private_room: Place, member: Someone, *, is_edit: bool
) -> None:
    said = await off_loop(post, deps, private_room, member, HARMLESS)
    moderated(deps, private_room)
    async with web_process(deps, unheard_s=0.0) as web:
        await eventually(lambda: web.listener._pubsub, what="it listens")
        assert not web.holds.is_expecting
        if is_edit:
            change = {"actor_id": member.id, "room_id": private_room.id, "message_id": said}
            await off_loop(messages.edit_message, deps, **change, body="The tulips are out")
        else:
            await off_loop(post, deps, private_room, member, HARMLESS)
        await eventually(lambda: web.holds.is_expecting, what="it expects one to be late")


async def test_a_held_message_stays_where_it_is_until_the_room_shows_it(
    web: WebProcess,
    deps: Deps,
    unheard: Deps,
    holding: Place,
    member: Someone,
    moderator: Someone,
) -> None:
    tab = await open_room(web, member, holding)
    held = await off_loop(post, deps, holding, member, HARMLESS)
    await tab.call(StandingState.load)
    await off_loop(
        decisions.keep, unheard, actor_id=moderator.id, room_id=holding.id, message_id=held
    )
    (position,) = rows(deps, "SELECT position FROM messages WHERE id = :id", id=held)[0]
    await tab.call(StandingState.load)
    assert [row.position for row in tab.state(StandingState).rows] == [position]
    before = asked(tab, STANDING)
    await web.hub.live.heal()
    await eventually(lambda: asked(tab, STANDING) > before, what="the tab is asked to look again")
    await eventually(lambda: tab.screen.bodies == [HARMLESS], what="the room shows it")
    await tab.call(StandingState.load)
    assert tab.state(StandingState).rows == []
