"""The room's agent: it proposes, a moderator has the last word, everybody votes."""

import pytest
from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.services.agent import scheduling
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.agents import behave, later, talk
from tests.support.people import Place, Someone

FIRST_MS = 60_000
"""The first run of a worker loads what it needs, behind everything that people wait for."""
QUESTION = "When do we meet for the repair evening?"


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    """A room in which two people weighed two days."""
    talk(deps, private_room, owner, member)
    return private_room


def proposals(screen: Screen) -> Locator:
    return screen.page.get_by_role("list", name="Agent proposals").get_by_role("article")


def poll(screen: Screen) -> Locator:
    return screen.log.get_by_role("group", name=f"Poll: {QUESTION}")


def test_a_moderator_changes_and_approves_what_it_proposes_and_everybody_votes(
    desk: Desk, room: Place, owner: Someone, member: Someone
) -> None:
    moderator = desk.sit_down(owner).enter(room)
    phone = desk.sit_down(member, **PHONE).enter(room)
    expect(phone.button("Room agent")).to_have_count(0)
    moderator.button("Room agent").click()
    moderator.button("Boost room").click()
    expect(proposals(moderator)).to_contain_text("Friday", timeout=FIRST_MS)
    elsewhere = moderator.another_tab().go("/moderation?queue=proposals")
    expect(proposals(elsewhere)).to_contain_text("Saturday")
    pane = moderator.page.get_by_role("region", name="Room agent")
    pane.get_by_role("button", name="Edit").click()
    pane.get_by_role("textbox", name="Question").fill(QUESTION)
    pane.get_by_role("button", name="Approve as edited").click()
    for screen in (moderator, phone):
        expect(poll(screen)).to_be_visible()
        expect(screen.messages.last).to_contain_text("Why:")
    expect(proposals(elsewhere)).to_have_count(0)
    expect(pane.get_by_role("list", name="Agent runs")).to_contain_text("Posted: Poll")
    poll(phone).get_by_role("radio", name="Friday").click()
    expect(poll(moderator).get_by_test_id("poll-count").first).to_have_text("1")


def test_a_quiet_room_is_proposed_something_without_anyone_asking_and_a_rejection_is_kept(
    desk: Desk, deps: Deps, room: Place, owner: Someone
) -> None:
    moderator = desk.sit_down(owner).enter(room)
    moderator.button("Room agent").click()
    pane = moderator.page.get_by_role("region", name="Room agent")
    expect(pane).to_contain_text("Nothing waits to be decided.")
    behave(deps, room, from_hour=0, until_hour=24)
    scheduling.start_due(later(deps, hours=4))
    expect(proposals(moderator)).to_have_count(1, timeout=FIRST_MS)
    pane.get_by_role("button", name="Reject").click()
    pane.get_by_role("textbox", name="Why not?").fill("We decide that by mail.")
    pane.get_by_role("button", name="Reject proposal").click()
    expect(proposals(moderator)).to_have_count(0)
    runs = pane.get_by_role("list", name="Agent runs")
    expect(runs).to_contain_text("Rejected: Poll")
    expect(runs).to_contain_text("We decide that by mail.")


def test_where_it_is_autonomous_it_speaks_by_itself(
    desk: Desk, deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    screen = desk.sit_down(member).enter(room)
    behave(deps, room, mode="autonomous", from_hour=0, until_hour=24, quiet_min=5)
    before = screen.messages.count()
    scheduling.boost(deps, actor_id=owner.id, room_id=room.id)
    expect(screen.messages).to_have_count(before + 1, timeout=FIRST_MS)
    expect(screen.messages.last).to_contain_text("AI")
