"""The menus of people and emoji that open while one writes, in the room and in a thread."""

from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.people import Place, Someone, post

ROOT = "the message with a thread"
NO_EMOJI = (
    *("at 10:30", "see http://smile", "a std::smile", "x:smile", ":s", "`:smile"),
    "```\n:smile",
)


def emoji_menu(screen: Screen) -> Locator:
    return screen.page.get_by_role("listbox", name="Emoji to insert")


def chosen(menu: Locator) -> Locator:
    return menu.get_by_role("option", selected=True)


def open_thread(screen: Screen) -> Locator:
    screen.act(ROOT, "Reply")
    box = screen.textbox("Reply")
    expect(box).to_be_focused()
    return box


def test_an_emoji_is_chosen_with_the_keyboard_and_sent(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    screen, other = [desk.sit_down(who).enter(private_room) for who in (owner, member)]
    menu = emoji_menu(screen)
    screen.composer.press_sequentially("Well done :smi")
    expect(chosen(menu)).to_have_text("😄:smile:")
    screen.composer.press("ArrowDown")
    expect(chosen(menu)).to_have_text("😏:smirk:")
    named = chosen(menu).get_attribute("id")
    expect(screen.composer).to_have_attribute("aria-activedescendant", str(named))
    screen.composer.press("ArrowUp")
    screen.composer.press("Enter")
    expect(menu).to_be_hidden()
    expect(screen.composer).to_have_value("Well done 😄 ")
    screen.composer.press_sequentially(":rocket")
    expect(chosen(menu)).to_have_text("🚀:rocket:")
    screen.composer.press("Tab")
    expect(screen.composer).to_be_focused()
    screen.composer.press("Enter")
    other.expect_message("Well done 😄 🚀")


def test_escape_closes_the_menu_for_this_word_and_keeps_the_text(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    menu = emoji_menu(screen)
    screen.composer.press_sequentially(":smi")
    expect(menu).to_be_visible()
    screen.composer.press("Escape")
    expect(menu).to_be_hidden()
    screen.composer.press_sequentially("le and :tad")
    expect(chosen(menu)).to_have_text("🎉:tada:")
    screen.composer.press("Escape")
    screen.composer.press("Enter")
    screen.expect_message(":smile and :tad")


def test_enter_sends_what_no_option_matches_however_fast_it_was_typed(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.composer.press_sequentially(":smi")
    expect(chosen(emoji_menu(screen))).to_have_text("😄:smile:")
    screen.composer.press_sequentially("th")
    screen.composer.press("Enter")
    screen.expect_message(":smith")


def test_times_addresses_and_code_open_no_menu(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    menu = emoji_menu(screen)
    asked = screen.page.locator("[data-menu='emoji']")
    for text in NO_EMOJI:
        screen.composer.fill(":tad")
        expect(chosen(menu)).to_have_text("🎉:tada:")
        screen.composer.fill(text)
        expect(menu, text).to_be_hidden()
        # The menu that opens next is asked for after whatever this text may have asked for.
        expect(asked, text).to_have_attribute("data-offers", "tad")
        screen.composer.fill("an end :rocket")
        expect(chosen(menu)).to_have_text("🚀:rocket:")


def test_both_menus_work_in_a_threads_reply_box(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, owner, ROOT)
    screen = desk.sit_down(owner).enter(private_room)
    box = open_thread(screen)
    people = screen.page.get_by_role("listbox", name="People to mention")
    box.press_sequentially(f"@{member.username[:4]}")
    expect(people.get_by_role("option")).to_contain_text([member.username])
    box.press("Enter")
    expect(people).to_be_hidden()
    box.press_sequentially(":tad")
    option = emoji_menu(screen).get_by_role("option", name="tada")
    expect(option).to_be_visible()
    option.click()
    expect(box).to_be_focused()
    expect(box).to_have_value(f"@{member.username} 🎉 ")
    expect(screen.composer).to_have_value("")
    box.press("Enter")
    sent = screen.page.locator("[data-replies] .prose")
    expect(sent).to_have_text([f"@{member.username} 🎉"])


def test_both_menus_are_tapped_on_a_phone_in_the_room_and_in_a_thread(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    post(deps, private_room, owner, "a reply", thread=root)
    screen = desk.sit_down(owner, **PHONE).enter(private_room)
    type_and_tap(screen, screen.composer, member)
    screen.composer.fill("")
    screen.message(ROOT).locator(".thread-footer").tap()
    expect(screen.textbox("Reply")).to_be_visible()
    type_and_tap(screen, screen.textbox("Reply"), member)


def type_and_tap(screen: Screen, box: Locator, member: Someone) -> None:
    box.tap()
    box.press_sequentially(":smi")
    option = emoji_menu(screen).get_by_role("option", name="smirk", exact=False).first
    expect(option).to_be_in_viewport(ratio=1)
    size = option.bounding_box()
    assert size is not None
    assert size["height"] >= 44
    option.tap()
    expect(box).to_be_focused()
    expect(box).to_have_value("😏 ")
    box.press_sequentially(f"@{member.username[:4]}")
    people = screen.page.get_by_role("listbox", name="People to mention")
    person = people.get_by_role("option").filter(has_text=member.username)
    expect(person).to_be_in_viewport(ratio=1)
    person.tap()
    expect(box).to_have_value(f"😏 @{member.username} ")
    expect(people).to_be_hidden()
