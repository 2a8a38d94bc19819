"""Votes, reactions and polls as two people see each other's."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps, utc_now
from chatrooms.services import polls
from chatrooms.services.polls import PollDraft
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up
from tests.support.waiting import wait_until

TEXT = "Fleece is on"
QUESTION = "When do you lift your dahlias?"


@pytest.fixture
def room(deps: Deps, admin: Someone, guest: Someone) -> Place:
    made = make_room(deps, admin)
    bring_in(deps, made, by=admin, who=guest)
    post(deps, made, admin, TEXT)
    return made


@pytest.fixture
def ann(desk: Desk, room: Place, admin: Someone) -> Screen:
    return desk.sit_down(admin).enter(room)


@pytest.fixture
def ben(desk: Desk, room: Place, guest: Someone) -> Screen:
    return desk.sit_down(guest).enter(room)


def score(screen: Screen) -> Locator:
    return screen.message(TEXT).get_by_test_id("score")


def pressed(screen: Screen, name: str) -> str | None:
    return screen.message(TEXT).get_by_role("button", name=name).get_attribute("aria-pressed")


def card(screen: Screen) -> Locator:
    return screen.page.get_by_role("group", name=f"Poll: {QUESTION}")


def choice(screen: Screen, name: str, role: str = "radio") -> Locator:
    return card(screen).get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]


def expect_counts(screen: Screen, counts: list[str]) -> None:
    expect(card(screen).get_by_test_id("poll-count")).to_have_text(counts)


def write_poll(screen: Screen, *choices: str) -> None:
    screen.button("New poll").click()
    screen.textbox("Question").fill(QUESTION)
    for number, text in enumerate(choices, start=1):
        if number > 2:
            screen.button("Add a choice").click()
        screen.textbox(f"Choice {number}").fill(text)


def test_a_vote_shows_for_both_and_whose_it_is_in_every_tab_of_one(
    ann: Screen, ben: Screen, room: Place
) -> None:
    expect(score(ben)).to_be_hidden()
    ann.act(TEXT, "Upvote")
    for screen in (ann, ben):
        expect(score(screen)).to_have_text("1")
        expect(score(screen)).to_be_visible()
    assert (pressed(ann, "Upvote"), pressed(ben, "Upvote")) == ("true", "false")
    ben.act(TEXT, "Downvote")
    expect(score(ann)).to_have_text("0")
    ann.act(TEXT, "Downvote")
    expect(score(ben)).to_have_text("-2")
    ann.enter(room)
    expect(score(ann)).to_have_text("-2")
    expect(ann.message(TEXT).get_by_role("button", name="Downvote")).to_have_attribute(
        "aria-pressed", "true"
    )
    ann.act(TEXT, "Downvote")
    expect(score(ben)).to_have_text("-1")
    other = ann.another_tab().enter(room)
    expect(score(other)).to_have_text("-1")
    ann.act(TEXT, "Upvote")
    expect(other.message(TEXT).get_by_role("button", name="Upvote")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_reaction_of_the_usual_ones_is_joined_and_taken_off_and_any_other_found(
    ann: Screen, ben: Screen, guest: Someone
) -> None:
    ann.act(TEXT, "React")
    ann.page.get_by_role("group", name="Usual emoji").get_by_role(
        "button", name="party popper"
    ).click()
    expect(ann.page.get_by_role("group", name="Usual emoji")).to_have_count(0)
    chip = ben.message(TEXT).get_by_role("button", name="party popper, 1: first", exact=True)
    expect(chip).to_have_attribute("aria-pressed", "false")
    chip.click()
    both = re.compile(f"^party popper, 2: first and {guest.username}$")
    for screen in (ann, ben):
        mine = screen.message(TEXT).get_by_role("button", name=both)
        expect(mine).to_have_attribute("aria-pressed", "true")
    ben.message(TEXT).get_by_role("button", name=both).click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    # Every emoji can be found by name, and no other host is asked for them.
    ben.act(TEXT, "React")
    ben.page.get_by_placeholder("Search emoji").fill("garlic")
    expect(ben.page.locator('[data-epr-part="emoji"]')).to_have_count(1)
    ben.page.keyboard.press("Enter")
    expect(ann.message(TEXT).get_by_role("button", name="garlic, 1")).to_be_visible()


def test_an_emoji_is_put_into_the_text_where_one_writes(ann: Screen, ben: Screen) -> None:
    ann.composer.fill("Cheers, all")
    for _ in range(len(", all")):
        ann.composer.press("ArrowLeft")
    ann.button("Insert emoji").click()
    ann.page.get_by_role("group", name="Usual emoji").get_by_role(
        "button", name="party popper"
    ).click()
    expect(ann.composer).to_be_focused()
    expect(ann.composer).to_have_value("Cheers🎉, all")
    ann.button("Insert emoji").click()
    ann.page.get_by_placeholder("Search emoji").fill("garlic")
    ann.page.keyboard.press("Enter")
    expect(ann.composer).to_be_focused()
    ann.composer.press("Enter")
    ben.expect_message("Cheers🎉🧄, all")


def test_the_best_of_the_week_are_listed_live_and_lead_to_the_message(
    ann: Screen, ben: Screen
) -> None:
    ben.button("Top this week").click()
    pane = ben.page.get_by_role("region", name="Top this week")
    expect(pane).to_contain_text("Nothing voted up yet")
    ann.act(TEXT, "Upvote")
    row = pane.get_by_role("list", name="Top messages").get_by_role("button")
    expect(row).to_contain_text("1")
    expect(row).to_contain_text(TEXT)
    row.click()
    expect(ben.message(TEXT)).to_have_attribute("data-flash", "")
    ann.act(TEXT, "Upvote")
    expect(pane).to_contain_text("Nothing voted up yet")


def test_a_poll_is_opened_answered_changed_and_closed(
    ann: Screen, ben: Screen, room: Place
) -> None:
    write_poll(ann, "After the first frost", "Before it", "Never")
    ann.button("Open poll").click()
    expect(card(ben)).to_be_visible()
    expect(card(ben)).to_contain_text("opened by first")
    choice(ben, "After the first frost").click()
    for screen in (ann, ben):
        expect_counts(screen, ["1", "0", "0"])
    expect(choice(ben, "After the first frost")).to_be_checked()
    expect(choice(ann, "After the first frost")).not_to_be_checked()
    choice(ben, "Never").click()
    expect_counts(ann, ["0", "0", "1"])
    choice(ann, "Never").click()
    expect_counts(ben, ["0", "0", "2"])
    choice(ann, "Never").click()
    expect_counts(ben, ["0", "0", "1"])
    expect(card(ben).get_by_role("button", name="Close poll")).to_have_count(0)
    ben.enter(room)
    expect(choice(ben, "Never")).to_be_checked()
    card(ann).get_by_role("button", name="Close poll").click()
    expect(choice(ben, "Before it")).to_be_disabled()
    expect(card(ben)).to_contain_text("closed")
    expect_counts(ben, ["0", "0", "1"])


def test_a_poll_of_several_choices_names_nobody_if_it_is_anonymous(
    ann: Screen, ben: Screen, guest: Someone
) -> None:
    write_poll(ann, "Tea", "Coffee", "Wrong", "Water")
    ann.button("Remove choice 3").click()
    ann.page.get_by_role("checkbox", name="Several choices").check()
    ann.page.get_by_role("checkbox", name="Anonymous").check()
    ann.button("Open poll").click()
    for name in ("Tea", "Water"):
        choice(ben, name, "checkbox").click()
        expect(choice(ben, name, "checkbox")).to_be_checked()
    expect_counts(ann, ["1", "0", "1"])
    expect(card(ann)).to_contain_text("1 person voted")
    expect(card(ann)).not_to_contain_text(guest.username)
    assert guest.username not in card(ann).inner_html()


def test_a_poll_that_cannot_be_says_why_and_its_closing_time_is_the_readers_local_time(
    ann: Screen, ben: Screen
) -> None:
    write_poll(ann, "Same", "same")
    ann.button("Open poll").click()
    expect(ann.page.get_by_role("alert")).to_have_text("Two choices are the same.")
    expect(ann.textbox("Choice 2")).to_have_value("same")
    ann.textbox("Choice 2").fill("Other")
    tomorrow = datetime.now().astimezone() + timedelta(days=1)
    ann.page.get_by_label("Closes").fill(tomorrow.strftime("%Y-%m-%dT18:05"))
    ann.button("Open poll").click()
    expect(card(ann)).to_be_visible()
    expect(ann.textbox("Question")).to_have_count(0)
    expect(card(ben)).to_contain_text(re.compile("closes .*18:05"))


def test_a_poll_closes_by_itself_at_its_time(
    ann: Screen, ben: Screen, deps: Deps, room: Place, admin: Someone
) -> None:
    polls.open_poll(
        deps,
        actor_id=admin.id,
        room_id=room.id,
        client_id=deps.ids.client_id(),
        draft=PollDraft(QUESTION, ("Yes", "No"), closes_at=utc_now() + timedelta(seconds=4)),
    )
    choice(ben, "Yes").click()
    for screen in (ann, ben):
        expect(choice(screen, "Yes")).to_be_disabled(timeout=30_000)
        expect(card(screen)).to_contain_text("closed")
        expect_counts(screen, ["1", "0"])


def test_who_only_reads_sees_marks_and_cannot_set_them(
    desk: Desk, ann: Screen, room: Place, deps: Deps
) -> None:
    ann.act(TEXT, "Upvote")
    ann.act(TEXT, "React")
    ann.page.get_by_role("group", name="Usual emoji").get_by_role("button").first.click()
    write_poll(ann, "Yes", "No")
    ann.button("Open poll").click()
    reader = desk.sit_down(sign_up(deps, "reader")).enter(room)
    expect(score(reader)).to_have_text("1")
    expect(reader.message(TEXT).get_by_role("button", name="thumbs up, 1")).to_be_disabled()
    expect(choice(reader, "Yes")).to_be_disabled()
    for name in ("Upvote", "React"):
        expect(reader.message(TEXT).get_by_role("button", name=name)).to_have_count(0)


def width(control: Locator) -> int:
    box = control.bounding_box()
    assert box
    return round(box["width"])


def test_on_a_phone_one_votes_reacts_and_opens_polls_too(
    desk: Desk, room: Place, guest: Someone, ann: Screen
) -> None:
    phone = desk.sit_down(guest, **PHONE).enter(room)
    message = phone.message(TEXT)
    message.get_by_role("button", name="More").tap()
    message.get_by_role("button", name="Upvote").tap()
    expect(score(ann)).to_have_text("1")
    message.get_by_role("button", name="React").tap()
    usual = phone.page.get_by_role("group", name="Usual emoji").get_by_role("button").first
    # It grows while it opens.
    wait_until(lambda: width(usual) >= 44, what="it is large enough for a finger")
    usual.tap()
    expect(ann.message(TEXT).get_by_role("button", name="thumbs up, 1")).to_be_visible()
    write_poll(phone, "Yes", "No")
    phone.button("Open poll").tap()
    choice(phone, "Yes").tap()
    expect_counts(ann, ["1", "0"])
