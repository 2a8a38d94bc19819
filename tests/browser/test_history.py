"""The past: scrolling back, permalinks, following and not following."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import rooms
from chatrooms.services.imports import Importer, parse_line
from tests.browser.screen import Desk, Screen
from tests.support.people import Place, Someone, have_read, post, unique

COUNT = 400


@pytest.fixture(scope="module")
def long_room(deps: Deps, admin: Someone) -> Place:
    """A public room with 400 imported messages."""
    name = unique("long ago")
    importer = Importer(deps)
    start = datetime.now(UTC) - timedelta(days=3)
    for number in range(COUNT):
        line = {
            "room": name,
            "author": f"writer {number % 3}",
            "sent_at": (start + timedelta(minutes=number)).isoformat(),
            "text": f"line {number:03}",
        }
        importer.add(parse_line(json.dumps(line)))
    access = rooms.open_room(deps, actor_id=admin.id, slug=name.replace(" ", "-"))
    return Place(access.room_id, access.facts.slug)


def numbers(screen: Screen) -> list[int]:
    """Which lines of the long room are on the page, in their order there."""
    found = (re.fullmatch(r"line (\d+)", each["text"].strip()) for each in screen.shown())
    return [int(match[1]) for match in found if match]


def test_a_room_opens_at_its_newest_message(desk: Desk, guest: Someone, long_room: Place) -> None:
    screen = desk.sit_down(guest).enter(long_room)
    expect(screen.message(f"line {COUNT - 1}")).to_be_in_viewport()
    assert screen.is_at_bottom()
    assert len(numbers(screen)) < COUNT / 2


def test_scrolling_back_reaches_the_beginning_in_order_without_a_gap_or_a_double(
    desk: Desk, guest: Someone, long_room: Place
) -> None:
    screen = desk.sit_down(guest).enter(long_room)
    expect(screen.message(f"line {COUNT - 1}")).to_be_in_viewport()
    seen: set[int] = set()
    beginning = screen.page.get_by_role("heading", name="The beginning of")
    for _ in range(300):
        is_beginning = beginning.is_visible()
        here = numbers(screen)
        assert here == list(range(here[0], here[0] + len(here)))
        seen |= set(here)
        if is_beginning:
            break
        oldest = here[0]
        before = screen.place()
        screen.scroll(-500)
        if screen.place() == before:  # at the top: the next page is on its way
            expect(screen.messages.first).not_to_contain_text(f"line {oldest:03}")
    assert seen == set(range(COUNT))
    assert numbers(screen)[0] == 0


def test_loading_older_pages_keeps_the_line_being_read_in_place(
    desk: Desk, guest: Someone, long_room: Place
) -> None:
    screen = desk.sit_down(guest).enter(long_room)
    expect(screen.message(f"line {COUNT - 1}")).to_be_in_viewport()
    screen.log.evaluate("log => { log.scrollTop = 1000 }")  # still too far down to load more
    oldest = numbers(screen)[0]
    screen.scroll(-300)
    place = screen.place()
    expect(screen.messages.first).not_to_contain_text(f"line {oldest:03}")
    screen.expect_place(place)


def test_a_permalink_opens_the_room_around_its_message(
    desk: Desk, guest: Someone, long_room: Place
) -> None:
    newest = desk.sit_down(guest).enter(long_room)
    expect(newest.message(f"line {COUNT - 1}")).to_be_in_viewport()
    oldest_id = newest.ids()[0] - (numbers(newest)[0] - 57)
    screen = newest.another_tab().enter(long_room, f"?message={oldest_id}")
    target = screen.message("line 057")
    expect(target).to_be_in_viewport()
    expect(target).to_be_focused()
    expect(target).to_have_attribute("data-flash", "")
    here = numbers(screen)
    assert here == list(range(here[0], here[0] + len(here)))
    assert here[-1] < COUNT - 1

    jump = screen.page.get_by_role("button", name="Jump to latest")
    jump.click()
    expect(screen.message(f"line {COUNT - 1}")).to_be_in_viewport()
    expect(jump).to_be_hidden()
    assert screen.is_at_bottom()


def test_from_a_permalink_one_reads_on_to_the_newest_message(
    desk: Desk, guest: Someone, long_room: Place
) -> None:
    newest = desk.sit_down(guest).enter(long_room)
    expect(newest.message(f"line {COUNT - 1}")).to_be_in_viewport()
    old_id = newest.ids()[0] - (numbers(newest)[0] - 150)
    screen = newest.another_tab().enter(long_room, f"?message={old_id}")
    expect(screen.message("line 150")).to_be_in_viewport()
    seen: set[int] = set()
    jump = screen.page.get_by_role("button", name="Jump to latest")
    for _ in range(300):
        here = numbers(screen)
        assert here == list(range(here[0], here[0] + len(here)))
        seen |= set(here)
        if here[-1] == COUNT - 1 and screen.is_at_bottom():
            break
        before = screen.place()
        screen.scroll(500)
        if screen.place() == before:
            expect(screen.messages.last).not_to_contain_text(f"line {here[-1]:03}")
    assert set(range(150, COUNT)) <= seen
    expect(jump).to_be_hidden()


def test_copy_link_gives_the_permalink(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    message_id = post(deps, private_room, owner, "worth a link")
    screen = desk.sit_down(owner)
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.enter(private_room)
    screen.act("worth a link", "Copy link")
    expect(screen.page.get_by_text("Link copied")).to_be_attached()
    link = screen.page.evaluate("navigator.clipboard.readText()")
    assert link == f"{desk.url}/rooms/{private_room.slug}?message={message_id}"


def test_a_permalink_into_another_room_shows_nothing_of_it(
    desk: Desk, deps: Deps, private_room: Place, public_room: Place, owner: Someone, guest: Someone
) -> None:
    hidden = post(deps, private_room, owner, "a secret of the other room")
    post(deps, public_room, owner, "nothing secret")
    screen = desk.sit_down(guest).enter(public_room, f"?message={hidden}")
    expect(screen.page.get_by_text("This message does not exist")).to_be_visible()
    screen.expect_texts(["nothing secret"])


def test_at_the_bottom_the_list_follows_and_scrolled_up_it_stays_and_counts(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for number in range(40):
        post(deps, private_room, member, f"before {number:02}")
    have_read(deps, private_room, owner)
    screen = desk.sit_down(owner).enter(private_room)
    expect(screen.message("before 39")).to_be_in_viewport()
    post(deps, private_room, member, "followed")
    expect(screen.message("followed")).to_be_in_viewport()
    assert screen.is_at_bottom()

    screen.scroll(-700)
    jump = screen.page.get_by_role("button", name="Jump to latest")
    expect(jump).to_be_visible()
    place = screen.place()
    for number in range(25):  # enough for the tail to roll over
        post(deps, private_room, member, f"after {number:02}")
    expect(jump).to_have_text("Jump to latest · 25")
    screen.expect_message("after 24")
    screen.expect_place(place)
    expect(screen.message("after 24")).not_to_be_in_viewport()

    jump.click()
    expect(screen.message("after 24")).to_be_in_viewport()
    expect(jump).to_be_hidden()
    post(deps, private_room, member, "followed again")
    expect(screen.message("followed again")).to_be_in_viewport()


def test_the_line_being_read_stays_however_much_is_said_meanwhile(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for number in range(70):
        post(deps, private_room, member, f"before {number:02}\n\nwith\n\nmany\n\nlines")
    have_read(deps, private_room, owner)
    screen = desk.sit_down(owner).enter(private_room)
    expect(screen.message("before 69")).to_be_in_viewport()
    screen.scroll(-400)
    expect(screen.page.get_by_role("button", name="Jump to latest")).to_be_visible()
    place = screen.place()
    for number in range(100):  # more than the newest messages that every screen holds
        post(deps, private_room, member, f"after {number:02}")
    expect(screen.page.get_by_role("button", name="Jump to latest")).to_have_text(
        re.compile("· (8|9|10)")
    )
    screen.expect_place(place)
    screen.page.get_by_role("button", name="Jump to latest").click()
    expect(screen.message("after 99")).to_be_in_viewport()


def test_sending_while_scrolled_up_goes_to_ones_own_message(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for number in range(40):
        post(deps, private_room, member, f"before {number:02}")
    have_read(deps, private_room, owner)
    screen = desk.sit_down(owner).enter(private_room)
    expect(screen.message("before 39")).to_be_in_viewport()
    screen.scroll(-900)
    expect(screen.page.get_by_role("button", name="Jump to latest")).to_be_visible()
    screen.say("my own words")
    expect(screen.message("my own words")).to_be_in_viewport()
