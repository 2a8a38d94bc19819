"""Messages that the server refuses: the text stays, with the reason and a way on."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import Desk, Screen
from tests.support.people import Place, Someone


@contextmanager
def beyond_the_limit(deps: Deps, who: Someone) -> Iterator[None]:
    """Within the block this account has posted too much already."""
    key = f"chatrooms:limit:messages:{who.id}"
    deps.redis.set(key, 10**6, ex=60)
    yield
    deps.redis.delete(key)


def expect_refused(screen: Screen, text: str, reason: str) -> None:
    """Wait until a message of one's own shows the reason."""
    alert = screen.pending(text).get_by_role("alert")
    expect(alert).to_contain_text(reason)
    expect(alert.get_by_role("button", name="Retry")).to_be_visible()
    expect(alert.get_by_role("button", name="Copy")).to_be_visible()


def test_a_message_that_is_too_long_says_so_and_can_be_copied(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner)
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.enter(private_room)
    body = "too long " + "x" * (4001 - len("too long "))
    screen.composer.evaluate("(box, text) => { box.value = text }", body)
    screen.composer.press("Enter")
    expect_refused(screen, "too long", "4,000")
    screen.pending("too long").get_by_role("button", name="Copy").click()
    expect(screen.page.get_by_text("Copied")).to_be_attached()
    assert screen.page.evaluate("navigator.clipboard.readText()") == body
    screen.say("just long enough " + "x" * (4000 - len("just long enough ")))
    screen.expect_message("just long enough")
    screen.pending("too long").get_by_role("button", name="Discard").click()
    expect(screen.log.locator("[data-pending-id]")).to_have_count(0)


def test_a_message_beyond_the_rate_limit_waits_for_retry_and_is_stored_once(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    one = desk.sit_down(owner).enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    with beyond_the_limit(deps, owner):
        one.say("too much")
        expect_refused(one, "too much", "That was a lot in a short time.")
        retry = one.pending("too much").get_by_role("button", name="Retry")
        retry.click()
        expect_refused(one, "too much", "That was a lot in a short time.")
        two.say("others go on")
        one.expect_message("others go on")
    retry.dblclick()
    for screen in (one, two):
        screen.expect_texts(["others go on", "too much"])
    expect(one.log.locator("[data-pending-id]")).to_have_count(0)


def test_a_refused_edit_keeps_the_text_in_the_editor(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.say("as it was")
    screen.act("as it was", "Edit")
    box = screen.textbox("Edit message")
    box.fill("as it shall be")
    with beyond_the_limit(deps, owner):
        box.press("Enter")
        expect(screen.page.get_by_role("alert")).to_contain_text("That was a lot")
        expect(box).to_have_value("as it shall be")
    box.press("Enter")
    screen.expect_message("as it shall be")
    expect(box).to_have_count(0)


def test_a_room_form_says_what_is_wrong_and_keeps_what_was_typed(
    desk: Desk, owner: Someone
) -> None:
    screen = desk.sit_down(owner).go("/")
    screen.button("New room").click()
    screen.textbox("Room name").fill("   ")
    screen.textbox("Topic").fill("a topic that was typed")
    screen.button("Create room").click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("room name")
    expect(screen.textbox("Topic")).to_have_value("a topic that was typed")
