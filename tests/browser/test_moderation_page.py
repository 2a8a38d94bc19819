"""The moderation page as moderators, authors and bystanders meet it: live, by keys, on a phone."""

import re
from itertools import count

import pytest
from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.domain.moderation import Queue
from chatrooms.domain.permissions import Role
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.moderation import ABUSE, waiting
from tests.support.people import Place, Someone, bring_in, sign_up

NEW = count(1)


@pytest.fixture
def colleague(deps: Deps, private_room: Place, owner: Someone) -> Someone:
    """One more moderator of the private room."""
    who = sign_up(deps, "colleague")
    return bring_in(deps, private_room, by=owner, who=who, role=Role.MODERATOR)


def queue_of(screen: Screen) -> Locator:
    return screen.page.get_by_role("list", name="Queue").get_by_role("article")


def expect_open(screen: Screen, message_id: int) -> Locator:
    """Wait until that case is the open one."""
    article = screen.page.locator(f'article[data-message-id="{message_id}"]')
    expect(article.get_by_role("button", name="Keep", exact=True)).to_be_visible()
    return article


def fill(deps: Deps, room: Place, author: Someone, how_many: int) -> list[int]:
    """So many cases, the longest waiting first."""
    return [waiting(deps, room, author, f"Case number {next(NEW)}.")[0] for _ in range(how_many)]


