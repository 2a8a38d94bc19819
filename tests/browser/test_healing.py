"""What is lost on the way comes back by itself, once, and in order."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import messages
from tests.browser.screen import Desk, Line, Screen
from tests.support.instances import Instance
from tests.support.people import Place, Someone, have_read, post
from tests.support.waiting import wait_until

HEALED_MS = 45_000


@contextmanager
def stalled(instance: Instance) -> Iterator[None]:
    """Within the block the web processes do nothing, and nobody is told."""
    processes = web_processes(instance)
    for each in processes:
        each.suspend()
    try:
        yield
    finally:
        for each in processes:
            each.resume()


def web_processes(instance: Instance) -> list[psutil.Process]:
    """The processes that serve pages and sockets."""
    return instance.child("web").children()


def expect_same_as_fresh(screen: Screen, room: Place) -> None:
    """Wait until the screen shows exactly what a fresh tab shows."""
    expect(screen.log.locator("[data-pending-id]")).to_have_count(0, timeout=HEALED_MS)
    fresh = screen.another_tab().enter(room)
    expect(fresh.messages.last).to_be_visible()
    wait_until(lambda: screen.shown() == fresh.shown(), what="both tabs show the same")
    fresh.page.close()


def test_what_is_sent_while_the_server_stalls_is_stored_once_however_often_it_is_sent_again(
    desk: Desk, instance: Instance, private_room: Place, owner: Someone, member: Someone
) -> None:
    one = desk.sit_down(owner).enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    with stalled(instance):
        one.say("on its way")
        one.say("and another")
        expect(one.pending("on its way")).to_contain_text("sending")
        expect(one.pending("and another")).to_be_visible()
        expect(one.composer).to_have_value("")
        expect(one.messages).to_have_count(0)
        # Given up too early: it arrives all the same, and what is sent again arrives beside it.
        alert = one.pending("on its way").get_by_role("alert")
        expect(alert).to_contain_text("Not sent")
        alert.get_by_role("button", name="Retry").click()
        expect(one.pending("on its way")).to_contain_text("sending")
    for screen in (one, two):
        screen.expect_texts(["on its way", "and another"])
    one.say("after it")
    for screen in (one, two):
        screen.expect_texts(["on its way", "and another", "after it"])
    expect(one.log.locator("[data-pending-id]")).to_have_count(0)


def test_what_is_written_offline_is_kept_and_sent_once_when_the_network_is_back(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    desk.expect_outage()
    one = desk.sit_down(owner).enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    two.say("before")
    one.expect_message("before")
    one.page.context.set_offline(True)
    expect(one.connection).to_be_visible()
    one.say("written offline")
    one.composer.fill("not sent yet")
    expect(one.pending("written offline")).to_contain_text("sending")
    two.say("meanwhile")
    two.expect_message("meanwhile")
    one.page.context.set_offline(False)
    expect(one.connection).to_have_count(0, timeout=HEALED_MS)
    for screen in (one, two):
        expect(screen.message("written offline")).to_have_count(1, timeout=HEALED_MS)
        screen.expect_message("meanwhile")
    expect(one.composer).to_have_value("not sent yet")
    expect_same_as_fresh(one, private_room)
    assert one.shown() == two.shown()


def test_a_page_left_while_a_message_is_on_its_way_sends_it_after_all(
    desk: Desk, instance: Instance, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    desk.expect_outage()
    screen.page.context.set_offline(True)
    expect(screen.connection).to_be_visible()
    screen.say("before the reload")
    expect(screen.pending("before the reload")).to_be_visible()
    screen.page.context.set_offline(False)
    screen.page.reload()
    screen.expect_room(private_room)
    screen.expect_message("before the reload")
    expect_same_as_fresh(screen, private_room)


def test_a_reader_of_the_past_keeps_the_place_over_a_lost_connection(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    ids = [post(deps, private_room, member, f"line {number:03}") for number in range(150)]
    have_read(deps, private_room, owner)
    reader = desk.sit_down(owner)
    line = Line(reader)
    reader.enter(private_room)
    expect(reader.message("line 149")).to_be_in_viewport()
    reader.log.evaluate("log => { log.scrollTop = 0 }")
    reader.expect_message("line 045")
    reader.message("line 060").scroll_into_view_if_needed()
    reader.scroll(-100)
    place = reader.place()

    line.cut()
    expect(reader.connection).to_be_visible()
    messages.delete_message(deps, actor_id=member.id, room_id=private_room.id, message_id=ids[62])
    for number in range(5):
        post(deps, private_room, member, f"news {number}")
    line.mend()
    expect(reader.connection).to_have_count(0, timeout=HEALED_MS)
    expect(reader.page.get_by_text("Jump to latest · 5")).to_be_visible(timeout=HEALED_MS)
    reader.expect_place(place)
    expect(reader.messages.filter(has_text="Message deleted")).to_have_count(1)
    reader.expect_message("line 061")
    expect(reader.message("line 062")).to_have_count(0)
    reader.expect_message("news 4")


def test_what_was_sent_into_a_connection_that_broke_is_stored_once(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    one = desk.sit_down(owner)
    line = Line(one)
    one.enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    texts = [f"over a bad line {number}" for number in range(4)]
    for text in texts:
        one.say(text)
        line.cut()
        expect(one.connection).to_be_visible()
        line.mend()
        expect(one.connection).to_have_count(0, timeout=HEALED_MS)
    for screen in (one, two):
        for text in texts:
            expect(screen.message(text)).to_have_count(1, timeout=HEALED_MS)
    expect_same_as_fresh(one, private_room)
    assert one.shown() == two.shown()


def test_screens_heal_after_the_web_processes_were_killed(
    desk: Desk,
    deps: Deps,
    instance: Instance,
    private_room: Place,
    owner: Someone,
    member: Someone,
) -> None:
    desk.expect_outage()
    one = desk.sit_down(owner).enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    one.say("before the fall")
    two.expect_message("before the fall")
    one.composer.fill("typed but not sent")
    before = web_processes(instance)
    for each in before:
        each.kill()
    for screen in (one, two):
        expect(screen.connection).to_be_visible(timeout=HEALED_MS)
        expect(screen.message("before the fall")).to_be_visible()
    for number in range(30):
        post(deps, private_room, member, f"meanwhile {number:02}")
    two.say("written meanwhile")
    for screen in (one, two):
        expect(screen.message("meanwhile 29")).to_have_count(1, timeout=HEALED_MS)
        expect(screen.message("written meanwhile")).to_have_count(1, timeout=HEALED_MS)
        expect(screen.connection).to_have_count(0, timeout=HEALED_MS)
        expect_same_as_fresh(screen, private_room)
    texts = [each["text"] for each in one.shown()]
    expected = ["before the fall", *(f"meanwhile {n:02}" for n in range(30)), "written meanwhile"]
    assert texts == expected
    expect(one.composer).to_have_value("typed but not sent")
    one.composer.press("Enter")
    two.expect_message("typed but not sent")
    assert not any(each.is_running() for each in before)


def test_screens_heal_after_redis_was_killed(
    desk: Desk,
    deps: Deps,
    instance: Instance,
    private_room: Place,
    owner: Someone,
    member: Someone,
) -> None:
    desk.expect_outage()
    one = desk.sit_down(owner).enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    one.say("before")
    two.expect_message("before")
    instance.child("redis").kill()
    for number in range(5):
        post(deps, private_room, member, f"unannounced {number}")
    one.say("written without Redis")
    for screen in (one, two):
        expect(screen.message("unannounced 4")).to_have_count(1, timeout=HEALED_MS)
        expect(screen.message("written without Redis")).to_have_count(1, timeout=HEALED_MS)
        expect_same_as_fresh(screen, private_room)
    two.say("live again")
    for screen in (one, two):
        screen.expect_message("live again")
    assert one.shown() == two.shown()


@pytest.fixture(autouse=True, scope="module")
def all_up_again(instance: Instance) -> Iterator[None]:
    """The tests after these find the instance as it was."""
    yield
    wait_until(lambda: instance.down() == {}, what="nothing is down", deadline_s=60)
