"""Accounts and sessions."""

import pytest
from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import Desk, Screen
from tests.support.people import PASSWORD, Place, Someone, sign_in_again, unique


def test_the_first_account_is_the_administrator_and_later_ones_are_not(
    desk: Desk, visitor: Screen, admin: Someone
) -> None:
    first = desk.sit_down(admin).go("/")
    expect(first.page.get_by_role("link", name="Administration")).to_be_visible()
    visitor.sign_up(unique("second"))
    expect(visitor.page.get_by_role("link", name="Discover", exact=True)).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Administration")).to_have_count(0)
    visitor.go("/admin")
    expect(visitor.page.get_by_text("Your account cannot see this page.")).to_be_visible()


def test_one_signs_out_by_the_menu_and_in_again_by_the_form(visitor: Screen) -> None:
    name = unique("somebody")
    visitor.sign_up(name)
    visitor.sign_out()
    visitor.expect_signed_out()
    visitor.go("/")
    visitor.expect_path("/sign-in")
    visitor.try_sign_in(name)
    visitor.expect_signed_in()
    visitor.expect_path("/")


def test_a_wrong_password_is_told_and_leaves_one_outside(visitor: Screen, owner: Someone) -> None:
    visitor.go("/sign-in")
    visitor.try_sign_in(owner.username, "not the password")
    note = visitor.page.get_by_role("alert")
    expect(note).to_have_text("That name and password do not match.")
    visitor.try_sign_in(unique("nobody"), "not the password")
    expect(note).to_have_text("That name and password do not match.")
    visitor.try_sign_in(owner.username)
    visitor.expect_signed_in()


@pytest.mark.parametrize("name", ["Sign in", "Create account"])
def test_whoever_is_not_signed_in_comes_back_to_the_page_that_was_asked_for(
    visitor: Screen, public_room: Place, owner: Someone, name: str
) -> None:
    visitor.go(f"/rooms/{public_room.slug}")
    visitor.expect_signed_out()
    if name == "Sign in":
        visitor.try_sign_in(owner.username)
    else:
        visitor.page.get_by_role("link", name="Create an account").click()
        newcomer = unique("newcomer")
        expect(visitor.button(name)).to_be_visible()
        visitor.fill_form({"Username": newcomer, "Email": f"{newcomer}@example.org"}, PASSWORD)
        visitor.button(name).click()
    visitor.expect_room(public_room)


def test_the_way_back_leads_nowhere_else(visitor: Screen, owner: Someone) -> None:
    visitor.go("/sign-in?next=https%3A%2F%2Fexample.org%2F")
    visitor.try_sign_in(owner.username)
    visitor.expect_signed_in()
    visitor.expect_path("/")


def test_a_new_password_ends_the_other_browsers_session_at_once(
    desk: Desk, deps: Deps, owner: Someone, public_room: Place
) -> None:
    other = desk.sit_down(sign_in_again(deps, owner)).enter(public_room)
    mine = desk.sit_down(owner).go("/settings")
    mine.textbox("Current password").fill("not the password")
    mine.textbox("New password").fill("another long password")
    mine.button("Change password").click()
    expect(mine.page.get_by_role("alert")).to_have_text("The current password is not right.")
    mine.textbox("Current password").fill(PASSWORD)
    mine.textbox("New password").fill("another long password")
    mine.button("Change password").click()
    expect(mine.page.get_by_role("status").filter(has_text="is changed")).to_be_visible()
    other.expect_signed_out()
    other.try_sign_in(owner.username, "another long password")
    other.expect_signed_in()
    mine.go("/").expect_signed_in()


def test_a_session_ended_in_the_settings_leaves_the_other_browser_at_once(
    desk: Desk, deps: Deps, owner: Someone, private_room: Place
) -> None:
    other = desk.sit_down(sign_in_again(deps, owner)).enter(private_room)
    second_tab = other.another_tab().enter(private_room)
    mine = desk.sit_down(owner).go("/settings")
    sessions = mine.page.get_by_role("list", name="Sessions").get_by_role("listitem")
    expect(sessions).to_have_count(2)
    sessions.get_by_role("button", name="End session").click()
    expect(sessions).to_have_count(1)
    other.expect_signed_out()
    second_tab.expect_signed_out()


def test_signing_out_leaves_every_tab_of_the_browser(
    desk: Desk, owner: Someone, private_room: Place
) -> None:
    one = desk.sit_down(owner).enter(private_room)
    two = one.another_tab().enter(private_room)
    one.sign_out()
    one.expect_signed_out()
    two.expect_signed_out()


def test_a_deactivated_accounts_screens_close_at_once(
    desk: Desk, admin: Someone, owner: Someone, private_room: Place
) -> None:
    screens = [desk.sit_down(owner).enter(private_room) for _ in range(3)]
    office = desk.sit_down(admin).go("/admin")
    office.page.get_by_role("searchbox", name="Find an account").fill(owner.username)
    office.button(f"Deactivate {owner.username}").click()
    for screen in screens:
        screen.expect_signed_out()
    screens[0].try_sign_in(owner.username)
    expect(screens[0].page.get_by_role("alert")).to_have_text(
        "That name and password do not match."
    )
    office.button(f"Reactivate {owner.username}").click()
    expect(office.button(f"Deactivate {owner.username}")).to_be_visible()
    screens[0].try_sign_in(owner.username)
    screens[0].expect_signed_in()
