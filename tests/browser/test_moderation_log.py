"""The moderation log as moderators meet it: from an alert to a decision that others see."""

import re

from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import Desk, Screen
from tests.support.moderation import ABUSE, moderated
from tests.support.people import Place, Someone, bring_in, post, sign_up

OTHER = "Shut up you disgusting piece of trash, nobody wants you here"


def entries(screen: Screen) -> Locator:
    return screen.page.get_by_role("list", name="Log").get_by_role("article")


def test_an_alert_leads_to_what_was_removed_and_keeping_it_shows_it_to_everybody(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    moderated(deps, private_room, holds=False)
    bystander = bring_in(deps, private_room, by=owner, who=sign_up(deps, "bystander"))
    looking = desk.sit_down(bystander).enter(private_room)
    screen = desk.sit_down(moderator).go("/discover")
    screen.expect_signed_in()
    removed = post(deps, private_room, member, ABUSE)
    expect(looking.message("Removed by moderation")).to_be_visible()

    screen.page.get_by_role("button", name=re.compile("^Notifications")).click()
    screen.page.get_by_role("region", name="Notifications").get_by_text(
        "was removed automatically"
    ).click()
    screen.expect_path(f"/moderation/audit?message={removed}")
    entry = entries(screen).filter(has_text="Removed")
    expect(entry).to_have_count(1)
    expect(entry.locator(".log-text")).to_have_text(ABUSE)
    expect(entry.locator("mark").first).to_be_visible()

    other = post(deps, private_room, member, OTHER)
    expect(looking.message("Removed by moderation")).to_have_count(2)
    screen.page.get_by_role("link", name="Unchecked removals, 7 days").click()
    expect(entries(screen)).to_have_count(2)
    screen.page.get_by_role("combobox", name="Room").select_option(private_room.slug)
    screen.page.get_by_role("searchbox", name="Person concerned").fill(member.username)
    expect(screen.page).to_have_url(re.compile(f"about={member.username}"))
    screen.page.reload()
    expect(screen.page.get_by_role("searchbox", name="Person concerned")).to_have_value(
        member.username
    )
    expect(entries(screen)).to_have_count(2)

    kept = screen.page.locator(f'article[data-message-id="{removed}"]')
    kept.get_by_role("button", name="Review").press("Enter")
    expect(kept.get_by_role("textbox", name="Reason, shown to the author")).to_be_focused()
    kept.get_by_role("button", name="Keep").press("Enter")
    looking.expect_message(ABUSE)
    expect(entries(screen)).to_have_count(1)
    expect(screen.page.locator(f'article[data-message-id="{other}"]')).to_be_visible()
    expect(screen.page.get_by_text("Kept: it is shown again.")).to_be_visible()

    with screen.page.expect_download() as download:
        screen.page.get_by_role("link", name="Export CSV").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert OTHER in lines[1]

    screen.button("Undo").click()
    expect(looking.message("Removed by moderation")).to_have_count(2)
    expect(entries(screen)).to_have_count(2)
