"""Asking the room: private, streamed, with sources, and there again after a reload."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.services import rooms
from tests.browser.screen import Desk, Screen
from tests.support.assistant import at_work, with_model
from tests.support.inspect import rows
from tests.support.instances import Instance
from tests.support.people import Place, Someone, post_many
from tests.support.scripted_openai import ScriptedOpenAI, Stalls, scripted_openai
from tests.support.waiting import wait_until

MEETING = "The summer party begins at seven in the old brewery"


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone) -> Place:
    """A room in which something was said."""
    post_many(deps, private_room, owner, ["Good morning", MEETING, "The printer is broken"])
    return private_room


@pytest.fixture
def server() -> Iterator[ScriptedOpenAI]:
    """A language model that says what the test has it say."""
    with scripted_openai() as running:
        yield running


def pane_of(screen: Screen) -> Locator:
    return screen.page.get_by_role("region", name="Room assistant")


def answers(screen: Screen) -> Locator:
    return pane_of(screen).get_by_role("article", name=re.compile("^Assistant"))


def open_pane(screen: Screen) -> Screen:
    screen.button("Ask the room").click()
    expect(screen.textbox("Ask")).to_be_focused()
    expect(pane_of(screen)).to_contain_text("Hello")
    return screen


def ask(screen: Screen, question: str) -> None:
    screen.textbox("Ask").fill(question)
    screen.textbox("Ask").press("Enter")
    expect(pane_of(screen).locator(".asked").filter(has_text=question)).to_be_visible()
    expect(screen.textbox("Ask")).to_have_value("")


def test_the_room_answers_with_its_sources_and_each_person_alone(
    desk: Desk, deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    # So low that the conversation is longer than its pane.
    low = {"width": 1280, "height": 480}
    one = open_pane(desk.sit_down(member, viewport=low).enter(room))
    two = open_pane(desk.sit_down(owner).enter(room))
    ask(one, "When does the summer party begin?")
    ask(two, "Is the printer broken?")
    expect(answers(one)).to_contain_text("begins at seven")
    expect(answers(two)).to_contain_text("printer is broken")
    for screen, other in ((one, "printer"), (two, "brewery")):
        expect(answers(screen)).to_have_count(1)
        expect(answers(screen)).not_to_contain_text(other)
    sources = pane_of(one).get_by_role("list", name="Sources").get_by_role("listitem")
    expect(sources).to_have_count(1)
    link = sources.get_by_role("link")
    expect(link).to_have_attribute("href", re.compile(rf"/rooms/{room.slug}\?message=\d+"))
    link.hover()
    expect(one.page.locator(".source-preview")).to_contain_text(MEETING)
    link.click()
    expect(one.message(MEETING)).to_be_focused()
    ask(one, "Who won the chess championship?")
    expect(answers(one).last).to_contain_text("This room holds no answer to that")
    one.expect_in_place()
    pane_of(one).get_by_role("button", name="Good answer").first.click()
    thumb = pane_of(one).get_by_role("button", name="Good answer").first
    expect(thumb).to_have_attribute("aria-pressed", "true")
    one.page.reload()
    expect(answers(one)).to_have_count(2)
    expect(thumb).to_have_attribute("aria-pressed", "true")
    one.button("Clear conversation").click()
    one.page.get_by_role("alertdialog").get_by_role("button", name="Clear").click()
    expect(answers(one)).to_have_count(0)
    one.textbox("Ask").press("Escape")
    expect(pane_of(one)).to_have_count(0)
    expect(one.button("Ask the room")).to_be_focused()
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=False)
    expect(one.button("Ask the room")).to_have_count(0)
    expect(pane_of(two)).to_contain_text("turned off in this room")
    expect(two.textbox("Ask")).to_have_count(0)
    expect(answers(two)).to_contain_text("printer is broken")


@contextmanager
def own_worker_paused(instance: Instance) -> Iterator[None]:
    """Have the instance's worker answer nobody, so that the test can."""
    worker = instance.child("assistant-worker")
    worker.suspend()
    try:
        yield
    finally:
        worker.resume()


def test_an_answer_goes_on_while_one_is_away_and_links_in_it_lead_nowhere(
    desk: Desk,
    deps: Deps,
    instance: Instance,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
) -> None:
    said = ["Look [here](https://evil.example/x) ", "![p](https://evil.example/p.png)", " **now**"]
    server.otherwise = lambda _: Stalls(said)
    one, two = [open_pane(desk.sit_down(who).enter(room)) for who in (member, owner)]
    with own_worker_paused(instance):
        ask(one, "Where?")
        (turn_id,) = rows(deps, "SELECT max(id) FROM assistant_turns")[0]
        with at_work(with_model(deps, server), turn_id):
            expect(answers(one).locator("strong")).to_have_text("now")
            expect(answers(one)).to_contain_text("here (https://evil.example/x)")
            expect(answers(one).locator("img, a")).to_have_count(0)
            one.button("Close room assistant").click()
            expect(pane_of(one)).to_have_count(0)
            one.button("Ask the room").click()
            expect(answers(one).locator("strong")).to_have_text("now")
            one.page.reload()
            expect(answers(one).locator("strong")).to_have_text("now")
            expect(answers(two)).to_have_count(0)
            one.button("Stop").click()
            expect(answers(one)).to_contain_text("Stopped")
            expect(one.button("Send question")).to_be_visible()
            expect(answers(one).locator("strong")).to_have_text("now")
            server.over.set()


def test_a_call_in_the_room_is_answered_before_everybody_s_eyes(
    desk: Desk,
    deps: Deps,
    instance: Instance,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
) -> None:
    server.otherwise = lambda _: Stalls(["It begins **at seven** [1]"], ends_well=True)
    one = desk.sit_down(member).enter(room)
    with own_worker_paused(instance):
        one.composer.press_sequentially("@assis")
        option = one.page.get_by_role("listbox", name="People to mention").get_by_role("option")
        expect(option.filter(has_text="Assistant")).to_contain_text("AI")
        option.filter(has_text="Assistant").click()
        one.composer.press_sequentially("when does the summer party begin?")
        one.composer.press("Enter")
        called = "SELECT id, message_id FROM assistant_turns WHERE room_id = :r"
        wait_until(lambda: rows(deps, called, r=room.id), what="moderation let it pass")
        ((turn_id, asking),) = rows(deps, called, r=room.id)
        readers = [one.enter(room, f"?thread={asking}")]
        readers.append(desk.sit_down(owner).enter(room, f"?thread={asking}"))
        threads = [each.page.get_by_role("region", name="Thread") for each in readers]
        with at_work(with_model(deps, server), turn_id):
            for reader, thread in zip(readers, threads, strict=True):
                writing = thread.get_by_role("group", name="Assistant is writing")
                expect(writing.locator("strong")).to_have_text("at seven")
                expect(reader.page.get_by_text("Assistant is writing a reply")).to_be_visible()
            server.over.set()
        for reader, thread in zip(readers, threads, strict=True):
            reply = thread.get_by_role("article", name=re.compile("^Assistant at"))
            expect(reply.locator("strong")).to_have_text("at seven")
            expect(reply).to_contain_text("AI")
            link = reply.get_by_role("link", name="[1]")
            expect(link).to_have_attribute("href", re.compile(rf"/rooms/{room.slug}\?message=\d+"))
            expect(thread.get_by_role("group", name="Assistant is writing")).to_have_count(0)
            expect(reader.page.get_by_text("Assistant is writing a reply")).to_have_count(0)
            expect(reader.log.locator(".thread-footer")).to_contain_text("1 reply")
