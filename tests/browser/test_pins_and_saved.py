"""Pins of a room and saved messages of a person, in the right pane."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import pins, saved
from tests.browser.screen import Desk
from tests.support.people import Place, Someone, post


def test_a_pin_shows_at_once_for_everybody_and_leads_to_its_message(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, member, "read this first")
    one = desk.sit_down(owner).enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    two.act("read this first", "More")
    expect(two.message("read this first").get_by_role("button", name="Save")).to_be_visible()
    expect(two.message("read this first").get_by_role("button", name="Pin")).to_have_count(0)
    one.act_more("read this first", "Pin")
    for screen in (one, two):
        expect(screen.message("read this first")).to_contain_text("Pinned")
        screen.button("Pins, 1").click()
        listed = screen.page.get_by_role("list", name="Pins")
        expect(listed.get_by_role("listitem")).to_have_count(1)
    two.page.get_by_role("list", name="Pins").get_by_role("button").first.click()
    expect(two.message("read this first")).to_be_focused()
    one.page.get_by_role("list", name="Pins").get_by_role("button", name="Unpin").click()
    for screen in (one, two):
        expect(screen.page.get_by_role("region", name="Pins")).to_contain_text("Nothing is pinned")
        expect(screen.message("read this first")).not_to_contain_text("Pinned")


def test_a_saved_message_is_found_again_from_another_room(
    desk: Desk, deps: Deps, private_room: Place, public_room: Place, owner: Someone
) -> None:
    post(deps, private_room, owner, "remember the milk")
    screen = desk.sit_down(owner).enter(private_room)
    screen.act_more("remember the milk", "Save")
    screen.act("remember the milk", "More")
    # Going elsewhere at once would throw away what the tab has not sent yet.
    expect(screen.message("remember the milk").get_by_role("button", name="Unsave")).to_be_visible()
    screen.enter(public_room)
    screen.button("Saved messages").click()
    listed = screen.page.get_by_role("list", name="Saved messages")
    listed.get_by_role("link", name=re.compile("remember the milk")).click()
    screen.expect_room(private_room)
    expect(screen.message("remember the milk")).to_be_focused()
    screen.act("remember the milk", "More")
    expect(screen.message("remember the milk").get_by_role("button", name="Unsave")).to_be_visible()
    listed.get_by_role("button", name="Unsave").click()
    expect(screen.page.get_by_role("region", name="Saved messages")).to_contain_text(
        "Nothing saved yet"
    )


def test_one_pane_stands_in_place_of_another_and_escape_closes_it(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    message_id = post(deps, private_room, owner, "here")
    where = {"actor_id": owner.id, "room_id": private_room.id, "message_id": message_id}
    pins.set_pinned(deps, **where, is_pinned=True)
    saved.set_saved(deps, **where, is_saved=True)
    screen = desk.sit_down(owner).enter(private_room)
    panes = screen.page.locator("[data-pane]")
    for button, name in (
        ("Pins, 1", "Pins"),
        ("Saved messages", "Saved messages"),
        ("Threads", "Threads"),
    ):
        screen.button(button).click()
        expect(screen.page.get_by_role("region", name=name, exact=True)).to_be_visible()
        expect(panes).to_have_count(1)
    screen.open_info()
    expect(panes).to_have_count(1)
    screen.page.keyboard.press("Escape")
    expect(panes).to_have_count(0)