def test_a_removal_shows_at_once_to_a_bystander_and_so_does_undoing_it(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    bystander = bring_in(deps, private_room, by=owner, who=sign_up(deps, "bystander"))
    message_id, _ = waiting(deps, private_room, member)
    looking = desk.sit_down(bystander).enter(private_room)
    looking.expect_message(ABUSE)
    author = desk.sit_down(member).enter(private_room)
    screen = desk.sit_down(moderator).go("/moderation")
    article = expect_open(screen, message_id)
    expect(article.get_by_test_id("toxicity")).to_have_text("0.91")
    expect(article.locator("mark")).to_have_text("worthless")
    screen.textbox("Reason, shown to the author").fill("Please be kind")
    screen.button("Remove").click()
    expect(screen.page.get_by_role("heading", name="Nothing waiting")).to_be_visible()
    expect(looking.message("Removed by moderation")).to_be_visible()
    expect(looking.message(ABUSE)).to_have_count(0)
    expect(author.message("Removed by moderation")).to_be_visible()
    screen.button("Undo").click()
    looking.expect_message(ABUSE)
    expect_open(screen, message_id)
    screen.button("Keep").click()
    expect(queue_of(screen)).to_have_count(0)
    looking.page.reload()
    looking.expect_message(ABUSE)


def test_a_moderator_needs_no_mouse(
    desk: Desk, deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    cases = fill(deps, private_room, member, 5)
    screen = desk.sit_down(moderator).go("/moderation")
    press = screen.page.keyboard.press
    expect_open(screen, cases[0])
    for key, then in (("j", 1), ("j", 2), ("k", 1)):
        press(key)
        expect_open(screen, cases[then])
    press("r")
    expect_open(screen, cases[2])
    expect(queue_of(screen)).to_have_count(4)
    press("a")
    expect_open(screen, cases[3])
    expect(queue_of(screen)).to_have_count(3)
    press("u")
    expect(queue_of(screen)).to_have_count(4)
    press("u")
    expect(queue_of(screen)).to_have_count(5)
    press("x")
    expect(screen.page.get_by_text("1 selected")).to_be_visible()
    press("k")
    press("x")
    expect(screen.page.get_by_text("2 selected")).to_be_visible()
    press("Shift+A")
    expect(queue_of(screen)).to_have_count(3)
    press("/")
    expect(screen.page.get_by_role("searchbox", name="Filter")).to_be_focused()
    screen.page.keyboard.type("no such words")
    expect(screen.page.get_by_role("heading", name="Nothing waiting")).to_be_visible()
    screen.page.get_by_role("searchbox", name="Filter").fill("")
    expect(queue_of(screen)).to_have_count(3)
    screen.page.get_by_role("heading", name="Moderation").click()
    press("?")
    expect(screen.page.get_by_role("dialog", name="Keys")).to_contain_text("Keep what is selected")


def test_deciding_more_than_twenty_asks_for_their_number(
    desk: Desk, deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    fill(deps, private_room, member, 21)
    screen = desk.sit_down(moderator).go("/moderation")
    expect(queue_of(screen)).to_have_count(21)
    screen.page.get_by_role("checkbox", name="Select all").click()
    screen.button("Remove selected").click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Type 21 to go on.")
    dialog.get_by_role("textbox").fill("12")
    dialog.get_by_role("button", name="Remove all").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Type 21")
    expect(screen.page.locator("article[data-message-id]")).to_have_count(21)
    dialog.get_by_role("textbox").fill("21")
    dialog.get_by_role("button", name="Remove all").click()
    expect(screen.page.get_by_role("heading", name="Nothing waiting")).to_be_visible()
    expect(screen.page.get_by_text("Removed 21 messages.")).to_be_visible()
    screen.button("Undo").click()
    expect(queue_of(screen)).to_have_count(21)


def test_two_moderators_on_one_case_see_each_other(
    desk: Desk,
    deps: Deps,
    private_room: Place,
    moderator: Someone,
    colleague: Someone,
    member: Someone,
) -> None:
    first, second = fill(deps, private_room, member, 2)
    one = desk.sit_down(moderator).go("/moderation")
    expect_open(one, first)
    two = desk.sit_down(colleague).go("/moderation")
    # What another looks at is not what the page opens.
    expect_open(two, second)
    row = two.page.locator(f'article[data-message-id="{first}"]')
    expect(row).to_contain_text(f"{moderator.username} looks at this")
    row.get_by_role("button").first.click()
    expect(expect_open(two, first).get_by_role("status")).to_contain_text("looks at this")
    one.button("Remove").click()
    expect_open(two, second)
    expect(two.page.get_by_text(f"{moderator.username} removed it.")).to_be_visible()
    expect(queue_of(two)).to_have_count(1)


def test_what_comes_in_appears_by_itself_with_its_count(
    desk: Desk, deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    screen = desk.sit_down(moderator).go("/moderation")
    elsewhere = desk.sit_down(moderator).enter(private_room)
    expect(screen.page.get_by_role("heading", name="Nothing waiting")).to_be_visible()
    (message_id,) = fill(deps, private_room, member, 1)
    expect_open(screen, message_id)
    for each in (screen, elsewhere):
        expect(each.page.get_by_role("link", name="Moderation 1 waiting")).to_be_visible()


def test_a_time_out_and_a_ban_show_at_once_on_the_authors_screen(
    desk: Desk, deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    message_id, _ = waiting(deps, private_room, member)
    author = desk.sit_down(member).enter(private_room)
    expect(author.composer).to_be_visible()
    screen = desk.sit_down(moderator).go("/moderation")
    expect_open(screen, message_id)
    reason = screen.textbox("Reason, shown to the author")
    reason.fill("Cool down")
    screen.page.get_by_label("Length of a time-out").select_option("5 minutes")
    screen.button("Time out").click()
    expect(screen.page.get_by_text(f"Timed out: {member.username}")).to_be_visible()
    expect(author.page.get_by_text("You are timed out")).to_be_visible()
    expect(author.composer).to_have_count(0)
    expect_open(screen, message_id)
    screen.button("Undo").click()
    expect(screen.page.get_by_text("Undone: they may write again.")).to_be_visible()
    expect(author.composer).to_be_visible()
    reason.fill("Too much")
    screen.button("Ban").click()
    expect(screen.page.get_by_text(f"Banned: {member.username}")).to_be_visible()
    expect(author.log).to_have_count(0)
    expect(author.page.get_by_text(ABUSE)).to_have_count(0)


def test_a_queue_can_be_linked_to_and_gone_back_from(
    desk: Desk, deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    flagged = fill(deps, private_room, member, 2)
    reported, _ = waiting(deps, private_room, member, "Reported.", queue=Queue.REPORTED)
    screen = desk.sit_down(moderator).go("/moderation")
    expect_open(screen, flagged[0])
    expect(screen.page).to_have_url(re.compile(r"\?queue=flagged&case=\d+$"))
    screen.page.keyboard.press("j")
    expect_open(screen, flagged[1])
    queues = screen.page.get_by_role("navigation", name="Queues")
    queues.get_by_role("button", name="Reported").click()
    expect_open(screen, reported)
    screen.page.get_by_label("Room", exact=True).select_option(str(private_room.id))
    there = re.compile(rf"queue=reported&room={private_room.slug}&case=")
    expect(screen.page).to_have_url(there)
    screen.page.reload()
    # Only what has loaded its address can leave it for another.
    expect(screen.page.locator("[data-address*='queue=reported']")).to_have_count(1)
    expect_open(screen, reported)
    expect(screen.page).to_have_url(there)
    screen.page.go_back()
    expect(screen.page).to_have_url(re.compile(r"queue=reported&case="))
    expect(screen.page.get_by_label("Room", exact=True)).to_have_value("0")
    screen.page.go_back()
    expect_open(screen, flagged[1])
    screen.page.go_forward()
    expect_open(screen, reported)
    # At an address whose case is still on its way, a key decides nothing about the one shown.
    at, go = screen.page.url, "url => history.replaceState(history.state, '', url)"
    screen.page.evaluate(go, "?queue=flagged")
    screen.page.keyboard.press("a")
    screen.page.evaluate(go, at)
    screen.page.keyboard.press("x")
    expect(screen.page.get_by_text("1 selected")).to_be_visible()
    expect(queue_of(screen)).to_have_count(1)


def test_somebody_who_moderates_nothing_finds_no_way_in(
    desk: Desk, deps: Deps, private_room: Place, member: Someone
) -> None:
    waiting(deps, private_room, member)
    screen = desk.sit_down(member).go("/moderation")
    expect(screen.page.get_by_role("heading", name="For moderators")).to_be_visible()
    expect(screen.page.get_by_role("link", name=re.compile("Moderation"))).to_have_count(0)
    expect(queue_of(screen)).to_have_count(0)


def test_a_phone_shows_one_part_at_a_time(
    desk: Desk, deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    first, second = fill(deps, private_room, member, 2)
    screen = desk.sit_down(moderator, **PHONE).go("/moderation")
    row = screen.page.locator(f'article[data-message-id="{first}"]')
    expect(row).to_be_visible()
    expect(screen.button("Keep")).to_have_count(0)
    row.get_by_role("button").first.click()
    expect_open(screen, first)
    screen.button("Person").click()
    person = screen.page.get_by_role("complementary", name="Person")
    expect(person).to_contain_text(member.username)
    person.get_by_role("textbox", name="Note").fill("Asked to be kind")
    screen.button("Add note").click()
    expect(person.get_by_role("list", name="Notes")).to_contain_text("Asked to be kind")
    screen.button("Back to the case").click()
    screen.button("Keep").click()
    expect_open(screen, second)
    screen.button("Back to the queue").click()
    expect(screen.button("Keep")).to_have_count(0)
    expect(queue_of(screen)).to_have_count(1)
