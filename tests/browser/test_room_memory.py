"""What a room remembers, on its screens: the summary in its info pane, and what one missed."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services.moderation import decisions
from tests.browser.screen import Desk
from tests.support.moderation import moderated
from tests.support.people import Place, Someone, post

TALK = (
    "The summer party moves from the park to the old brewery this year.",
    "Please bring your own cups because the brewery has none for us.",
    "The band begins to play at seven and stops before ten at night.",
)
LATER_MS = 60_000


def test_the_summary_comes_by_itself_and_loses_what_is_removed(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    moderated(deps, private_room, holds=False, summary_every=len(TALK))
    screen = desk.sit_down(member).enter(private_room)
    screen.page.get_by_role("button", name="Room info").click()
    summary = screen.page.get_by_role("region", name="Summary")
    expect(summary).to_contain_text("Nothing is summarised yet")
    said = [post(deps, private_room, owner, text) for text in TALK]
    expect(summary).to_contain_text("Summary by built-in", timeout=LATER_MS)
    expect(summary).to_contain_text("bring your own cups")
    summary.get_by_text(re.compile(r"\d sources")).click()
    source = summary.get_by_role("list", name="Sources").get_by_role("link").first
    expect(source).to_have_attribute("href", re.compile(rf"/rooms/{private_room.slug}\?message="))

    decisions.remove(deps, actor_id=owner.id, room_id=private_room.id, message_id=said[1])
    expect(summary).not_to_contain_text("bring your own cups")
    expect(summary).to_contain_text("band begins")

    away = desk.sit_down(owner).go("/")
    latest = post(deps, private_room, member, "The tickets cost five euros at the door this time.")
    decisions.keep(deps, actor_id=owner.id, room_id=private_room.id, message_id=latest)
    away.enter(private_room)
    away.log.get_by_role("button", name="Catch me up").click()
    told = away.page.get_by_role("region", name="Catch-up")
    expect(told).to_contain_text("tickets cost five euros", timeout=LATER_MS)
    expect(told).not_to_contain_text("summer party moves")
    told.get_by_role("list", name="Sources").get_by_role("link").click()
    expect(away.message("tickets cost")).to_be_focused()
