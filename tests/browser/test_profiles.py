"""Who somebody is, and whether somebody is here."""

import re
from typing import Any

from playwright.sync_api import FilePayload, Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.services import saved
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.files import picture
from tests.support.people import Place, Someone, post

FACE = {"name": "me.png", "mimeType": "image/png", "buffer": picture("PNG", (500, 300))}
OTHER = {"name": "me.txt", "mimeType": "text/plain", "buffer": b"no picture"}


def choose_picture(screen: Screen, file: dict[str, Any]) -> None:
    with screen.page.expect_file_chooser() as chooser:
        screen.button("Upload picture").click()
    chooser.value.set_files([FilePayload(**file)])


def byline(screen: Screen, text: str) -> Locator:
    return screen.message(text).locator("header.who")


def test_a_new_name_and_picture_reach_everybody_without_a_reload(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, member, "who am I")
    other = desk.sit_down(owner).enter(private_room)
    expect(byline(other, "who am I")).to_contain_text(member.username)
    one = desk.sit_down(member).go("/settings")
    one.textbox("Display name").fill("Mem Ber")
    one.textbox("About you").fill("Likes leaf mould")
    one.page.get_by_role("slider", name="Avatar colour").fill("200")
    one.button("Save profile").click()
    expect(one.page.get_by_text("Saved.")).to_be_visible()
    expect(one.page.get_by_role("button", name="Account menu, Mem Ber")).to_be_visible()
    expect(byline(other, "who am I")).to_contain_text("Mem Ber")
    one.page.reload()
    expect(one.textbox("Display name")).to_have_value("Mem Ber")
    expect(one.textbox("About you")).to_have_value("Likes leaf mould")
    choose_picture(one, FACE)
    expect(one.page.get_by_text("Your picture is changed.")).to_be_visible()
    expect(one.page.locator(".me .av img")).to_be_visible()
    face = other.message("who am I").locator(".face img")
    expect(face).to_be_visible()
    assert face.evaluate("image => image.decode().then(() => image.naturalWidth)") == 256
    other.page.reload()
    expect(byline(other, "who am I")).to_contain_text("Mem Ber")
    expect(face).to_be_visible()
    one.button("Remove picture").click()
    expect(face).to_have_count(0)
    expect(other.message("who am I").locator(".face")).to_have_text("MB")


def test_what_cannot_be_a_profile_is_said(desk: Desk, guest: Someone) -> None:
    screen = desk.sit_down(guest).go("/settings")
    screen.desk.expected = re.compile("422")
    choose_picture(screen, OTHER)
    expect(screen.page.get_by_text("This is no picture that can be used")).to_be_visible()
    screen.textbox("Display name").fill("\u200b\u200b")
    screen.button("Save profile").click()
    expect(screen.page.get_by_role("alert").filter(has_text="cannot be empty")).to_be_visible()


def test_a_name_in_the_room_leads_to_the_persons_page(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, owner, "hello")
    screen = desk.sit_down(member).enter(private_room)
    screen.message("hello").get_by_role("link", name=owner.username).click()
    screen.expect_path(f"/people/{owner.username}")
    card = screen.page.get_by_role("article", name=owner.username)
    expect(card.get_by_role("list", name="Rooms in common").get_by_role("link")).to_have_count(1)
    expect(card).not_to_contain_text("@example.org")
    card.get_by_role("link", name="hidden place").click()
    screen.expect_room(private_room)
    screen.go("/people/nobody-of-that-name")
    expect(screen.page.get_by_role("heading", name="Nobody here")).to_be_visible()


def test_somebody_with_two_tabs_stays_online_until_both_are_closed(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    watcher = desk.sit_down(owner).enter(private_room)
    watcher.open_info()
    listed = watcher.page.get_by_role("list", name="Members").get_by_role("listitem")
    online = listed.filter(has_text=member.username).filter(has_text="online")
    expect(online).to_have_count(0)
    first = desk.sit_down(member).go("/discover")
    first.expect_signed_in()
    expect(online).to_have_count(1)
    second = first.another_tab().go("/settings")
    second.expect_signed_in()
    first.page.close()
    page = watcher.another_tab().go(f"/people/{member.username}")
    expect(page.page.get_by_text("Online", exact=True)).to_be_visible()
    expect(online).to_have_count(1)
    second.page.close()
    expect(online).to_have_count(0)
    page.page.reload()
    expect(page.page.get_by_text("Last seen")).to_be_visible()


def test_on_a_phone_a_profile_is_read_and_changed(desk: Desk, guest: Someone) -> None:
    phone = desk.sit_down(guest, **PHONE).go("/settings")
    phone.textbox("Display name").fill("On The Phone")
    box = phone.button("Save profile").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    phone.button("Save profile").tap()
    expect(phone.page.get_by_text("Saved.")).to_be_visible()
    phone.go(f"/people/{guest.username}")
    expect(phone.page.get_by_role("heading", name="On The Phone")).to_be_visible()
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert phone.page.evaluate(wide) is False


def test_a_persons_page_shows_live_whether_the_person_is_online(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    viewer = desk.sit_down(owner).go(f"/people/{member.username}")
    card = viewer.page.get_by_role("article", name=member.username)
    expect(card.get_by_text("Not seen yet")).to_be_visible()
    one = desk.sit_down(member).go("/")
    expect(card.get_by_text("Online", exact=True)).to_be_visible()
    two = one.another_tab().go("/discover")
    two.expect_signed_in()
    one.page.close()
    two.page.close()
    expect(card.get_by_text("Last seen")).to_be_visible()


def test_faces_in_lists_of_messages_lead_to_the_persons_page(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    message_id = post(deps, private_room, owner, "a capybara to keep")
    saved.set_saved(
        deps, actor_id=member.id, room_id=private_room.id, message_id=message_id, is_saved=True
    )
    screen = desk.sit_down(member).go("/search?q=capybara")
    hits = screen.page.get_by_role("list", name="Search results")
    hits.locator("a.face").click()
    screen.expect_path(f"/people/{owner.username}")
    screen.button("Saved messages").click()
    kept = screen.page.get_by_role("list", name="Saved messages")
    kept.locator("a.face").click()
    screen.expect_path(f"/people/{owner.username}")
    kept.get_by_role("link", name="a capybara").click()
    screen.expect_room(private_room)
