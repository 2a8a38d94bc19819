"""A phone: one pane at a time, and controls for fingers."""

from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.people import Place, Someone, post

FINGER_PX = 44


def expect_finger_sized(*controls: Locator) -> None:
    """Each control can be hit with a finger."""
    for control in controls:
        expect(control).to_be_visible()
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= FINGER_PX, f"{control}: {box}"
        assert box["width"] >= FINGER_PX, f"{control}: {box}"


def expect_no_sideways_scrolling(screen: Screen) -> None:
    """Nothing is wider than the screen."""
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert screen.page.evaluate(wide) == 0


def test_one_goes_from_the_list_into_a_room_writes_and_goes_back(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    screen = desk.sit_down(owner, **PHONE).go("/")
    room = screen.my_rooms.get_by_role("link", name="hidden place")
    expect_finger_sized(
        room, screen.button("New room"), screen.page.get_by_role("button", name="Account menu")
    )
    # Below the rooms comes what is recommended, and none of them a second time.
    main = screen.page.get_by_role("main")
    expect(main.get_by_role("region", name="Recommended for you")).to_be_visible()
    expect(main.get_by_role("link", name="hidden place")).to_have_count(0)
    expect_no_sideways_scrolling(screen)
    room.tap()
    screen.expect_room(private_room)
    expect(screen.my_rooms).to_be_hidden()
    expect(screen.composer).to_be_in_viewport(ratio=1)
    back = screen.page.get_by_role("link", name="Back to rooms")
    info = screen.page.get_by_role("button", name="Room info, ")
    expect_finger_sized(back, info, screen.button("Send"))
    expect_no_sideways_scrolling(screen)

    other = desk.sit_down(member).enter(private_room)
    screen.composer.tap()
    screen.composer.fill("from my phone")
    screen.button("Send").tap()
    other.expect_message("from my phone")
    other.say("a very long line without a break: " + "x" * 300)
    screen.expect_message("a very long line")
    expect_no_sideways_scrolling(screen)

    info.tap()
    expect(screen.info).to_be_visible()
    close = screen.button("Close room info")
    expect_finger_sized(close)
    box = screen.info.bounding_box()
    assert box is not None
    assert box["width"] == 390
    close.tap()
    expect(screen.info).to_have_count(0)
    back.tap()
    expect(screen.my_rooms).to_be_visible()
    expect(screen.log).to_have_count(0)


def test_a_messages_actions_open_by_a_tap(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, member, "answer me")
    screen = desk.sit_down(owner, **PHONE).enter(private_room)
    message = screen.message("answer me")
    more = message.get_by_role("button", name="More")
    expect_finger_sized(more)
    more.tap()
    reply = message.get_by_role("button", name="Reply")
    expect_finger_sized(reply, message.get_by_role("button", name="Copy link"))
    message.get_by_role("button", name="Quote").tap()
    expect(screen.page.get_by_text(f"Quoting {member.username}")).to_be_visible()
    screen.composer.fill("here you are")
    screen.button("Send").tap()
    screen.expect_message("here you are")
    expect(screen.message("here you are").get_by_role("button", name="In reply to")).to_be_visible()


def test_the_forms_before_the_sign_in_fit(desk: Desk) -> None:
    phone = desk.sit_down(**PHONE)
    for path in ("/sign-in", "/sign-up"):
        phone.go(path)
        button = phone.button("Sign in" if path == "/sign-in" else "Create account")
        expect_finger_sized(button, phone.textbox("Username"), phone.textbox("Password"))
        expect_no_sideways_scrolling(phone)


def test_every_page_fits_and_leads_back(desk: Desk, admin: Someone, public_room: Place) -> None:
    screen = desk.sit_down(admin, **PHONE)
    for path in ("/discover", "/settings", "/admin"):
        screen.go(path)
        back = screen.page.get_by_role("link", name="Back to rooms")
        expect_finger_sized(back)
        expect_no_sideways_scrolling(screen)
        back.tap()
        expect(screen.page.get_by_role("button", name="New room")).to_be_visible()
