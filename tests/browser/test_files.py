"""Sending files and looking at them."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Route, expect

from chatrooms.bootstrap import Deps
from chatrooms.services import files
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.files import picture, upload
from tests.support.people import Place, Someone, post

BIG = {"name": "cat.png", "mimeType": "image/png", "buffer": picture("PNG", (1600, 900))}
NOTES = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"some text"}


def payload(file: dict[str, Any]) -> FilePayload:
    return FilePayload(**file)


def attach(screen: Screen, *chosen: dict[str, Any]) -> None:
    with screen.page.expect_file_chooser() as chooser:
        screen.button("Attach files").click()
    chooser.value.set_files([payload(each) for each in chosen])


def to_send(screen: Screen) -> Locator:
    return screen.page.get_by_role("list", name="Files to send").get_by_role("listitem")


def pictures(screen: Screen) -> Locator:
    return screen.log.locator("article[data-message-id] .picture img")


def expect_loaded(image: Locator) -> None:
    expect(image).to_be_visible()
    image.evaluate("image => image.decode()")
    assert image.evaluate("image => image.naturalWidth") > 0


@pytest.fixture
def two(desk: Desk, private_room: Place, owner: Someone, member: Someone) -> tuple[Screen, Screen]:
    return desk.sit_down(owner).enter(private_room), desk.sit_down(member).enter(private_room)


def test_a_picture_appears_for_everybody_and_opens_in_large(two: tuple[Screen, Screen]) -> None:
    one, other = two
    one.composer.fill("Look at this")
    attach(one, BIG, NOTES)
    expect(to_send(one)).to_have_count(2)
    one.composer.press("Enter")
    for screen in two:
        expect_loaded(pictures(screen))
        message = screen.message("Look at this")
        expect(message.get_by_role("link", name="Download notes.txt, 9 B")).to_be_visible()
    expect(to_send(one)).to_have_count(0)
    shown = pictures(other)
    expect(shown).to_have_attribute("alt", "cat.png")
    assert shown.evaluate("image => [image.width, image.height]") == [360, 202]
    other.button("Open cat.png").click()
    large = other.page.get_by_role("dialog", name="cat.png")
    expect_loaded(large.get_by_role("img", name="cat.png"))
    assert large.get_by_role("img").evaluate("image => image.naturalWidth") == 1600
    other.page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(other.button("Open cat.png")).to_be_focused()
    other.page.reload()
    expect_loaded(pictures(other))


def test_a_message_may_be_files_alone_and_a_download_keeps_its_name(
    two: tuple[Screen, Screen], tmp_path: Path
) -> None:
    one, other = two
    attach(one, NOTES)
    expect(to_send(one)).to_contain_text("9 B")
    one.button("Send").click()
    link = other.page.get_by_role("link", name="Download notes.txt, 9 B")
    with other.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "notes.txt"
    download.value.save_as(tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"some text"


def test_deleting_the_message_takes_the_picture_from_every_screen(
    two: tuple[Screen, Screen],
) -> None:
    one, other = two
    one.composer.fill("a mistake")
    attach(one, BIG)
    expect(to_send(one)).to_contain_text("kB")
    one.composer.press("Enter")
    expect_loaded(pictures(other))
    address = pictures(other).evaluate("image => image.src")
    one.act("a mistake", "Delete")
    one.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(pictures(other)).to_have_count(0)
    assert other.page.request.get(address).status == 404


def hold(screen: Screen) -> list[Route]:
    """Keep every upload of the screen under way."""
    held: list[Route] = []
    screen.page.route(re.compile(r"/files\?room="), lambda route: held.append(route))
    return held


def test_an_upload_shows_its_progress_and_can_be_cancelled(two: tuple[Screen, Screen]) -> None:
    one, _ = two
    hold(one)
    one.composer.fill("text that stays")
    attach(one, NOTES)
    expect(one.page.get_by_role("progressbar", name="Uploading notes.txt")).to_be_visible()
    one.button("Cancel notes.txt").click()
    expect(to_send(one)).to_have_count(0)
    expect(one.composer).to_have_value("text that stays")


def test_a_message_that_is_sent_early_waits_for_its_files(two: tuple[Screen, Screen]) -> None:
    one, other = two
    held = hold(one)
    attach(one, NOTES)
    expect(to_send(one)).to_have_count(1)
    one.say("with a file")
    expect(to_send(one)).to_contain_text("Sends when uploaded")
    expect(other.message("with a file")).to_have_count(0)
    for route in held:
        route.continue_()
    other.expect_message("with a file")
    expect(other.message("with a file").locator(".file-card")).to_have_count(1)


def test_an_upload_that_fails_keeps_text_and_file_and_can_be_tried_again(
    two: tuple[Screen, Screen],
) -> None:
    one, other = two
    one.desk.expected = re.compile("ERR_FAILED")
    pattern = re.compile(r"/files\?room=")
    one.page.route(pattern, lambda route: route.abort())
    one.composer.fill("important words")
    attach(one, NOTES)
    expect(to_send(one).get_by_role("alert")).to_have_text("Upload failed")
    one.composer.press("Enter")
    expect(one.composer).to_have_value("important words")
    one.page.unroute(pattern)
    one.button("Retry notes.txt").click()
    expect(to_send(one)).to_contain_text("9 B")
    one.composer.press("Enter")
    expect(other.message("important words").locator(".file-card")).to_have_count(1)


def test_what_cannot_be_sent_is_said_beside_the_text(two: tuple[Screen, Screen]) -> None:
    one, _ = two
    attach(one, NOTES | {"name": "large.bin", "buffer": b"x" * 10_000_001})
    expect(to_send(one).get_by_role("alert")).to_have_text("Larger than 10 MB")
    one.button("Remove large.bin").click()
    attach(one, *(NOTES | {"name": f"{number}.txt"} for number in range(11)))
    expect(to_send(one).get_by_role("alert")).to_have_text("At most 10 files")


def test_files_can_be_dropped_and_pictures_pasted(two: tuple[Screen, Screen]) -> None:
    one, other = two
    data = one.page.evaluate_handle(
        """bytes => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'dropped.png', {type: 'image/png'}));
            return data;
        }""",
        list(picture()),
    )
    one.log.dispatch_event("dragover", {"dataTransfer": data})
    expect(one.page.locator("[data-dropping]")).to_have_count(1)
    one.log.dispatch_event("drop", {"dataTransfer": data})
    expect(one.page.locator("[data-dropping]")).to_have_count(0)
    expect(to_send(one)).to_contain_text(["dropped.png"])
    one.composer.evaluate(
        """(box, data) => box.dispatchEvent(new ClipboardEvent(
            'paste', {clipboardData: data, bubbles: true, cancelable: true}))""",
        data,
    )
    expect(to_send(one)).to_have_count(2)
    expect(to_send(one).filter(has_text="B")).to_have_count(2)
    one.composer.press("Enter")
    expect(pictures(other)).to_have_count(2)


def test_uploaded_files_outlive_a_reload(two: tuple[Screen, Screen], private_room: Place) -> None:
    one, other = two
    attach(one, NOTES)
    expect(to_send(one)).to_contain_text("9 B")
    one.page.reload()
    one.expect_room(private_room)
    expect(to_send(one)).to_contain_text("notes.txt")
    one.say("after a reload")
    expect(other.message("after a reload").locator(".file-card")).to_have_count(1)


def test_pictures_keep_their_place_while_they_load(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for number in range(3):
        token = upload(deps, private_room, owner, picture("JPEG", (1200, 800)), f"{number}.jpg")
        post(deps, private_room, owner, f"picture {number}", files=[token])
    screen = desk.sit_down(member)
    held: list[Route] = []
    screen.page.route(re.compile("/thumbnail"), lambda route: held.append(route))
    screen.enter(private_room)
    expect(pictures(screen)).to_have_count(3)
    before = screen.log.evaluate("log => log.scrollHeight")
    for route in held:
        route.continue_()
    screen.page.unroute(re.compile("/thumbnail"))
    expect_loaded(pictures(screen).last)
    assert screen.log.evaluate("log => log.scrollHeight") == before


def test_on_a_phone_files_are_sent_and_shown_within_the_screen(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    phone = desk.sit_down(member, **PHONE).enter(private_room)
    attach(phone, BIG, NOTES)
    expect(to_send(phone)).to_have_count(2)
    box = phone.button("Attach files").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    expect(to_send(phone).filter(has_text="B")).to_have_count(2)
    phone.button("Send").tap()
    expect_loaded(pictures(phone))
    shown = pictures(phone).bounding_box()
    assert shown is not None
    assert shown["x"] + shown["width"] <= 390
    phone.button("Open cat.png").tap()
    large = phone.page.get_by_role("dialog", name="cat.png")
    expect_loaded(large.get_by_role("img"))
    large.get_by_role("button", name="Close").tap()
    expect(large).to_have_count(0)


def test_only_readers_of_the_room_get_its_pictures_by_their_address(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    token = upload(deps, private_room, owner, picture())
    post(deps, private_room, owner, "", files=[token])
    address = f"{desk.url}/files/{token}"
    for who, status in ((owner, 200), (stranger, 404), (None, 401)):
        screen = desk.sit_down(who)
        assert screen.page.request.get(address).status == status
    assert files.open_file(deps, actor_id=owner.id, token=token).is_picture


def test_a_reply_in_a_thread_has_files_of_its_own(
    two: tuple[Screen, Screen], deps: Deps, private_room: Place, owner: Someone
) -> None:
    post(deps, private_room, owner, "the root")
    for screen in two:
        screen.act("the root", "Reply")
    threads = [screen.page.get_by_role("region", name="Thread") for screen in two]
    with two[0].page.expect_file_chooser() as chooser:
        threads[0].get_by_role("button", name="Attach files").click()
    chooser.value.set_files([payload(BIG)])
    files_of_reply = threads[0].get_by_role("list", name="Files to send")
    expect(files_of_reply.get_by_role("listitem")).to_contain_text("kB")
    expect(two[0].page.locator(".mid [data-files] li")).to_have_count(0)
    threads[0].get_by_role("button", name="Send reply").click()
    for thread in threads:
        expect_loaded(thread.locator(".picture img"))
    expect(files_of_reply.get_by_role("listitem")).to_have_count(0)
