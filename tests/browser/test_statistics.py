"""A member finds the statistics of the room, and reads the same in charts, tables and files."""

import re
from pathlib import Path

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import votes
from tests.browser.screen import PHONE, Desk
from tests.browser.test_phone import expect_no_sideways_scrolling
from tests.support.people import Place, Someone, post


def test_a_member_reads_how_much_the_room_talks(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    best = post(deps, private_room, member, "A lamp for the hall")
    post(deps, private_room, owner, "Hello")
    votes.vote(deps, actor_id=owner.id, room_id=private_room.id, message_id=best, value=1)
    screen = desk.sit_down(member, timezone_id="America/New_York").enter(private_room)
    page = screen.page
    screen.open_info()
    page.get_by_role("link", name="Statistics").click()
    expect(page).to_have_url(re.compile(rf"/rooms/{private_room.slug}/statistics$"))

    talk = page.get_by_role("region", name="Messages per day")
    expect(talk.get_by_role("img", name="Messages per day")).to_be_visible()
    expect(talk.locator(".recharts-bar-rectangle").first).to_be_visible()
    talk.get_by_text("Show as table").click()
    today = talk.get_by_role("table").get_by_role("row").nth(1)
    expect(today).to_contain_text(re.compile(r"2\s*0\s*2$"))
    page.get_by_role("radio", name="90 days").click()
    expect(talk.get_by_role("row")).to_have_count(91)

    hours = page.get_by_role("region", name="Busiest hours")
    expect(hours).to_contain_text("Times in America/New_York")
    busy = hours.get_by_role("cell", name="2", exact=True)
    expect(busy).to_have_count(1)
    told = hours.locator("[data-told-line]")
    busy.hover()
    when = re.compile(r"^\w+day \d\d:00 to \d\d:00: 2 messages$")
    expect(told).to_have_attribute("data-told", when)
    first = hours.get_by_role("cell", name="0", exact=True).first
    expect(told).not_to_have_attribute("data-told", re.compile("^Tuesday 01"))
    first.focus()
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(told).to_have_attribute("data-told", re.compile("^Tuesday 01:00 to 02:00: "))
    expect(first).to_have_attribute("tabindex", "-1")
    page.keyboard.press("Home")
    expect(told).to_have_attribute("data-told", re.compile("^Tuesday 00:00"))
    with page.expect_download() as begun:
        hours.get_by_role("link", name="Busiest hours as CSV").click()
    lines = Path(begun.value.path()).read_text().splitlines()
    assert len(lines) == 8
    assert sum(int(n) for line in lines[1:] for n in line.split(",")[1:]) == 2

    people = page.get_by_role("region", name="Who talks")
    expect(people.get_by_role("row")).to_have_count(3)
    people.get_by_role("searchbox", name="Find somebody").fill(member.username)
    expect(people.get_by_role("row")).to_have_count(2)
    expect(people.get_by_role("row").nth(1)).to_contain_text(re.compile(r"1\s*1$"))
    page.set_viewport_size(PHONE["viewport"])
    expect_no_sideways_scrolling(screen)
    page.get_by_role("list", name="Top messages").get_by_role("link").click()
    screen.expect_room(private_room)
    expect(page).to_have_url(re.compile(rf"\?message={best}$"))
