"""Threads beside a room: replying live, reading, following, permalinks."""

import re

from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.services import members
from tests.browser.screen import PHONE, Desk, Line, Screen
from tests.support.people import Place, Someone, make_room, post, post_many

ROOT = "the message with a thread"


def thread_of(screen: Screen) -> Locator:
    return screen.page.get_by_role("region", name="Thread")


def replies(screen: Screen) -> Locator:
    return thread_of(screen).locator("[data-replies] .prose")


def footer(screen: Screen) -> Locator:
    return screen.message(ROOT).locator(".thread-footer")


def open_thread(screen: Screen) -> Screen:
    screen.act(ROOT, "Reply")
    expect(thread_of(screen)).to_contain_text(ROOT)
    expect(screen.textbox("Reply")).to_be_focused()
    return screen


def reply(screen: Screen, text: str) -> None:
    screen.textbox("Reply").fill(text)
    screen.textbox("Reply").press("Enter")


def test_two_people_reply_and_see_each_other_at_once(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, owner, ROOT)
    one = open_thread(desk.sit_down(owner).enter(private_room))
    two = open_thread(desk.sit_down(member).enter(private_room))
    watching = desk.sit_down(owner).enter(private_room)
    reply(one, "first reply")
    expect(replies(two)).to_have_text(["first reply"])
    two.textbox("Reply").fill("second reply")
    two.button("Send reply").click()
    for screen in (one, two):
        expect(replies(screen)).to_have_text(["first reply", "second reply"])
        expect(screen.messages).to_have_count(1)
    expect(footer(watching)).to_contain_text("2 replies")
    one.page.reload()
    expect(replies(one)).to_have_text(["first reply", "second reply"])


