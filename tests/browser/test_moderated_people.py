"""What author, bystander and moderator see of moderation in the room, each in a browser of their
own. Moderators decide through the services that their page uses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.domain.moderation import Mode
from chatrooms.services import history, polls, sessions, votes
from chatrooms.services.moderation import decisions, sanctions, standing
from chatrooms.services.polls import PollDraft
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.instances import Instance
from tests.support.moderation import ABUSE, moderated
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up

TEXT = "The early tulips are out"
REMOVED = "Removed by moderation"


@pytest.fixture
def author(deps: Deps) -> Someone:
    return sign_up(deps, "author")


@pytest.fixture
def room(deps: Deps, admin: Someone, author: Someone, guest: Someone) -> Place:
    """A room of the administrator with an author and a bystander in it."""
    made = make_room(deps, admin)
    for who in (author, guest):
        bring_in(deps, made, by=admin, who=who)
    post(deps, made, admin, "Welcome")
    return made


@pytest.fixture
def ann(desk: Desk, room: Place, author: Someone) -> Screen:
    """The author's screen."""
    return desk.sit_down(author).enter(room)


@pytest.fixture
def ben(desk: Desk, room: Place, guest: Someone) -> Screen:
    """The bystander's screen."""
    return desk.sit_down(guest).enter(room)


