"""The keys that ux names, and the way of the focus."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import Desk
from tests.support.people import Place, Someone, post


def test_single_keys_quote_and_edit_the_message_under_the_pointer_or_in_focus(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, owner, "my own")
    post(deps, private_room, member, "somebody else's")
    screen = desk.sit_down(owner).enter(private_room)
    screen.log.focus()
    screen.log.press("ArrowUp")
    expect(screen.message("somebody else's")).to_be_focused()
    screen.page.keyboard.press("e")
    screen.page.keyboard.press("ArrowUp")
    expect(screen.message("my own")).to_be_focused()
    expect(screen.textbox("Edit message")).to_have_count(0)
    screen.page.keyboard.press("e")
    box = screen.textbox("Edit message")
    expect(box).to_be_focused()
    box.press("Escape")
    expect(box).to_have_count(0)
    screen.expect_message("my own")

    screen.message("somebody else's").hover()
    screen.log.focus()
    screen.page.keyboard.press("q")
    expect(screen.page.get_by_text(f"Quoting {member.username}")).to_be_visible()
    expect(screen.composer).to_be_focused()


def test_single_keys_are_letters_while_typing(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    post(deps, private_room, owner, "my own")
    screen = desk.sit_down(owner).enter(private_room)
    screen.message("my own").hover()
    screen.composer.press_sequentially("re?")
    expect(screen.composer).to_have_value("re?")
    expect(screen.textbox("Edit message")).to_have_count(0)
    expect(screen.page.get_by_role("dialog", name="Keys")).to_have_count(0)


def test_up_in_an_empty_box_edits_ones_last_message(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, owner, "older of mine")
    for line in range(30):
        post(deps, private_room, member, f"line {line}")
    long = "\n".join(["newest of mine"] * 9)
    post(deps, private_room, owner, long)
    post(deps, private_room, member, "somebody else's")
    screen = desk.sit_down(owner).enter(private_room)
    screen.composer.press("ArrowUp")
    box = screen.textbox("Edit message")
    expect(box).to_have_value(long)
    expect(screen.button("Save")).to_be_in_viewport(ratio=1)
    box.press("Escape")
    expect(screen.message("somebody else's")).to_be_in_viewport(ratio=1)
    screen.composer.press("ArrowUp")
    box.fill("corrected")
    box.press("Enter")
    screen.expect_message("corrected")
    expect(screen.composer).to_be_focused()


def test_f6_goes_round_the_regions_and_back(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    side = screen.page.get_by_role("navigation", name="Rooms and pages")
    screen.composer.focus()
    screen.page.keyboard.press("F6")
    expect(side.locator(":focus")).to_have_count(1)
    screen.page.keyboard.press("F6")
    expect(screen.log).to_be_focused()
    screen.page.keyboard.press("F6")
    expect(screen.composer).to_be_focused()
    screen.page.keyboard.press("Shift+F6")
    expect(screen.log).to_be_focused()


def test_f6_reaches_the_pane_at_the_right_and_pages_without_a_room(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.open_info()
    screen.composer.focus()
    screen.page.keyboard.press("F6")
    expect(screen.info).to_be_focused()
    screen.go("/discover")
    screen.expect_signed_in()
    screen.page.keyboard.press("F6")
    screen.page.keyboard.press("F6")
    expect(screen.page.get_by_role("main")).to_be_focused()


def test_a_message_in_focus_is_read_as_one_sentence(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    first = post(deps, private_room, owner, "Shall we?")
    post(deps, private_room, member, "**Yes**, at `noon`\n\n- bring tea", reply_to=first)
    screen = desk.sit_down(owner).enter(private_room)
    screen.log.focus()
    screen.log.press("ArrowUp")
    message = screen.message("at noon")
    expect(message).to_be_focused()
    expect(message).to_have_accessible_name(re.compile(f"^{member.username} at [0-9:]+$"))
    expect(message).to_have_accessible_description(
        f"In reply to {owner.username}: Shall we?. Yes, at noon bring tea"
    )


def test_new_messages_are_told_politely_and_in_batches(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, member, "before")
    screen = desk.sit_down(owner).enter(private_room)
    screen.expect_message("before")
    told = screen.page.locator("[data-announcer]")
    expect(told).to_have_attribute("aria-live", "polite")
    post(deps, private_room, member, "a single one")
    expect(told).to_have_text(re.compile(f"^{member.username} at [0-9:]+: a single one$"))
    for number in range(3):
        post(deps, private_room, member, f"one of several {number}")
    expect(told).to_have_text(re.compile(f"^3 new messages, the last by {member.username} at"))
    screen.say("my own")
    screen.expect_message("my own")
    expect(told).to_have_text(re.compile("^3 new messages"))


def test_the_question_mark_shows_the_keys_and_escape_closes_what_is_open(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.open_info()
    screen.log.focus()
    screen.page.keyboard.press("?")
    keys = screen.page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(screen.info).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(screen.info).to_have_count(0)


def test_the_list_of_keys_names_those_that_work_and_opens_from_the_menu_too(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.page.get_by_role("button", name="Account menu").click()
    screen.choose("Keys")
    keys = screen.page.get_by_role("dialog", name="Keys")
    for key in ("Ctrl", "K", "/", "N", "F6", "Esc", "?", "R", "E", "Enter", "Shift"):
        expect(keys.get_by_text(key, exact=True).first).to_be_visible()
    screen.button("Close").click()
    expect(keys).to_have_count(0)


def test_the_composer_has_the_focus_when_a_room_opens(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    expect(screen.composer).to_be_focused()


def test_dark_and_light_are_chosen_in_the_menu_and_kept(desk: Desk, owner: Someone) -> None:
    screen = desk.sit_down(owner, color_scheme="light").go("/")
    background = "() => getComputedStyle(document.body).backgroundColor"
    screen.expect_signed_in()
    light = screen.page.evaluate(background)
    screen.page.get_by_role("button", name="Account menu").click()
    screen.choose("Dark theme")
    expect(screen.page.locator("html")).to_contain_class("dark")
    dark = screen.page.evaluate(background)
    assert dark != light
    screen.page.reload()
    screen.expect_signed_in()
    expect(screen.page.locator("html")).to_contain_class("dark")

    follows = desk.sit_down(owner, color_scheme="dark").go("/")
    follows.expect_signed_in()
    expect(follows.page.locator("html")).to_contain_class("dark")
    assert follows.page.evaluate(background) == dark
