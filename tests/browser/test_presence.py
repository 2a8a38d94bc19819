"""Who is here, and who is writing."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.screen import Desk, Screen
from tests.support.people import Place, Someone


def online(screen: Screen) -> Locator:
    """The people of the list "People online"."""
    return screen.page.get_by_role("list", name="People online").get_by_role("listitem")


def test_people_online_are_those_who_look_at_the_room(
    desk: Desk, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    one = desk.sit_down(owner).enter(private_room)
    expect(online(one)).to_have_text([re.compile(owner.username)])
    two = desk.sit_down(member).enter(private_room)
    second_tab = two.another_tab().enter(private_room)
    three = desk.sit_down(moderator).enter(private_room)
    for screen in (one, two, three):
        expect(online(screen)).to_have_count(3)
        expect(screen.page.get_by_text("3 online")).to_be_visible()
    expect(online(one).filter(has_text=member.username)).to_have_count(1)
    two.page.close()
    three.page.close()
    expect(online(one)).to_have_count(2)
    expect(online(one).filter(has_text=member.username)).to_have_count(1)
    second_tab.go("/")
    expect(online(one)).to_have_text([re.compile(owner.username)])


def test_typing_is_shown_to_others_until_the_message_is_sent_or_nothing_more_is_typed(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    one = desk.sit_down(owner).enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    notice = two.page.get_by_text(f"{owner.username} is typing")
    one.composer.press_sequentially("something")
    expect(notice).to_be_visible()
    expect(one.page.get_by_text("is typing")).to_have_count(0)
    one.composer.press("Enter")
    two.expect_message("something")
    expect(notice).to_have_count(0)
    one.composer.press_sequentially("hm")
    expect(notice).to_be_visible()
    expect(notice).to_have_count(0)
