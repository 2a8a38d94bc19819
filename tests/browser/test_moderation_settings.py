"""Moderation settings: policy, rules and what they would have done, at a desk and on a phone."""

import re

from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.domain.permissions import Role
from tests.browser.screen import PHONE, SOON_MS, Desk, Screen
from tests.support.guild import decide, said
from tests.support.moderation import verdicts
from tests.support.people import Place, Someone, bring_in, post, sign_up
from tests.support.waiting import wait_until

SLOW_MS = 60_000
"""A worker that never learnt loads the model first."""


def panel(screen: Screen, name: str) -> Locator:
    return screen.page.get_by_role("region", name=name, exact=True)


def outcome(screen: Screen, name: str) -> Locator:
    """A line of the simulator: outcome, before, after, removed and kept by moderators."""
    return panel(screen, "Simulator").get_by_role("row", name=name)


def open_settings(screen: Screen, room: Place) -> None:
    screen.enter(room)
    screen.open_info()
    screen.page.get_by_role("link", name="Moderation settings").click()
    expect(panel(screen, "Policy")).to_be_visible()


def test_a_rule_written_on_the_page_removes_disguised_words_from_every_screen(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    bystander = bring_in(deps, private_room, by=owner, who=sign_up(deps, "bystander"))
    author, other = desk.sit_down(member).enter(private_room), desk.sit_down(bystander)
    other.enter(private_room)
    staff = desk.sit_down(owner)
    open_settings(staff, private_room)
    staff.button("New rule").click()
    staff.textbox("Rule name").fill("No zonking")
    staff.textbox("Words").fill("zonk")
    staff.page.get_by_label("Then").select_option("remove")
    staff.button("Save rule").click()
    rules = panel(staff, "Rules").get_by_role("listitem")
    expect(rules).to_contain_text("Words: zonk")
    author.say("good day to all")
    author.say("z o n k")
    other.expect_message("good day to all")
    expect(other.page.get_by_text("Removed by moderation")).to_be_visible(timeout=SOON_MS)
    expect(other.page.get_by_text("z o n k")).to_have_count(0)
    staff.page.get_by_role("checkbox", name="Rule No zonking is on").click()
    expect(rules).to_contain_text("Off")
    staff.page.reload()
    expect(rules).to_contain_text("Off")


def test_the_simulator_follows_the_form_and_the_policy_is_applied_with_one_click(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    moderator = bring_in(
        deps, private_room, by=owner, who=sign_up(deps, "mod"), role=Role.MODERATOR
    )
    said = post(deps, private_room, member, "You are a worthless piece of shit, go kill yourself")
    wait_until(lambda: verdicts(deps, said), what="the message is judged")
    staff = desk.sit_down(owner)
    open_settings(staff, private_room)
    expect(outcome(staff, "Waits in the queue 1 1 0 0")).to_be_visible()
    staff.page.get_by_role("radio", name="Auto", exact=True).click()
    expect(staff.page.get_by_test_id("measured")).to_contain_text("not enough yet")
    expect(outcome(staff, "Removed 0 1 0 0")).to_be_visible()
    messages = panel(staff, "Simulator").get_by_role("list", name="Messages that change")
    expect(messages.get_by_role("listitem")).to_contain_text("worthless")
    staff.page.get_by_role("slider", name="Remove from score").fill("100")
    expect(outcome(staff, "Flagged 0 1 0 0")).to_be_visible()
    waiting = desk.sit_down(member).enter(private_room)
    reader = desk.sit_down(moderator).go(f"/rooms/{private_room.slug}/moderation")
    expect(reader.page.get_by_role("radio", name="Manual", exact=True)).to_be_checked()
    charts = panel(reader, "Numbers").get_by_role("img", name=re.compile("per day"))
    expect(charts).to_have_count(4)
    expect(charts.first.locator(".recharts-bar-rectangle path").first).to_be_visible()
    staff.page.get_by_text("Holding, unreadable text").click()
    staff.textbox("Slow mode: seconds between two messages").fill("60")
    staff.button("Apply").click()
    expect(staff.page.get_by_text("It applies to what is written from now on")).to_be_visible()
    expect(waiting.page.get_by_text("Slow mode: one message every 60 seconds")).to_be_visible()
    waiting.say("Good day to you all")
    expect(waiting.page.get_by_text(re.compile(r"^again in \d+ s$"))).to_be_visible()
    expect(reader.page.get_by_text(f"{owner.username} changed the policy.")).to_be_visible()
    expect(reader.page.get_by_role("radio", name="Auto", exact=True)).to_be_checked()
    expect(reader.page.get_by_text("Owners of the room can change this")).to_be_visible()
    expect(reader.button("Apply")).to_have_count(0)
    outsider = desk.sit_down(member).go(f"/rooms/{private_room.slug}/moderation")
    expect(outsider.page.get_by_text("For moderators of the room")).to_be_visible()
    expect(outsider.page.get_by_text("worthless")).to_have_count(0)


def test_the_newest_messages_are_judged_again_with_progress_on_a_phone(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for number in range(5):
        post(deps, private_room, member, f"harmless words number {number}")
    staff = desk.sit_down(owner, **PHONE).go(f"/rooms/{private_room.slug}/moderation")
    again = panel(staff, "Judge again")
    again.get_by_role("spinbutton", name="Newest messages").fill("3")
    again.get_by_role("button", name="Judge again").click()
    expect(again).to_contain_text("3 of 3 judged again")
    assert staff.page.evaluate("document.querySelector('.scroll').scrollWidth") <= 390


def test_a_room_teaches_the_model_sees_the_proof_and_rolls_back_in_one_click(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    staff = desk.sit_down(owner).go(f"/rooms/{private_room.slug}/moderation")
    learning = panel(staff, "Learning")
    expect(learning).to_contain_text("kept 0 messages and removed 0; 100 of each are needed")
    expect(learning.get_by_role("button", name="Train on this room")).to_be_disabled()
    decide(deps, private_room, author=member, moderator=owner, texts=said())
    staff.page.reload()
    learning.get_by_role("button", name="Train on this room").click()
    expect(learning).to_contain_text("Correction 1 is in use", timeout=SLOW_MS)
    proof = learning.get_by_role("row", name="Precision where")
    expect(proof).to_have_text(re.compile(r"\d+% \(\d+% to \d+%\).*100% \(100% to 100%\)"))
    learning.get_by_role("button", name="Roll back").click()
    expect(learning).to_contain_text("From now on the shared model applies")
    expect(learning.get_by_role("button", name="Roll back")).to_have_count(0)
    learning.get_by_text("Trainings so far").first.click()
    expect(learning.get_by_role("row", name=f"Rolled back by {owner.username}")).to_be_visible()