def test_a_reply_can_be_edited_and_deleted_like_a_message(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    post(deps, private_room, member, "theirs", thread=root)
    post(deps, private_room, owner, "mine", thread=root)
    one = open_thread(desk.sit_down(owner).enter(private_room))
    two = open_thread(desk.sit_down(member).enter(private_room))
    mine = thread_of(one).locator("article").filter(has_text="mine")
    mine.hover()
    mine.get_by_role("button", name="Edit", exact=True).click()
    one.textbox("Edit message").fill("mine, better")
    one.textbox("Edit message").press("Enter")
    expect(replies(two)).to_have_text(["theirs", "mine, better"])
    mine.hover()
    mine.get_by_role("button", name="Delete", exact=True).click()
    one.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(replies(two)).to_have_text(["theirs"])
    expect(thread_of(two)).to_contain_text("Message deleted")
    expect(footer(two)).to_contain_text("1 reply")


def test_unread_replies_show_in_the_footer_and_in_the_list_until_they_are_read(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    screen = desk.sit_down(owner).enter(private_room)
    other_tab = screen.another_tab().enter(private_room)
    post(deps, private_room, member, "something new", thread=root)
    for each in (screen, other_tab):
        expect(footer(each)).to_contain_text("unread")
        expect(each.button("Threads, 1 unread")).to_be_visible()
    screen.button("Threads, 1 unread").click()
    listed = screen.page.get_by_role("list", name="Threads")
    expect(listed.get_by_role("listitem")).to_have_count(1)
    listed.get_by_role("button", name=re.compile(ROOT)).click()
    expect(replies(screen)).to_have_text(["something new"])
    for each in (screen, other_tab):
        expect(footer(each)).not_to_contain_text("unread")
        expect(each.button("Threads")).to_be_visible()
    thread_of(screen).get_by_role("button", name="Unfollow").click()
    expect(thread_of(screen).get_by_role("button", name="Follow", exact=True)).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(thread_of(screen)).to_have_count(0)
    post(deps, private_room, member, "unheard", thread=root)
    expect(footer(screen)).to_contain_text("2 replies")
    expect(footer(screen)).not_to_contain_text("unread")


def test_a_followed_thread_of_another_room_opens_there(
    desk: Desk, deps: Deps, private_room: Place, public_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    post(deps, private_room, member, "come here", thread=root)
    screen = desk.sit_down(owner).enter(public_room)
    screen.button("Threads, 1 unread").click()
    screen.page.get_by_role("link", name=re.compile(ROOT)).click()
    screen.expect_room(private_room)
    expect(replies(screen)).to_have_text(["come here"])


def test_a_permalink_to_a_reply_opens_its_thread_around_it(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    texts = (f"reply {number}" for number in range(260))
    ids = post_many(deps, private_room, owner, texts, thread=root)
    post_many(deps, private_room, owner, (f"filler {number}" for number in range(100)))
    screen = desk.sit_down(owner).enter(private_room, query=f"?message={ids[20]}")
    linked = thread_of(screen).locator(f'article[data-message-id="{ids[20]}"]')
    expect(linked).to_be_in_viewport()
    expect(linked).to_be_focused()
    expect(screen.message(ROOT)).to_be_visible()
    screen.button("Load earlier replies").click()
    expect(replies(screen).first).to_have_text("reply 0")
    expect(linked).to_be_in_viewport()
    expect(replies(screen)).to_have_count(260)


def test_each_thread_keeps_its_own_draft(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    post(deps, private_room, owner, ROOT)
    post(deps, private_room, owner, "another root")
    screen = open_thread(desk.sit_down(owner).enter(private_room))
    screen.textbox("Reply").fill("half a reply")
    screen.composer.fill("half a message")
    screen.act("another root", "Reply")
    expect(thread_of(screen)).to_contain_text("another root")
    expect(screen.textbox("Reply")).to_have_value("")
    open_thread(screen)
    expect(screen.textbox("Reply")).to_have_value("half a reply")
    screen.textbox("Reply").press("Escape")
    expect(thread_of(screen)).to_have_count(0)
    screen.page.reload()
    expect(screen.composer).to_have_value("half a message")
    open_thread(screen)
    expect(screen.textbox("Reply")).to_have_value("half a reply")


def test_a_reply_written_without_a_network_is_sent_once_when_it_is_back(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    screen = desk.sit_down(owner)
    line = Line(screen)
    open_thread(screen.enter(private_room))
    line.cut()
    expect(screen.connection).to_be_visible(timeout=15_000)
    reply(screen, "through the tunnel")
    pending = thread_of(screen).locator("article[data-pending-id]")
    expect(pending).to_contain_text("sending")
    post(deps, private_room, member, "meanwhile", thread=root)
    line.mend()
    expect(replies(screen)).to_have_text(["meanwhile", "through the tunnel"], timeout=20_000)
    expect(pending).to_have_count(0)
    post(deps, private_room, member, "and on", thread=root)
    expect(replies(screen)).to_have_count(3)


def test_losing_the_room_takes_its_thread_off_the_screen(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    post(deps, private_room, owner, "for members only", thread=root)
    screen = open_thread(desk.sit_down(member).enter(private_room))
    expect(replies(screen)).to_have_text(["for members only"])
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    expect(thread_of(screen)).to_have_count(0)
    expect(screen.page.get_by_text("for members only")).to_have_count(0)


def test_a_visitor_reads_a_thread_and_members_alone_reply(
    desk: Desk, deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    root = post(deps, public_room, owner, ROOT)
    post(deps, public_room, owner, "read me", thread=root)
    screen = desk.sit_down(stranger).enter(public_room)
    footer(screen).click()
    expect(replies(screen)).to_have_text(["read me"])
    expect(screen.textbox("Reply")).to_have_count(0)


def test_a_thread_fills_a_phone_and_leads_back(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    post(deps, private_room, owner, "a reply", thread=root)
    screen = desk.sit_down(owner, **PHONE).enter(private_room)
    footer(screen).tap()
    box = thread_of(screen).bounding_box()
    assert box is not None
    assert box["width"] == screen.page.viewport_size["width"]  # type: ignore[index]
    screen.textbox("Reply").fill("from the train")
    screen.button("Send reply").tap()
    expect(replies(screen)).to_have_text(["a reply", "from the train"])
    screen.button("Close thread").tap()
    expect(footer(screen)).to_contain_text("2 replies")


def test_another_room_closes_the_thread(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    post(deps, private_room, owner, ROOT)
    other = make_room(deps, owner, name="elsewhere")
    screen = open_thread(desk.sit_down(owner).enter(private_room))
    screen.my_rooms.get_by_role("link", name=other.slug).click()
    screen.expect_room(other)
    expect(thread_of(screen)).to_have_count(0)
