"""The bell, the menu of people to mention, and what one wants to hear."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import hearing
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.people import Place, Someone, post


def bell(screen: Screen, unread: int) -> None:
    """Wait until the bell says that so many are unread."""
    name = f"Notifications, {unread} unread" if unread else "Notifications"
    expect(screen.button(name)).to_be_visible()


def test_a_mention_reaches_every_tab_and_leads_to_its_message(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    one, two = desk.sit_down(member).go("/"), desk.sit_down(member).go("/discover")
    for screen in (one, two):
        bell(screen, 0)
    post(deps, private_room, owner, f"a word for @{member.username}")
    for screen in (one, two):
        bell(screen, 1)
        expect(screen.page).to_have_title(re.compile(r"^\(1\) "))
    row = one.page.get_by_role("list", name="Unread rooms").get_by_role("link")
    expect(row).to_contain_text("@1 mentions")

    one.button("Notifications, 1 unread").click()
    region = one.page.get_by_role("region", name="Notifications")
    told = region.get_by_role("button").filter(has_text=f"{owner.username} mentioned you in")
    expect(told).to_contain_text("a word for")
    told.click()
    expect(region).to_have_count(0)
    one.expect_room(private_room)
    expect(one.message("a word for").locator(".mention.mine")).to_have_text(f"@{member.username}")
    for screen in (one, two):
        bell(screen, 0)


def test_everything_can_be_marked_read_at_once(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for _ in range(3):
        post(deps, private_room, owner, f"@{member.username}")
    screen, other = desk.sit_down(member).go("/"), desk.sit_down(member, **PHONE).go("/")
    other.button("Notifications, 3 unread").click()
    region = other.page.get_by_role("region", name="Notifications")
    expect(region.get_by_role("listitem")).to_have_count(3)
    region.get_by_role("button", name="Mark all read").click()
    for each in (screen, other):
        bell(each, 0)
    other.page.keyboard.press("Escape")
    expect(region).to_have_count(0)


def test_each_can_be_marked_read_where_it_stands_for_every_tab(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for word in ("first", "second", "third"):
        post(deps, private_room, owner, f"@{member.username} {word}")
    screen, other = desk.sit_down(member).go("/"), desk.sit_down(member, **PHONE).go("/")
    lists = []
    for each in (screen, other):
        each.button("Notifications, 3 unread").click()
        expect(each.page).to_have_title("(3) Chatrooms")
        lists.append(each.page.get_by_role("list", name="Notifications"))
    second = [each.get_by_role("listitem").filter(has_text="second") for each in lists]
    mark = second[0].get_by_role("button", name="Mark as read")
    mark.focus()
    mark.press("Enter")
    for each, row in zip((screen, other), second, strict=True):
        bell(each, 2)
        expect(each.page).to_have_title("(2) Chatrooms")
        expect(row.get_by_role("button", name="Mark as read")).to_have_count(0)
        expect(row).to_have_attribute("data-read", "true")
    expect(second[0].get_by_role("button")).to_be_focused()
    expect(lists[1].get_by_role("button", name="Mark as read")).to_have_count(2)
    screen.expect_path("/")


def test_the_list_closes_by_a_press_beside_it_and_by_escape(
    desk: Desk, private_room: Place, member: Someone
) -> None:
    screen = desk.sit_down(member).go("/")
    region = screen.page.get_by_role("region", name="Notifications")
    screen.button("Notifications").click()
    expect(region).to_contain_text("Nothing yet")
    region.get_by_role("heading", name="Nothing yet").click()
    expect(region).to_be_visible()
    screen.page.get_by_role("heading", name="Home").click()
    expect(region).to_have_count(0)
    screen.button("Notifications").click()
    expect(region).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(region).to_have_count(0)
    expect(screen.button("Notifications")).to_be_focused()


def test_the_menu_puts_a_member_into_the_text(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    menu = screen.page.get_by_role("listbox", name="People to mention")
    screen.composer.press_sequentially(f"Hello @{member.username[:4]}")
    expect(menu.get_by_role("option")).to_contain_text([member.username])
    screen.composer.press("Enter")
    expect(menu).to_be_hidden()
    expect(screen.composer).to_have_value(f"Hello @{member.username} ")
    screen.composer.press_sequentially("@")
    expect(menu.get_by_role("option").filter(has_text="Everybody")).to_be_visible()
    screen.composer.press("Escape")
    expect(menu).to_be_hidden()
    screen.composer.press_sequentially("home")
    screen.composer.press("Enter")
    screen.expect_message(f"Hello @{member.username} @home")


def test_a_person_chooses_how_much_to_hear_of_a_room(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    screen = desk.sit_down(member).enter(private_room)
    screen.open_info()
    choice = screen.info.get_by_role("radiogroup", name="Notify me")
    expect(choice.get_by_role("radio", name="Mentions")).to_be_checked()
    choice.get_by_role("radio", name="Nothing").click()
    expect(choice.get_by_role("radio", name="Nothing")).to_be_checked()
    elsewhere = desk.sit_down(member).go("/")
    post(deps, private_room, owner, f"@{member.username}")
    post(deps, private_room, owner, "one more")
    expect(screen.message("one more")).to_be_visible()
    bell(elsewhere, 0)


def test_in_quiet_hours_the_title_stays_calm_and_nothing_is_asked_on_load(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    hearing.set_quiet_hours(deps, actor_id=member.id, begin=0, end=24 * 60 - 1, timezone="UTC")
    screen = desk.sit_down(member)
    asked = "Notification.requestPermission = () => { window.asked = true; return 'denied' }"
    screen.page.add_init_script(asked)
    screen.go("/settings")
    post(deps, private_room, owner, f"@{member.username}")
    bell(screen, 1)
    expect(screen.page).to_have_title("Settings · Chatrooms")
    expect(screen.page.get_by_label("From")).to_have_value("00:00")
    assert not screen.page.evaluate("Boolean(window.asked)")
