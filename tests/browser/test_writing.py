"""Mentions that count, quotes and typing in threads, and the ways to a reply."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.services import pins, saved, votes
from tests.browser.screen import Desk, Screen
from tests.support.people import Place, Someone, post, post_many

ROOT = "the message with a thread"


def thread_of(screen: Screen) -> Locator:
    return screen.page.get_by_role("region", name="Thread")


def open_thread(screen: Screen) -> Screen:
    screen.act(ROOT, "Reply")
    expect(screen.textbox("Reply")).to_be_focused()
    return screen


def test_only_mentions_that_count_are_marked_and_the_writer_learns_of_the_others(
    desk: Desk, private_room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    writing, reading = [desk.sit_down(who).enter(private_room) for who in (member, owner)]
    writing.say(f"@{owner.username} @{stranger.username} @nobody @room look")
    for _ in range(2):
        expect(reading.message("look").locator(".mention")).to_have_text([f"@{owner.username}"])
        reading.page.reload()
        reading.expect_room(private_room)
    told = writing.page.get_by_text(f"@{stranger.username} is not in this room and was not told.")
    expect(told).to_contain_text("Only moderators can call everybody")
    writing.button("Dismiss note").click()
    expect(told).to_have_count(0)


def test_a_quote_in_a_thread_and_who_types_there_stay_in_the_thread(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    post(deps, private_room, owner, "quote me", thread=root)
    one, two = [open_thread(desk.sit_down(w).enter(private_room)) for w in (owner, member)]
    said = thread_of(one).locator("article").filter(has_text="quote me")
    said.hover()
    said.get_by_role("button", name="More", exact=True).click()
    said.get_by_role("button", name="Quote", exact=True).click()
    expect(one.textbox("Reply")).to_be_focused()
    expect(thread_of(one).locator(".replying")).to_contain_text("quote me")
    expect(one.page.locator(".mid .replying")).to_have_count(0)
    one.textbox("Reply").press_sequentially("an answer")
    expect(thread_of(two).locator(".typing")).to_contain_text("is typing")
    expect(two.page.locator(".mid .typing")).to_have_text("")
    one.textbox("Reply").press("Enter")
    answer = thread_of(two).locator("article").filter(has_text="an answer")
    expect(answer.locator(".quote")).to_contain_text("quote me")
    expect(thread_of(two).locator(".typing")).to_have_text("")
    expect(thread_of(one).locator(".replying")).to_have_count(0)


def test_every_way_to_a_reply_deep_in_a_long_thread_shows_it(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, ROOT)
    place: dict[str, Any] = {"room_id": private_room.id}
    deep = post(deps, private_room, owner, f"needle for @{member.username}", thread=root)
    replies = (f"reply {number}" for number in range(860))
    post_many(deps, private_room, owner, replies, thread=root)
    votes.vote(deps, actor_id=owner.id, message_id=deep, value=1, **place)
    pins.set_pinned(deps, actor_id=owner.id, message_id=deep, is_pinned=True, **place)
    saved.set_saved(deps, actor_id=member.id, message_id=deep, is_saved=True, **place)
    screen = desk.sit_down(member)

    def by_permalink() -> None:
        screen.enter(private_room, query=f"?message={deep}")

    def by_notification() -> None:
        screen.go("/").page.get_by_role("button", name="Notifications, ").click()
        region = screen.page.get_by_role("region", name="Notifications")
        region.get_by_role("button").filter(has_text="mentioned you").click()

    def by_search() -> None:
        screen.go("/search?q=needle")
        found = screen.page.get_by_role("list", name="Search results")
        found.get_by_role("link").first.click()

    def by_pane(opener: str, entry: str) -> Callable[[], None]:
        def go() -> None:
            screen.enter(private_room)
            screen.page.get_by_role("button", name=opener).first.click()
            screen.page.locator(".right").get_by_role("button", name=entry).first.click()

        return go

    for way in (
        by_notification,
        by_permalink,
        by_search,
        by_pane("Top this week", "needle"),
        by_pane("Pins", "needle"),
        by_pane("Saved", "needle"),
    ):
        way()
        linked = thread_of(screen).locator(f'article[data-message-id="{deep}"]')
        expect(linked).to_be_in_viewport()
        expect(linked).to_be_focused()
    thread_of(screen).get_by_role("button", name="Jump to the newest").click()
    expect(thread_of(screen).locator("article").last).to_be_in_viewport()
    expect(thread_of(screen).locator("article").last).to_contain_text("reply 859")
