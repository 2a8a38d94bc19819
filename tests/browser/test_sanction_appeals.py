"""Somebody banned or timed out objects in the bell; a moderator answers on the moderation page."""

import re

import pytest
from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.domain.permissions import Role
from chatrooms.services.moderation import appeals, decisions, sanctions
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up

WHY = "It was a quotation from the book"
WAITS = "You appealed. A moderator will look at it."


@pytest.fixture
def room(deps: Deps, owner: Someone, guest: Someone) -> Place:
    """A public room with a guest in it."""
    made = make_room(deps, owner, name="open garden")
    bring_in(deps, made, by=owner, who=guest)
    post(deps, made, owner, "Welcome")
    return made


@pytest.fixture
def imposer(deps: Deps, room: Place, owner: Someone) -> Someone:
    """The moderator who bans and times out."""
    return bring_in(deps, room, by=owner, who=sign_up(deps, "mara"), role=Role.MODERATOR)


def bell(screen: Screen) -> Locator:
    """The list of notifications, opened."""
    screen.page.get_by_role("button", name=re.compile("^Notifications")).first.click()
    return screen.page.get_by_role("region", name="Notifications")


def ban(deps: Deps, room: Place, by: Someone, who: Someone) -> int:
    whom = {"actor_id": by.id, "room_id": room.id, "account_id": who.id}
    return sanctions.ban(deps, **whom, reason="Insults")


def test_a_ban_is_appealed_in_the_bell_and_lifted_by_keys_while_both_look_on(
    deps: Deps, desk: Desk, room: Place, owner: Someone, imposer: Someone, guest: Someone
) -> None:
    answering = desk.sit_down(owner).go("/moderation?queue=appeals")
    expect(answering.page.get_by_role("heading", name="Nothing waiting")).to_be_visible()
    other = desk.sit_down(imposer).go("/moderation?queue=appeals")
    expect(other.page.get_by_role("heading", name="Nothing waiting")).to_be_visible()
    banned = desk.sit_down(guest).enter(room)
    ban(deps, room, imposer, guest)
    expect(banned.page.get_by_text("Welcome")).to_have_count(0)

    notes = bell(banned)
    expect(notes).to_contain_text("You were banned from open garden")
    notes.get_by_role("button", name="Appeal", exact=True).click()
    box = notes.get_by_role("textbox", name="Your appeal")
    expect(box).to_be_focused()
    notes.get_by_role("button", name="Send appeal").click()
    expect(notes.get_by_role("alert")).to_be_visible()
    box.fill(WHY)
    banned.page.keyboard.press("Escape")
    expect(box).to_have_value(WHY)
    notes.get_by_role("button", name="Send appeal").click()
    expect(notes).to_contain_text(WAITS)
    expect(notes.get_by_role("button", name="Appeal", exact=True)).to_have_count(0)

    case = answering.page.get_by_role("article", name=f"{guest.username} in ")
    expect(case).to_contain_text(WHY)
    expect(case).to_contain_text(imposer.username)
    expect(case).to_contain_text("Insults")
    expect(other.button("Lift")).to_be_disabled()
    expect(other.button("Uphold")).to_be_disabled()
    expect(other.page.get_by_text("Another moderator, or an owner, answers")).to_be_visible()

    answering.textbox("Reason, shown to the person").fill("Quoting is fine")
    answering.page.get_by_role("heading", name="Moderation").click()
    answering.page.keyboard.press("a")
    expect(answering.page.get_by_text(f"Ban lifted: {guest.username}")).to_be_visible()
    for screen in (answering, other):
        expect(screen.page.get_by_role("heading", name="Nothing waiting")).to_be_visible()
    granted = "Your appeal was granted: you are no longer banned from open garden"
    expect(notes).to_contain_text(granted)
    expect(notes).to_contain_text("You appealed. The ban was lifted: Quoting is fine")
    notes.get_by_text(granted).click()
    banned.expect_room(room)
    banned.button("Join").click()
    banned.say("I am back")
    banned.expect_message("I am back")


def test_a_time_out_is_appealed_from_the_text_boxs_place_and_upheld_on_a_phone(
    deps: Deps, desk: Desk, room: Place, owner: Someone, imposer: Someone, guest: Someone
) -> None:
    said = post(deps, room, guest, "Removed before")
    decisions.remove(deps, actor_id=imposer.id, room_id=room.id, message_id=said)
    why = "It was no insult"
    appeals.appeal(deps, actor_id=guest.id, room_id=room.id, message_id=said, text=why)
    whom = {"actor_id": imposer.id, "room_id": room.id, "account_id": guest.id}
    sanctions.time_out(deps, **whom, minutes=60, reason="Cool down")
    writer = desk.sit_down(guest, **PHONE).enter(room)
    writer.button("Appeal").tap()
    notes = writer.page.get_by_role("region", name="Notifications")
    notes.get_by_role("textbox", name="Your appeal").fill(WHY)
    send = notes.get_by_role("button", name="Send appeal")
    expect_targets(writer, send)
    send.tap()
    expect(notes).to_contain_text(WAITS)

    answering = desk.sit_down(owner, **PHONE).go("/moderation")
    for name in ("Select all", "1 selected"):
        answering.page.get_by_role("checkbox", name=name).tap()
        picked = name == "Select all"
        expect(answering.page.get_by_role("checkbox", checked=picked)).to_have_count(2)
    cases = answering.page.get_by_role("list", name="Queue")
    cases.get_by_role("button").filter(has_text=WHY).tap()
    expect(answering.page.get_by_text(WHY).last).to_be_visible()
    expect_targets(answering, answering.button("Lift"), answering.button("Uphold"))
    answering.button("Uphold").tap()
    expect(notes).to_contain_text("Your appeal was denied: you stay timed out in")
    expect(notes).to_contain_text("You appealed. The time-out stands.")


def expect_targets(screen: Screen, *controls: Locator) -> None:
    """Wait until these are there, large enough for a finger, on a page that does not scroll
    sideways."""
    for control in controls:
        expect(control).to_be_visible()
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= 390
