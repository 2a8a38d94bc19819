"""A draft begun in one browser goes on in another, until it is sent."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import drafts, members
from tests.browser.screen import Desk, Line, Screen
from tests.support.people import Place, Someone, bring_in, make_room, post
from tests.support.waiting import wait_until


def stored(deps: Deps, who: Someone, room: Place) -> str:
    return drafts.find_draft(deps, actor_id=who.id, slug=room.slug).body


def test_another_browser_goes_on_with_a_draft_and_sending_it_clears_both(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    first = desk.sit_down(owner).enter(private_room)
    expect(first.my_rooms.get_by_text("draft")).to_have_count(0)
    first.composer.press_sequentially("begun here,")
    expect(first.my_rooms.get_by_text("draft")).to_have_count(1)
    assert stored(deps, owner, private_room) == "begun here,"

    second = desk.sit_down(owner).enter(private_room)
    expect(second.composer).to_have_value("begun here,")
    second.composer.press("End")
    second.composer.press_sequentially(" ended there")
    second.composer.press("Enter")
    second.expect_message("begun here, ended there")
    expect(second.composer).to_have_value("")
    expect(first.my_rooms.get_by_text("draft")).to_have_count(0)
    assert stored(deps, owner, private_room) == ""
    first.page.reload()
    first.expect_room(private_room)
    first.expect_message("begun here, ended there")
    expect(first.composer).to_have_value("")


def test_leaving_a_room_saves_what_was_typed_there(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    other = make_room(deps, owner, name="other place")
    screen = desk.sit_down(owner).enter(private_room)
    screen.composer.fill("left behind")
    screen.my_rooms.get_by_role("link", name=re.compile("other place")).click()
    screen.expect_room(other)
    eventually_stored(deps, owner, private_room, "left behind")
    screen.composer.fill("left for home")
    screen.page.get_by_role("link", name="Chatrooms").click()
    screen.expect_path("/")
    eventually_stored(deps, owner, other, "left for home")


def eventually_stored(deps: Deps, who: Someone, room: Place, text: str) -> None:
    wait_until(lambda: stored(deps, who, room) == text, what=f"the draft is {text!r}")


def test_what_was_typed_without_a_connection_wins_and_is_saved_when_it_is_back(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner)
    line = Line(screen)
    screen.enter(private_room)
    line.cut()
    expect(screen.connection).to_be_visible()
    screen.composer.fill("typed in a tunnel")
    drafts.save_draft(deps, actor_id=owner.id, room_id=private_room.id, body="from elsewhere")
    line.mend()
    expect(screen.connection).to_have_count(0)
    expect(screen.page.locator("[data-draft='typed in a tunnel']")).to_have_count(1)
    expect(screen.composer).to_have_value("typed in a tunnel")
    assert stored(deps, owner, private_room) == "typed in a tunnel"


def test_a_person_sees_no_draft_of_anybody_else(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    drafts.save_draft(deps, actor_id=owner.id, room_id=private_room.id, body="for my eyes")
    mine, theirs = (desk.sit_down(who).enter(private_room) for who in (owner, member))
    expect(mine.composer).to_have_value("for my eyes")
    expect(theirs.composer).to_have_value("")
    expect(theirs.my_rooms.get_by_text("draft")).to_have_count(0)
    assert "for my eyes" not in theirs.page.content()


def stored_reply(deps: Deps, who: Someone, room: Place, thread: int) -> str:
    found = drafts.find_reply_draft(deps, actor_id=who.id, room_id=room.id, thread_id=thread)
    return found.body


def open_thread(screen: Screen, text: str) -> Screen:
    screen.act(text, "Reply")
    expect(screen.page.get_by_role("region", name="Thread")).to_contain_text(text)
    expect(screen.textbox("Reply")).to_be_focused()
    return screen


def test_another_browser_goes_on_with_a_reply_and_sending_it_clears_both(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    root = post(deps, private_room, owner, "the first root")
    first = open_thread(desk.sit_down(owner).enter(private_room), "the first root")
    first.textbox("Reply").press_sequentially("begun here,")
    expect(first.page.locator("[data-draft='begun here,']")).to_have_count(1)
    assert stored_reply(deps, owner, private_room, root) == "begun here,"

    second = open_thread(desk.sit_down(owner).enter(private_room), "the first root")
    expect(second.textbox("Reply")).to_have_value("begun here,")
    expect(second.composer).to_have_value("")
    second.textbox("Reply").press("End")
    second.textbox("Reply").press_sequentially(" ended there")
    second.textbox("Reply").press("Enter")
    sent = second.page.locator("[data-replies] .prose")
    expect(sent).to_have_text(["begun here, ended there"])
    expect(second.textbox("Reply")).to_have_value("")
    eventually_replied(deps, owner, private_room, root, "")
    first.textbox("Reply").press("Escape")
    expect(first.textbox("Reply")).to_have_count(0)
    open_thread(first, "the first root")
    expect(first.textbox("Reply")).to_have_value("")


def test_closing_a_thread_and_opening_another_save_what_was_typed(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    roots = [post(deps, private_room, owner, f"the {name} root") for name in ("first", "second")]
    screen = open_thread(desk.sit_down(owner).enter(private_room), "the first root")
    screen.textbox("Reply").fill("for another")
    screen.composer.fill("for the room")
    open_thread(screen, "the second root")
    expect(screen.textbox("Reply")).to_have_value("")
    eventually_replied(deps, owner, private_room, roots[0], "for another")
    screen.textbox("Reply").fill("closed")
    screen.textbox("Reply").press("Escape")
    expect(screen.textbox("Reply")).to_have_count(0)
    eventually_replied(deps, owner, private_room, roots[1], "closed")
    eventually_stored(deps, owner, private_room, "for the room")


def eventually_replied(deps: Deps, who: Someone, room: Place, thread: int, text: str) -> None:
    wait_until(lambda: stored_reply(deps, who, room, thread) == text, what=f"the reply is {text!r}")


def test_a_reply_typed_without_a_connection_wins_and_is_saved_when_it_is_back(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    root = post(deps, private_room, owner, "the first root")
    screen = desk.sit_down(owner)
    line = Line(screen)
    open_thread(screen.enter(private_room), "the first root")
    line.cut()
    expect(screen.connection).to_be_visible()
    screen.textbox("Reply").fill("typed in a tunnel")
    where = {"room_id": private_room.id, "thread_id": root}
    drafts.save_reply_draft(deps, actor_id=owner.id, **where, body="from elsewhere")
    line.mend()
    expect(screen.connection).to_have_count(0)
    expect(screen.page.locator("[data-draft='typed in a tunnel']")).to_have_count(1)
    expect(screen.textbox("Reply")).to_have_value("typed in a tunnel")
    assert stored_reply(deps, owner, private_room, root) == "typed in a tunnel"


def test_whoever_is_removed_is_shown_no_reply_and_goes_on_with_it_once_back(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, "the first root")
    where = {"actor_id": member.id, "room_id": private_room.id, "thread_id": root}
    drafts.save_reply_draft(deps, **where, body="half a reply")
    screen = open_thread(desk.sit_down(member).enter(private_room), "the first root")
    expect(screen.textbox("Reply")).to_have_value("half a reply")
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    expect(screen.textbox("Reply")).to_have_count(0)
    wait_until(lambda: "half a reply" not in screen.page.content(), what="the tab forgets it")
    screen.page.reload()
    expect(screen.page.get_by_role("button", name="Account menu")).to_be_visible()
    expect(screen.log).to_have_count(0)
    assert "half a reply" not in screen.page.content()
    bring_in(deps, private_room, by=owner, who=member)
    open_thread(screen.enter(private_room), "the first root")
    expect(screen.textbox("Reply")).to_have_value("half a reply")
