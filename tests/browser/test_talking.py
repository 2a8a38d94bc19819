"""People talk: sending, editing, deleting, replying."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.people import Place, Someone, post


def two_in_a_room(desk: Desk, room: Place, *people: Someone) -> list[Screen]:
    """Screens of these people, with the room open."""
    return [desk.sit_down(each).enter(room) for each in people]


def test_two_people_talk_and_see_the_same_order(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    one, two = two_in_a_room(desk, private_room, owner, member)
    for turn in range(5):
        one.say(f"question {turn}")
        two.say(f"answer {turn}")
    for screen in (one, two):
        expect(screen.messages).to_have_count(10)
        for turn in range(5):
            screen.expect_message(f"question {turn}")
            screen.expect_message(f"answer {turn}")
        expect(screen.log.locator("[data-pending-id]")).to_have_count(0)
    assert one.shown() == two.shown()
    questions = [each["text"] for each in one.shown() if "question" in each["text"]]
    assert questions == [f"question {turn}" for turn in range(5)]
    two.page.reload()
    two.expect_room(private_room)
    expect(two.messages).to_have_count(10)
    assert two.shown() == one.shown()


def test_messages_typed_faster_than_the_server_answers_keep_their_order(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    one, two = two_in_a_room(desk, private_room, owner, member)
    texts = [f"line {number}" for number in range(12)]
    for text in texts:
        one.say(text)
    for screen in (one, two):
        screen.expect_texts(texts)


def test_each_article_names_its_author_and_the_time(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    one, two = two_in_a_room(desk, private_room, owner, member)
    one.say("hello there")
    name = re.compile(rf"^{re.escape(owner.username)} at \d\d:\d\d$")
    article = two.log.get_by_role("article", name=name)
    expect(article).to_contain_text("hello there")
    expect(article).to_have_attribute("data-message-id", re.compile(r"^\d+$"))


def test_enter_sends_and_shift_enter_breaks_the_line(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.composer.press_sequentially("first line")
    screen.composer.press("Shift+Enter")
    screen.composer.press_sequentially("second line")
    expect(screen.messages).to_have_count(0)
    screen.composer.press("Enter")
    expect(screen.composer).to_have_value("")
    screen.expect_message("first line")
    assert screen.shown()[0]["text"] == "first line\nsecond line"
    screen.composer.press("Enter")
    screen.composer.fill("   \n ")
    screen.composer.press("Enter")
    screen.composer.fill("by the button")
    screen.button("Send").click()
    screen.expect_message("by the button")
    expect(screen.messages).to_have_count(2)


def test_an_edit_shows_everywhere_and_says_so(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    one, two = two_in_a_room(desk, private_room, owner, member)
    one.say("teh message")
    two.expect_message("teh message")
    two.message("teh message").hover()
    expect(two.message("teh message").get_by_role("button", name="Copy link")).to_be_visible()
    expect(two.message("teh message").get_by_role("button", name="Edit")).to_have_count(0)
    one.act("teh message", "Edit")
    box = one.textbox("Edit message")
    expect(box).to_be_focused()
    expect(box).to_have_value("teh message")
    box.fill("the message")
    box.press("Enter")
    for screen in (one, two):
        screen.expect_message("the message")
        expect(screen.message("the message")).to_contain_text("(edited)")
    expect(one.textbox("Edit message")).to_have_count(0)


def test_a_deleted_message_leaves_a_note_and_no_text_also_in_quotes(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    one, two = two_in_a_room(desk, private_room, owner, member)
    one.say("a secret slip")
    two.expect_message("a secret slip")
    two.act_more("a secret slip", "Quote")
    expect(two.page.get_by_text(f"Quoting {owner.username}")).to_be_visible()
    two.say("what was that?")
    one.expect_message("what was that?")
    one.message("a secret slip").first.hover()
    one.messages.first.get_by_role("button", name="Delete").click()
    dialog = one.page.get_by_role("alertdialog")
    dialog.get_by_role("button", name="Delete").click()
    for screen in (one, two):
        expect(screen.messages.first).to_contain_text("Message deleted")
        expect(screen.page.get_by_text("a secret slip")).to_have_count(0)
        expect(screen.messages).to_have_count(2)


def test_a_reply_quotes_and_a_click_on_the_quote_jumps_there(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    first = post(deps, private_room, owner, "the one that is asked about")
    for number in range(150):
        post(deps, private_room, member, f"filler {number}")
    one, two = two_in_a_room(desk, private_room, owner, member)
    one.page.get_by_role("button", name="Jump to latest").click()
    expect(one.message("filler 149")).to_be_in_viewport()
    one.act_more("filler 149", "Quote")
    expect(one.page.get_by_text(f"Quoting {member.username}")).to_be_visible()
    one.say("a reply near by")
    two.expect_message("a reply near by")
    expect(two.message("a reply near by").get_by_role("button")).to_contain_text(["filler 149"])
    expect(one.page.get_by_text(f"Quoting {member.username}")).to_have_count(0)

    post(deps, private_room, owner, "a reply from afar", reply_to=first)
    quote = two.message("a reply from afar").get_by_role("button", name="In reply to")
    expect(quote).to_contain_text("the one that is asked about")
    quote.click()
    original = two.page.locator(f'[data-message-id="{first}"]')
    expect(original).to_be_in_viewport()
    expect(original).to_be_focused()


def test_escape_cancels_a_quote_and_keeps_the_draft(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, member, "something to answer")
    screen = desk.sit_down(owner).enter(private_room)
    screen.act_more("something to answer", "Quote")
    note = screen.page.get_by_text(f"Quoting {member.username}")
    expect(note).to_be_visible()
    screen.composer.fill("half a thought")
    screen.composer.press("Escape")
    expect(note).to_have_count(0)
    expect(screen.composer).to_have_value("half a thought")
    screen.composer.press("Enter")
    screen.expect_message("half a thought")
    expect(screen.log.get_by_role("button", name="In reply to")).to_have_count(0)


def test_each_room_keeps_its_own_draft_over_navigation_and_reload(
    desk: Desk, private_room: Place, public_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.composer.fill("draft for one room")
    screen.my_rooms.get_by_role("link", name=re.compile("open place")).click()
    screen.expect_room(public_room)
    expect(screen.composer).to_have_value("")
    screen.composer.fill("draft for the other")
    screen.my_rooms.get_by_role("link", name=re.compile("hidden place")).click()
    screen.expect_room(private_room)
    expect(screen.composer).to_have_value("draft for one room")
    screen.page.reload()
    screen.expect_room(private_room)
    expect(screen.composer).to_have_value("draft for one room")
    screen.composer.press("Enter")
    screen.expect_message("draft for one room")
    screen.enter(public_room)
    expect(screen.composer).to_have_value("draft for the other")
    expect(screen.messages).to_have_count(0)


def test_all_tabs_and_browsers_of_a_person_show_the_same(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    one = desk.sit_down(owner).enter(private_room)
    two = one.another_tab().enter(private_room)
    phone = desk.sit_down(owner, **PHONE).enter(private_room)
    for number, screen in enumerate((one, two, phone)):
        screen.say(f"from screen {number}")
        one.expect_message(f"from screen {number}")
    for screen in (one, two, phone):
        screen.expect_texts([f"from screen {number}" for number in range(3)])
        expect(screen.log.locator("[data-pending-id]")).to_have_count(0)
