"""Recommendations: made by workers, shown with their reason, and declined."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import rooms
from chatrooms.services.rooms import RoomDraft
from tests.browser.screen import Desk
from tests.support.inspect import rows
from tests.support.people import Place, Someone
from tests.support.waiting import wait_until

MADE_MS = 60_000
"""The first time a worker recommends it loads what that needs, behind everything that waits."""
SUBJECT = "apiculture"


def test_a_newcomer_who_joins_a_room_is_led_to_another_about_the_same_and_may_decline_it(
    desk: Desk, deps: Deps, owner: Someone, stranger: Someone
) -> None:
    visited = make(deps, owner, "Beehives")
    make(deps, owner, "Honey harvest")
    wait_until(
        lambda: not rows(deps, "SELECT id FROM index_requests WHERE kind = 'room'"),
        what="both rooms are in the index",
        deadline_s=60,
    )
    screen = desk.sit_down(stranger).go(f"/rooms/{visited.slug}")
    screen.button("Join").click()
    expect(screen.button("Leave")).to_be_visible()
    screen.go("/")
    region = screen.page.get_by_role("region", name="Recommended for you")
    card = region.get_by_role("article", name="Honey harvest", exact=True)
    why = re.compile(rf"Because you (are|spend time) in Beehives: both are about {SUBJECT}")
    expect(card).to_contain_text(why, timeout=MADE_MS)
    expect(region.get_by_role("article", name="Beehives", exact=True)).to_have_count(0)
    card.get_by_role("button", name="Not interested").click()
    expect(card).to_have_count(0)
    screen.go("/discover")
    expect(screen.page.get_by_role("article", name="Honey harvest", exact=True)).to_have_count(1)
    expect(card).to_have_count(0)


def make(deps: Deps, owner: Someone, name: str) -> Place:
    draft = RoomDraft(name=name, topic="Bees and what they make", tags=SUBJECT)
    facts = rooms.create_room(deps, actor_id=owner.id, draft=draft)
    return Place(facts.id, facts.slug)
