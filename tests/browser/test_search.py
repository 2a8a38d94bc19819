"""Search and the room switcher, by keyboard, with a finger, and only in what one may read."""

import re

from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import PHONE, Desk, Screen
from tests.browser.test_phone import expect_finger_sized, expect_no_sideways_scrolling
from tests.support.people import Place, Someone, bring_in, make_room, post, unique


def field(screen: Screen) -> Locator:
    return screen.page.get_by_role("searchbox", name="Search", exact=True)


def results(screen: Screen) -> Locator:
    return screen.page.get_by_role("list", name="Search results").get_by_role("listitem")


def ask(screen: Screen, query: str) -> None:
    field(screen).fill(query)
    field(screen).press("Enter")


def a_word() -> str:
    return unique("yak").replace("-", "")


def test_slash_searches_and_a_hit_leads_to_its_message(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    word = a_word()
    old = post(deps, private_room, owner, f"the **{word}** was here")
    for number in range(120):
        post(deps, private_room, member, f"line {number}")
    screen = desk.sit_down(member).enter(private_room)
    screen.log.focus()
    screen.page.keyboard.press("/")
    expect(field(screen)).to_be_focused()
    screen.page.keyboard.type(f"from:{owner.username} {word}")
    screen.page.keyboard.press("Enter")
    expect(results(screen)).to_have_count(1)
    expect(results(screen).locator("mark")).to_have_text(word)
    expect(results(screen)).to_contain_text(owner.username)
    expect(field(screen)).to_have_value(f"from:{owner.username} {word}")
    results(screen).get_by_role("link").click()
    screen.expect_room(private_room)
    expect(screen.page).to_have_url(re.compile(rf"\?message={old}$"))
    expect(screen.message(f"the {word} was here")).to_be_in_viewport()
    screen.page.go_back()
    expect(results(screen)).to_have_count(1)
    expect(field(screen)).to_have_value(f"from:{owner.username} {word}")


def test_a_stranger_finds_nothing_of_a_private_room_and_learns_how_to_search(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    word = a_word()
    post(deps, private_room, owner, word)
    mine, theirs = (desk.sit_down(who).go("/") for who in (owner, stranger))
    for screen in (mine, theirs):
        ask(screen, word)
    expect(results(mine)).to_have_count(1)
    expect(theirs.page.get_by_role("heading", name="Nothing found")).to_be_visible()
    expect(theirs.page.get_by_text("from:mara")).to_be_visible()
    expect(results(theirs)).to_have_count(0)


def test_hits_come_in_pages_and_in_two_orders(
    desk: Desk, deps: Deps, public_room: Place, owner: Someone
) -> None:
    word = a_word()
    post(deps, public_room, owner, f"{word} {word}")
    for number in range(24):
        post(deps, public_room, owner, f"{word} among a few more words {number}")
    screen = desk.sit_down(owner).go("/")
    ask(screen, word)
    expect(results(screen)).to_have_count(20)
    screen.button("Show more").click()
    expect(results(screen)).to_have_count(25)
    expect(screen.button("Show more")).to_have_count(0)
    expect(results(screen).first).to_contain_text("words 23")
    screen.button("Best").click()
    expect(screen.button("Best")).to_have_attribute("aria-pressed", "true")
    expect(results(screen).first).to_contain_text(f"{word} {word}")
    screen.page.reload()
    expect(results(screen).first).to_contain_text(f"{word} {word}")
    ask(screen, f"{word} -words")
    expect(results(screen)).to_have_count(1)


def test_search_on_a_phone(desk: Desk, deps: Deps, public_room: Place, owner: Someone) -> None:
    word = a_word()
    post(deps, public_room, owner, f"{word} {'long' * 100}")
    screen = desk.sit_down(owner, **PHONE).go("/")
    expect_finger_sized(screen.button("Go to room or person"))
    ask(screen, word)
    expect(results(screen)).to_have_count(1)
    expect(field(screen)).to_have_value(word)
    expect_finger_sized(screen.button("Best"), results(screen).get_by_role("link"))
    expect_no_sideways_scrolling(screen)
    ask(screen, f"{word} -{word}")
    expect(results(screen)).to_have_count(0)
    expect_no_sideways_scrolling(screen)
    screen.page.get_by_role("link", name="Back to rooms").tap()
    expect(screen.my_rooms).to_be_visible()


def test_the_switcher_leads_by_a_few_letters_also_if_enter_comes_at_once(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    wanted = make_room(deps, owner, name="Yak & llama lovers")
    screen = desk.sit_down(owner).enter(private_room)
    screen.composer.fill("half a thought")
    screen.page.keyboard.press("Control+k")
    dialog = screen.page.get_by_role("dialog", name="Room switcher")
    box = dialog.get_by_role("combobox", name="Go to room or person")
    expect(box).to_be_focused()
    screen.page.keyboard.type("lla lov")
    screen.page.keyboard.press("Enter")
    screen.expect_room(wanted)
    expect(dialog).to_have_count(0)

    screen.page.keyboard.press("Control+k")
    options = dialog.get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    screen.page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "switcher-1")
    screen.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    screen.expect_room(wanted)


def test_the_switcher_begins_with_what_is_unread_and_names_no_hidden_room(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    calm, busy = make_room(deps, owner, name="Aye-aye"), make_room(deps, owner, name="Zebu")
    for room in (calm, busy):
        bring_in(deps, room, by=owner, who=stranger)
    post(deps, busy, owner, "news")
    screen = desk.sit_down(stranger).go("/")
    screen.expect_signed_in()
    screen.button("Go to room or person").click()
    options = screen.page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("Zebu")
    expect(options.first).to_contain_text("1 unread")
    screen.page.keyboard.type("hidden place")
    expect(screen.page.get_by_text("Nothing fits")).to_be_visible()
    screen.page.keyboard.press("Enter")
    screen.expect_path("/")


def test_the_switcher_leads_to_people(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.page.keyboard.press("Control+k")
    screen.page.keyboard.type(stranger.username)
    # Lists for the first letters may come before.
    expect(screen.page.get_by_role("option")).to_have_count(1)
    expect(screen.page.get_by_role("option")).to_contain_text(f"@{stranger.username}")
    screen.page.keyboard.press("Enter")
    screen.expect_path(f"/people/{stranger.username}")
