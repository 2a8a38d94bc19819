"""The browser's own notifications: asked for by a click alone, shown while nobody looks."""

from typing import Any

import pytest
from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import hearing
from tests.browser.screen import Desk, Screen
from tests.support.people import Place, Someone, post

SPY = """
    window.asked = 0;
    window.notices = [];
    window.isAway = false;
    let permission = "PERMISSION";
    class Notice extends EventTarget {
        constructor(title, options) {
            super();
            Object.assign(this, options, { title });
            window.notices.push(this);
        }
        static get permission() { return permission; }
        static async requestPermission() {
            window.asked += 1;
            return (permission = "granted");
        }
    }
    window.Notification = Notice;
    Object.defineProperty(document, "hidden", { get: () => window.isAway });
    Object.defineProperty(document, "visibilityState", {
        get: () => (window.isAway ? "hidden" : "visible"),
    });
"""
"""A browser without a desktop shows no notifications: this one writes down which it would show.
Whether the page is in front is the test's to say."""


class Watched:
    """A tab of which one sees what it asks the browser to show."""

    def __init__(self, desk: Desk, someone: Someone, *, permission: str = "granted") -> None:
        self.screen: Screen = desk.sit_down(someone)
        self.screen.page.add_init_script(SPY.replace("PERMISSION", permission))

    def leave(self, *, is_away: bool = True) -> None:
        """Look at another tab of the browser, or come back."""
        script = """is_away => {
            window.isAway = is_away;
            document.dispatchEvent(new Event('visibilitychange'));
        }"""
        self.screen.page.evaluate(script, is_away)

    def shown(self) -> list[Any]:
        """Title and text of each notification so far."""
        return self.screen.page.evaluate("() => notices.map(each => [each.title, each.body])")

    def expect_shown(self, count: int) -> None:
        """Wait until so many were shown."""
        self.screen.page.wait_for_function("count => notices.length >= count", arg=count)
        assert len(self.shown()) == count

    def expect_told(self, unread: int) -> None:
        """Wait until the page knows of so many unread notifications."""
        expect(self.screen.button(f"Notifications, {unread} unread")).to_be_visible()


@pytest.fixture
def call(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Any:
    """Has the owner mention the member."""

    def mention(text: str) -> None:
        post(deps, private_room, owner, f"@{member.username} {text}")

    return mention


def test_they_are_asked_for_by_a_click_in_the_settings_and_never_by_themselves(
    desk: Desk, call: Any, member: Someone
) -> None:
    tab = Watched(desk, member, permission="default")
    tab.screen.go("/")
    tab.leave()
    call("before anybody asked")
    tab.expect_told(1)
    tab.leave(is_away=False)
    tab.screen.go("/settings")
    switch = tab.screen.button("Turn on")
    expect(switch).to_be_visible()
    assert tab.screen.page.evaluate("() => [asked, notices.length]") == [0, 0]
    switch.click()
    expect(tab.screen.button("Turn off")).to_be_visible()
    assert tab.screen.page.evaluate("() => asked") == 1
    tab.leave()
    call("afterwards")
    tab.expect_shown(1)
    tab.leave(is_away=False)
    tab.screen.button("Turn off").click()
    expect(switch).to_be_visible()
    tab.leave()
    call("turned off again")
    tab.expect_told(3)
    assert len(tab.shown()) == 1


def test_one_is_shown_while_the_page_is_hidden_and_none_while_one_looks_at_it(
    desk: Desk, call: Any, private_room: Place, owner: Someone, member: Someone
) -> None:
    tab = Watched(desk, member)
    tab.screen.go("/settings")
    tab.screen.button("Turn off").wait_for()
    call("while I look")
    tab.expect_told(1)
    tab.leave()
    call("while I am away")
    tab.expect_told(2)
    tab.expect_shown(1)
    ((title, text),) = tab.shown()
    assert title.startswith(f"{owner.username} mentioned you in ")
    assert "while I am away" in text
    tab.screen.page.evaluate("() => notices[0].dispatchEvent(new Event('click'))")
    tab.screen.expect_room(private_room)
    expect(tab.screen.message("while I am away")).to_be_visible()


def test_none_is_shown_in_do_not_disturb_hours(
    desk: Desk, deps: Deps, call: Any, member: Someone
) -> None:
    hours: dict[str, Any] = {"actor_id": member.id, "timezone": "UTC"}
    hearing.set_quiet_hours(deps, **hours, begin=0, end=24 * 60 - 1)
    tab = Watched(desk, member)
    tab.screen.go("/settings")
    tab.screen.button("Turn off").wait_for()
    expect(tab.screen.page.get_by_label("From")).to_have_value("00:00")
    tab.leave()
    call("in the night")
    tab.expect_told(1)
    hearing.set_quiet_hours(deps, **hours, begin=None, end=None)
    expect(tab.screen.page.get_by_label("From")).to_have_value("")
    call("in the morning")
    tab.expect_told(2)
    tab.expect_shown(1)
    assert "in the morning" in tab.shown()[0][1]