@contextmanager
def undecided(instance: Instance) -> Iterator[None]:
    """Nothing is judged meanwhile: the worker of moderation stands still."""
    worker = instance.child("moderation-worker")
    processes = [worker, *worker.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def held(screen: Screen, body: str = TEXT) -> Locator:
    return screen.page.locator("article[data-held]").filter(has_text=body)


def anywhere(screen: Screen, body: str = TEXT) -> Locator:
    """Every place where the message stands, stored, held or on its way."""
    return screen.page.get_by_role("article").filter(has_text=body)


def notes(screen: Screen) -> Locator:
    """The list of notifications, opened."""
    screen.page.locator("[data-bell]").click()
    return screen.page.get_by_role("region", name="Notifications")


def newest_id(deps: Deps, room: Place) -> int:
    return history.load_view(deps, room_id=room.id).messages[-1].id


def remove(deps: Deps, room: Place, by: Someone, message_id: int) -> None:
    decisions.remove(
        deps, actor_id=by.id, room_id=room.id, message_id=message_id, reason="Off topic"
    )


def keep(deps: Deps, room: Place, by: Someone, message_id: int) -> None:
    decisions.keep(deps, actor_id=by.id, room_id=room.id, message_id=message_id)


def test_a_held_message_is_on_its_authors_screens_alone_until_it_is_judged(
    instance: Instance, deps: Deps, room: Place, author: Someone, ann: Screen, ben: Screen
) -> None:
    moderated(deps, room, Mode.AUTO, hold_limit_ms=60_000)
    other = ann.another_tab().enter(room)
    with undecided(instance):
        polls.open_poll(
            deps,
            actor_id=author.id,
            room_id=room.id,
            client_id=deps.ids.client_id(),
            draft=PollDraft("Which colour?", ("Red", "Yellow")),
        )
        poll = held(ann, "Which colour?")
        expect(poll.get_by_role("list", name="Choices of the poll")).to_have_text("RedYellow")
        expect(poll.get_by_role("radio")).to_have_count(0)
        expect(anywhere(ben, "Which colour?")).to_have_count(0)
        ann.say(TEXT)
        for screen in (ann, other):
            expect(held(screen)).to_have_count(1)
            expect(held(screen)).to_contain_text("Checking...")
        expect(anywhere(ann)).to_have_count(1)
        ann.enter(room)
        expect(held(ann)).to_contain_text("Checking...")
        expect(anywhere(ben)).to_have_count(0)
        watch_count(ann)
    for screen in (ann, other, ben):
        screen.expect_message(TEXT)
        expect(held(screen)).to_have_count(0)
        expect(screen.page.get_by_role("radio", name="Yellow")).to_be_enabled()
    assert ann.page.evaluate("window.counts") == [1]


def test_an_edit_is_on_its_authors_screens_alone_until_it_is_judged(
    instance: Instance, deps: Deps, room: Place, ann: Screen, ben: Screen
) -> None:
    ann.say(TEXT)
    ben.expect_message(TEXT)
    moderated(deps, room, Mode.AUTO, hold_limit_ms=60_000)
    with undecided(instance):
        ann.act(TEXT, "Edit")
        ann.textbox("Edit message").fill("The late tulips are out")
        ann.page.keyboard.press("Enter")
        changed = ann.page.get_by_role("article").filter(has_text="The late tulips are out")
        expect(changed).to_contain_text("Checking...")
        expect(ann.page.get_by_text(TEXT)).to_be_hidden()
        ann.enter(room)
        expect(changed).to_contain_text("Checking...")
        ben.expect_message(TEXT)
    for screen in (ann, ben):
        article = screen.message("The late tulips are out")
        expect(article).to_contain_text("(edited)")
        expect(article).not_to_contain_text("Checking...")


def watch_count(screen: Screen) -> None:
    """Note on each frame how often the message stands on the screen, whenever that changed."""
    screen.page.evaluate(
        """body => {
            window.counts = [];
            const look = () => {
                const all = [...document.querySelectorAll('article')];
                const count = all.filter(each => each.innerText.includes(body)).length;
                if (window.counts.at(-1) !== count) window.counts.push(count);
                requestAnimationFrame(look);
            };
            look();
        }""",
        TEXT,
    )


def test_held_replies_stand_in_their_thread(
    instance: Instance, deps: Deps, room: Place, ann: Screen, ben: Screen
) -> None:
    ann.act("Welcome", "Reply")
    thread = ann.page.get_by_role("region", name="Thread")
    reply = thread.get_by_role("textbox", name="Reply")
    expect(reply).to_be_visible()
    moderated(deps, room, Mode.AUTO, hold_limit_ms=60_000)
    with undecided(instance):
        reply.fill(TEXT)
        thread.get_by_role("button", name="Send reply").click()
        expect(thread.locator("article[data-held]")).to_contain_text("Checking...")
        expect(ann.log.locator("article[data-held]")).to_have_count(0)
    expect(thread.locator("article[data-message-id]").filter(has_text=TEXT)).to_have_count(1)
    expect(thread.locator("article[data-held]")).to_have_count(0)
    expect(ben.message("Welcome")).to_contain_text("1 reply")


def test_a_removal_is_seen_explained_appealed_and_taken_back_without_a_reload(
    deps: Deps, room: Place, admin: Someone, guest: Someone, ann: Screen, ben: Screen
) -> None:
    ann.say(TEXT)
    ben.expect_message(TEXT)
    said = newest_id(deps, room)
    votes.vote(deps, actor_id=guest.id, room_id=room.id, message_id=said, value=1)
    remove(deps, room, admin, said)
    place = ben.log.locator(f"article[data-message-id='{said}']")
    expect(place).to_contain_text(REMOVED)
    expect(anywhere(ben)).to_have_count(0)
    expect(place.get_by_role("button", name="Appeal")).to_have_count(0)
    own = ann.message(TEXT)
    expect(own).to_contain_text(REMOVED)
    expect(own).to_contain_text("Off topic")
    expect(notes(ann)).to_contain_text("was removed by moderation")
    ann.button("Close notifications").click()
    own.get_by_role("button", name="Appeal").click()
    own.get_by_role("textbox", name="Your appeal").fill("It is about tulips")
    own.get_by_role("button", name="Send appeal").click()
    expect(own).to_contain_text("You appealed. A moderator will look at it.")
    expect(own.get_by_role("button", name="Appeal")).to_have_count(0)
    keep(deps, room, admin, said)
    for screen in (ann, ben):
        expect(screen.message(TEXT).get_by_test_id("score")).to_have_text("1")
        expect(screen.message(TEXT)).not_to_contain_text(REMOVED)


def test_what_the_model_removes_is_shown_to_its_author_alone_with_the_words_that_did_it(
    deps: Deps, room: Place, admin: Someone, ann: Screen, ben: Screen
) -> None:
    moderated(deps, room, Mode.AUTO)
    ann.say(ABUSE)
    own = held(ann, REMOVED)
    expect(own).to_contain_text(ABUSE)
    expect(own).to_contain_text("score is very high.")
    expect(own.locator("mark").first).to_be_visible()
    ann.enter(room)
    own.get_by_role("button", name="Appeal").click()
    own.get_by_role("textbox", name="Your appeal").fill("It was a quotation")
    own.get_by_role("button", name="Send appeal").click()
    expect(own).to_contain_text("You appealed.")
    expect(anywhere(ben, ABUSE)).to_have_count(0)
    assert "Removed" not in ben.log.inner_text()
    (said,) = [
        each.message_id
        for each in standing.list_own(deps, actor_id=author_of(ann, deps), room_id=room.id)
    ]
    keep(deps, room, admin, said)
    for screen in (ann, ben):
        screen.expect_message(ABUSE)
        expect(held(screen, ABUSE)).to_have_count(0)


def author_of(screen: Screen, deps: Deps) -> int:
    return sessions.get_signed_in(deps, token=screen.session_token()).account_id


def test_an_author_takes_back_what_was_removed(
    deps: Deps, room: Place, admin: Someone, ann: Screen, ben: Screen
) -> None:
    ann.say(TEXT)
    ben.expect_message(TEXT)
    said = newest_id(deps, room)
    remove(deps, room, admin, said)
    own = ann.message(TEXT)
    expect(own).to_contain_text("Removed by moderation")
    own.get_by_role("button", name="Delete", exact=True).click()
    ann.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    for screen in (ann, ben):
        expect(screen.log.locator(f"article[data-message-id='{said}']")).to_contain_text(
            "Message deleted"
        )


def test_a_report_reaches_the_moderators_and_its_outcome_the_reporter(
    deps: Deps, room: Place, admin: Someone, desk: Desk, ann: Screen, ben: Screen
) -> None:
    moderator = desk.sit_down(admin).go("/discover")
    moderator.expect_signed_in()
    ann.say(TEXT)
    ben.expect_message(TEXT)
    expect(ann.message(TEXT).get_by_role("button", name="Report")).to_have_count(0)
    ben.act_more(TEXT, "Report")
    dialog = ben.page.get_by_role("dialog", name="Report this message")
    expect(dialog).to_contain_text(TEXT)
    dialog.get_by_role("textbox", name="Reason").fill("Not about vegetables")
    dialog.get_by_role("button", name="Send report").click()
    expect(dialog.get_by_role("status")).to_contain_text("The moderators were told.")
    dialog.get_by_role("button", name="Close").click()
    expect(notes(moderator)).to_contain_text("may be unsafe")
    remove(deps, room, admin, newest_id(deps, room))
    expect(notes(ben)).to_contain_text("was looked at: the message was removed")


def test_somebody_timed_out_reads_on_and_writes_again_when_it_is_lifted(
    deps: Deps, room: Place, admin: Someone, guest: Someone, desk: Desk, ben: Screen
) -> None:
    moderator = desk.sit_down(admin).enter(room)
    moderator.open_info()
    moderator.button(f"Manage {guest.username}").click()
    moderator.choose("Time out")
    dialog = moderator.page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Reason").fill("Cool down")
    dialog.get_by_role("button", name="Time out").click()
    expect(ben.page.get_by_text("You are timed out here until")).to_be_visible()
    expect(ben.composer).to_have_count(0)
    post(deps, room, admin, TEXT)
    ben.expect_message(TEXT)
    expect(ben.message(TEXT).get_by_role("button", name="Upvote")).to_have_count(0)
    listed = moderator.info.get_by_role("list", name="Timed out and banned")
    expect(listed).to_contain_text("Cool down")
    listed.get_by_role("button", name=f"Lift, {guest.username}").click()
    expect(ben.composer).to_be_visible()
    expect(listed).to_have_count(0)
    ben.say("Thank you")
    moderator.expect_message("Thank you")


def test_a_ban_closes_the_screen_at_once(
    deps: Deps, room: Place, admin: Someone, guest: Someone, ben: Screen
) -> None:
    ben.expect_message("Welcome")
    imposed = sanctions.ban(deps, actor_id=admin.id, room_id=room.id, account_id=guest.id)
    expect(ben.page.get_by_text("Welcome")).to_have_count(0)
    expect(ben.composer).to_have_count(0)
    expect(ben.button("Join")).to_have_count(0)
    sanctions.lift(deps, actor_id=admin.id, room_id=room.id, sanction_id=imposed)
    ben.enter(room)
    ben.button("Join").click()
    ben.say("I am back")
    ben.expect_message("I am back")


def test_a_new_room_is_moderated_as_chosen_and_everybody_sees_how(
    deps: Deps, desk: Desk, author: Someone, guest: Someone
) -> None:
    ann = desk.sit_down(author).go("/")
    ann.button("New room").first.click()
    ann.textbox("Room name").fill("Tulips and more")
    group = ann.page.get_by_role("radiogroup", name="Moderation")
    expect(group.get_by_role("radio", name="Semi-auto")).to_be_checked()
    for name in ("Manual", "Semi-auto", "Auto"):
        group.get_by_role("radio", name=name, exact=True).check()
    ann.button("Create room").click()
    expect(ann.page.get_by_role("heading", level=1)).to_have_text(re.compile("Tulips and more$"))
    expect(ann.page.get_by_text("Moderation: Auto")).to_be_visible()
    ben = desk.sit_down(guest).go(ann.page.url.removeprefix(desk.url))
    expect(ben.page.get_by_text("Moderation: Auto")).to_be_visible()


def test_on_a_phone_an_appeal_is_made_with_a_finger(
    deps: Deps, room: Place, admin: Someone, author: Someone, desk: Desk
) -> None:
    said = post(deps, room, author, TEXT)
    remove(deps, room, admin, said)
    ann = desk.sit_down(author, **PHONE).enter(room)
    own = ann.message(TEXT)
    for name in ("Appeal", "Delete"):
        box = own.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["height"] >= 44
    own.get_by_role("button", name="Appeal").tap()
    own.get_by_role("textbox", name="Your appeal").fill("It is about tulips")
    own.get_by_role("button", name="Send appeal").tap()
    expect(own).to_contain_text("You appealed.")
    width = ann.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
