"""Unread rooms in the side bar, the line above what is new, and going from one to the next."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import hearing
from tests.browser.screen import PHONE, Desk
from tests.support.people import Place, Someone, bring_in, make_room, post


def test_what_is_said_elsewhere_is_counted_in_every_tab_until_it_is_read(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    screen = desk.sit_down(member).go("/")
    other = desk.sit_down(member).go("/discover")
    rooms = [each.page.get_by_role("list", name="Unread rooms") for each in (screen, other)]
    expect(screen.my_rooms.get_by_role("link")).to_have_count(1)
    for number in range(3):
        post(deps, private_room, owner, f"news {number}")
    for unread in rooms:
        expect(unread.get_by_role("link")).to_contain_text("3 unread")
    expect(screen.my_rooms.get_by_role("link")).to_have_count(0)

    rooms[0].get_by_role("link").click()
    screen.expect_room(private_room)
    line = screen.log.get_by_role("separator", name="New · 3")
    expect(line).to_be_visible()
    for unread in rooms:
        expect(unread).to_have_count(0)
    post(deps, private_room, owner, "more news")
    screen.expect_message("more news")
    expect(line).to_be_visible()


def test_a_room_opens_at_the_line_above_what_is_new(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, member, "known")
    for number in range(150):
        post(deps, private_room, owner, f"news {number:03}")
    screen = desk.sit_down(member).enter(private_room)
    expect(screen.log.get_by_role("separator", name="New · 150")).to_be_in_viewport()
    expect(screen.message("news 000")).to_be_in_viewport()
    expect(screen.message("news 149")).not_to_be_in_viewport()
    pill = screen.page.get_by_role("list", name="Unread rooms").get_by_role("link")
    expect(pill).not_to_contain_text("150 unread")
    screen.page.get_by_role("button", name="Jump to latest").click()
    expect(screen.message("news 149")).to_be_in_viewport()
    expect(pill).to_have_count(0)


def test_a_message_can_be_marked_unread(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for number in range(3):
        post(deps, private_room, owner, f"news {number}")
    screen = desk.sit_down(member).enter(private_room)
    unread = screen.page.get_by_role("list", name="Unread rooms")
    expect(unread).to_have_count(0)
    screen.act("news 1", "Mark unread from here")
    expect(screen.log.get_by_role("separator", name="New · 2")).to_be_visible()
    expect(screen.message("news 1").get_by_text(owner.username, exact=True)).to_be_visible()
    expect(screen.message("news 2").get_by_text(owner.username, exact=True)).to_have_count(0)
    expect(unread.get_by_role("link")).to_contain_text("2 unread")
    screen.page.reload()
    expect(screen.message("news 2")).to_be_visible()


def test_n_goes_to_the_next_unread_room(
    desk: Desk, deps: Deps, owner: Someone, guest: Someone
) -> None:
    places = [make_room(deps, owner, name=f"{letter} place") for letter in "ab"]
    for place in places:
        bring_in(deps, place, by=owner, who=guest)
        post(deps, place, owner, "news")
    screen = desk.sit_down(guest).go("/")
    unread = screen.page.get_by_role("list", name="Unread rooms").get_by_role("link")
    expect(unread).to_have_count(2)
    screen.page.keyboard.press("n")
    screen.expect_room(places[0])
    expect(unread).to_have_count(1)
    screen.log.focus()
    screen.page.keyboard.press("n")
    screen.expect_room(places[1])
    expect(unread).to_have_count(0)
    screen.composer.press("n")
    expect(screen.composer).to_have_value("n")


def test_a_muted_room_is_counted_nowhere_and_n_passes_it(
    desk: Desk, deps: Deps, owner: Someone, guest: Someone
) -> None:
    muted, loud = (make_room(deps, owner, name=f"{word} place") for word in ("a muted", "b loud"))
    for place in (muted, loud):
        bring_in(deps, place, by=owner, who=guest)
    hearing.set_notify(deps, actor_id=guest.id, room_id=muted.id, notify="nothing")
    screen = desk.sit_down(guest).go("/")
    row = screen.my_rooms.get_by_role("link", name="a muted place")
    expect(row).to_have_accessible_name(re.compile("muted$"))
    for place in (muted, loud):
        post(deps, place, owner, f"news for @{guest.username}" if place is muted else "news")
    unread = screen.page.get_by_role("list", name="Unread rooms").get_by_role("link")
    expect(unread).to_have_text([re.compile("b loud place")])
    expect(screen.page).to_have_title("(1) Chatrooms")
    expect(row).to_have_attribute("data-unread", "false")
    screen.page.keyboard.press("n")
    screen.expect_room(loud)
    expect(unread).to_have_count(0)
    screen.log.focus()
    screen.page.keyboard.press("n")
    screen.go("/")
    expect(screen.page).to_have_title("Chatrooms")
    row.click()
    screen.expect_room(muted)
    expect(screen.log.get_by_role("separator", name="New \u00b7 1")).to_be_visible()


def test_a_phone_shows_unread_rooms_first(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    screen = desk.sit_down(member, **PHONE).go("/")
    expect(screen.my_rooms.get_by_role("link")).to_have_count(1)
    post(deps, private_room, owner, "news")
    row = screen.page.get_by_role("list", name="Unread rooms").get_by_role("link")
    expect(row).to_contain_text("1 unread")
    box = row.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    row.click()
    screen.expect_message("news")
