"""People take their data with them and go; owners choose how long rooms remember."""

import json
import re
from zipfile import ZipFile

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import Desk
from tests.support.people import PASSWORD, Place, Someone, post, sign_in_again

MADE_MS = 60_000
"""A file is made by a worker, behind everything that waits there."""
SAID = "Compost wants turning & air"


def test_somebody_takes_the_data_along_and_is_gone_from_every_screen(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, member, SAID)
    watcher = desk.sit_down(owner).enter(private_room)
    elsewhere = desk.sit_down(sign_in_again(deps, member)).enter(private_room)
    screen = desk.sit_down(member).go("/settings")
    screen.button("Export my data").click()
    link = screen.page.get_by_role("link", name=re.compile("^Download"))
    expect(link).to_be_visible(timeout=MADE_MS)
    with screen.page.expect_download() as begun:
        link.click()
    with ZipFile(begun.value.path()) as archive:
        written = json.loads(archive.read("data/messages.json"))
        shown, index = (archive.read(name).decode() for name in ("messages.html", "index.html"))
    assert [each["body"] for each in written] == [SAID]
    assert SAID.replace("&", "&amp;") in shown
    assert 'href="messages.html"' in index
    assert member.username in index

    byline = watcher.message("Compost wants").locator("header.who")
    expect(byline).to_contain_text(member.username)
    form = screen.page.locator("form").filter(has_text="Delete my account")
    expect(form.get_by_role("radio", name="Keep my messages")).to_be_checked()
    form.get_by_label("Your password").fill(PASSWORD)
    screen.button("Delete my account").click()
    screen.expect_signed_out()
    elsewhere.expect_signed_out()
    expect(byline).to_contain_text("Deleted account")
    expect(byline).not_to_contain_text(member.username)
    watcher.expect_texts([SAID])
    desk.sit_down(member).go("/settings").expect_signed_out()


def test_an_owner_chooses_how_long_the_room_keeps_messages(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.open_info()
    screen.button("Edit room").click()
    days = screen.page.get_by_role("spinbutton", name="Delete messages after days")
    days.fill("45")
    screen.button("Apply").click()
    expect(screen.page.get_by_text("Saved.")).to_be_visible()
    again = screen.another_tab().enter(private_room)
    again.open_info()
    expect(again.info.get_by_text("Messages are deleted after 45 days.")).to_be_visible()
