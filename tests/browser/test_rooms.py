"""Rooms: making them, finding them, getting in, getting out."""

import re

from playwright.sync_api import Locator, expect

from chatrooms.bootstrap import Deps
from chatrooms.domain.permissions import Role
from chatrooms.services import join_requests, members
from tests.browser.screen import SOON_MS, Desk, Screen
from tests.support.people import Place, Someone, bring_in, post, sign_up, unique

UNAVAILABLE = "This room cannot be opened"


def member_row(screen: Screen, who: Someone) -> Locator:
    """A person's line in the list of members."""
    return (
        screen.info.get_by_role("list", name="Members")
        .get_by_role("listitem")
        .filter(has_text=who.username)
    )


def manage(screen: Screen, who: Someone, item: str) -> None:
    """Use the menu of a member."""
    screen.button(f"Manage {who.username}").click()
    screen.choose(item)


def expect_emptied(screen: Screen, secret: str) -> None:
    """Wait until the room and its messages are gone from the screen."""
    expect(screen.page.get_by_text(UNAVAILABLE)).to_be_visible(timeout=SOON_MS)
    expect(screen.page.get_by_text(secret)).to_have_count(0)
    expect(screen.composer).to_have_count(0)


def test_a_new_room_is_open_at_once_and_stands_in_the_side_bar_of_every_tab(
    desk: Desk, owner: Someone
) -> None:
    other_tab = desk.sit_down(owner).go("/discover")
    other_tab.expect_signed_in()
    screen = other_tab.another_tab().go("/")
    name = unique("Garden talk")
    screen.button("New room").click()
    expect(screen.textbox("Room name")).to_be_visible()
    screen.page.reload()
    screen.button("New room").click()
    screen.textbox("Room name").fill(name)
    screen.textbox("Topic").fill("What grows now")
    screen.textbox("Description").fill("For everybody with a window sill")
    screen.textbox("Tags").fill("garden, seeds")
    screen.button("Create room").click()
    expect(screen.page.get_by_role("heading", name=name, level=1)).to_be_visible()
    screen.expect_path("/rooms/" + name.lower().replace(" ", "-"))
    expect(screen.page).to_have_title(f"{name} · Chatrooms")
    screen.say("first words")
    screen.expect_message("first words")
    screen.open_info()
    expect(screen.info).to_contain_text("For everybody with a window sill")
    expect(screen.info).to_contain_text("seeds")
    for each in (screen, other_tab):
        expect(each.my_rooms.get_by_role("link", name=name)).to_be_visible()


def test_a_stranger_sees_the_same_page_for_a_private_and_for_an_absent_room(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    post(deps, private_room, owner, "a secret")
    screen = desk.sit_down(stranger)
    seen: list[str] = []
    for slug in (private_room.slug, unique("no-such-room")):
        screen.go(f"/rooms/{slug}")
        expect(screen.page.get_by_text(UNAVAILABLE)).to_be_visible()
        screen.button("Request to join").click()
        expect(screen.page.get_by_text("Request sent.")).to_be_visible()
        seen.append(f"{screen.page.title()} {screen.page.locator('main').inner_text()}")
        expect(screen.page.get_by_text("a secret")).to_have_count(0)
    assert seen[0] == seen[1]


def test_an_accepted_request_lets_the_stranger_in_without_a_reload(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    post(deps, private_room, owner, "what members read")
    owners = desk.sit_down(owner).enter(private_room)
    plain = desk.sit_down(member).enter(private_room)
    outside = desk.sit_down(stranger).go(f"/rooms/{private_room.slug}")
    outside.button("Request to join").click()
    requests = owners.page.get_by_role("list", name="Join requests")
    expect(requests).to_contain_text(stranger.username)
    expect(plain.page.get_by_role("list", name="Join requests")).to_have_count(0)
    requests.get_by_role("button", name="Accept").click()
    outside.expect_room(private_room)
    outside.expect_message("what members read")
    expect(requests).to_have_count(0)
    expect(outside.my_rooms.get_by_role("link", name="hidden place")).to_be_visible()
    outside.say("thank you")
    owners.expect_message("thank you")


def test_a_declined_request_leaves_the_stranger_outside(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    join_requests.request_to_join(deps, actor_id=stranger.id, slug=private_room.slug)
    owners = desk.sit_down(owner).enter(private_room)
    requests = owners.page.get_by_role("list", name="Join requests")
    requests.get_by_role("button", name="Decline").click()
    expect(requests).to_have_count(0)
    outside = desk.sit_down(stranger).go(f"/rooms/{private_room.slug}")
    expect(outside.page.get_by_text(UNAVAILABLE)).to_be_visible()


def test_a_removed_members_screens_are_emptied_in_every_web_process(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, owner, "what members read")
    first = desk.sit_down(member).enter(private_room)
    theirs = [first, *(first.another_tab().enter(private_room) for _ in range(3))]
    owners = desk.sit_down(owner).enter(private_room)
    owners.open_info()
    manage(owners, member, "Remove from room")
    for screen in theirs:
        expect_emptied(screen, "what members read")
    expect(member_row(owners, member)).to_have_count(0)
    expect(first.my_rooms.get_by_role("link", name="hidden place")).to_have_count(0)
    post(deps, private_room, owner, "not for them")
    owners.expect_message("not for them")
    for screen in theirs:
        expect(screen.page.get_by_text("not for them")).to_have_count(0)


def test_a_room_made_private_empties_the_visitors_screen_and_keeps_the_members(
    desk: Desk, deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    post(deps, public_room, owner, "what everybody read")
    visitor = desk.sit_down(stranger).enter(public_room)
    visitor.expect_message("what everybody read")
    owners = desk.sit_down(owner).enter(public_room)
    owners.open_info()
    owners.button("Edit room").click()
    owners.info.get_by_role("checkbox", name="Private").check()
    owners.button("Save").click()
    expect_emptied(visitor, "what everybody read")
    owners.say("among ourselves")
    owners.expect_message("among ourselves")


def test_an_invitation_link_lets_in_until_it_is_revoked(
    desk: Desk, private_room: Place, owner: Someone, stranger: Someone, guest: Someone
) -> None:
    owners = desk.sit_down(owner).enter(private_room)
    owners.open_info()
    owners.button("Create invitation link").click()
    link = owners.textbox("Invitation link").input_value()
    path = re.sub(r"^https?://[^/]+", "", link)
    assert path.startswith("/invite/")

    invited = desk.sit_down(stranger).go(path)
    expect(
        invited.page.get_by_role("heading", name=f"{owner.username} invites you to hidden place")
    ).to_be_visible()
    invited.button("Join").click()
    invited.expect_room(private_room)
    invited.say("I was invited")
    owners.expect_message("I was invited")

    owners.page.get_by_role("button", name="Revoke link by").click()
    expect(owners.page.get_by_role("button", name="Revoke link by")).to_have_count(0)
    late = desk.sit_down(guest).go(path)
    expect(late.page.get_by_text("This invitation no longer works")).to_be_visible()
    late.go(f"/rooms/{private_room.slug}")
    expect(late.page.get_by_text(UNAVAILABLE)).to_be_visible()


def test_an_invitation_waits_for_whoever_has_no_account_yet(
    desk: Desk, private_room: Place, owner: Someone, visitor: Screen
) -> None:
    owners = desk.sit_down(owner).enter(private_room)
    owners.open_info()
    owners.button("Create invitation link").click()
    link = owners.textbox("Invitation link").input_value()
    visitor.go(re.sub(r"^https?://[^/]+", "", link))
    visitor.expect_signed_out()
    visitor.page.get_by_role("link", name="Create an account").click()
    expect(visitor.button("Create account")).to_be_visible()
    name = unique("newcomer")
    visitor.fill_form({"Username": name, "Email": f"{name}@example.org"}, "a long password")
    visitor.button("Create account").click()
    visitor.button("Join").click()
    visitor.expect_room(private_room)


def test_a_visitor_reads_a_public_room_finds_it_joins_it_and_leaves_it(
    desk: Desk, deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    post(deps, public_room, owner, "open to all")
    owners = desk.sit_down(owner).enter(public_room)
    screen = desk.sit_down(stranger).go("/discover")
    name = owners.page.get_by_role("heading", level=1).inner_text().strip()
    screen.page.get_by_role("searchbox", name="Find a room").fill(name)
    card = screen.page.get_by_role("article", name=name, exact=True)
    # Others of about that name may be close in meaning.
    expect(screen.page.get_by_role("main").get_by_role("article").first).to_have_text(
        re.compile(re.escape(name))
    )
    card.get_by_role("link", name=name).click()
    screen.expect_room(public_room)
    screen.expect_message("open to all")
    expect(screen.composer).to_have_count(0)
    owners.say("live for visitors too")
    screen.expect_message("live for visitors too")

    screen.button("Join").click()
    screen.say("now a member")
    owners.expect_message("now a member")
    expect(screen.my_rooms.get_by_role("link", name=name)).to_be_visible()
    screen.button("Leave").first.click()
    screen.expect_path("/")
    expect(screen.my_rooms.get_by_role("link", name=name)).to_have_count(0)


def test_one_joins_a_room_from_the_directory(
    desk: Desk, public_room: Place, stranger: Someone
) -> None:
    screen = desk.sit_down(stranger).go("/discover")
    search = screen.page.get_by_role("searchbox", name="Find a room")
    search.fill("zzqqxx")
    expect(screen.page.get_by_text("No room matches")).to_be_visible()
    name = public_room.slug.replace("open-place", "open place")
    search.fill(name)
    card = screen.page.get_by_role("article", name=name, exact=True)
    expect(card.locator("mark").first).to_be_visible()
    card.get_by_role("button", name="Join").click()
    screen.expect_room(public_room)
    expect(screen.composer).to_be_visible()


def test_the_last_owner_cannot_leave_and_is_told_why(
    desk: Desk, deps: Deps, public_room: Place, owner: Someone, guest: Someone
) -> None:
    screen = desk.sit_down(owner).enter(public_room)
    screen.button("Leave").first.click()
    expect(screen.page.get_by_text("A room needs an owner.")).to_be_visible()
    screen.expect_room(public_room)
    bring_in(deps, public_room, by=owner, who=guest, role=Role.OWNER)
    screen.button("Leave").first.click()
    screen.expect_path("/")


def test_a_promotion_shows_at_once_in_what_one_may_do(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    theirs = desk.sit_down(member).enter(private_room)
    theirs.open_info()
    expect(theirs.button("Create invitation link")).to_have_count(0)
    owners = desk.sit_down(owner).enter(private_room)
    owners.open_info()
    manage(owners, member, "Make moderator")
    expect(theirs.button("Create invitation link")).to_be_visible()
    for screen in (theirs, owners):
        expect(member_row(screen, member)).to_contain_text("moderator")
    join_requests.request_to_join(deps, actor_id=stranger.id, slug=private_room.slug)
    requests = theirs.page.get_by_role("list", name="Join requests")
    expect(requests).to_contain_text(stranger.username)
    manage(owners, member, "Make member")
    expect(theirs.button("Create invitation link")).to_have_count(0)
    expect(requests).to_have_count(0)


def test_an_archived_room_is_read_only_for_everybody_until_it_is_brought_back(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    owners = desk.sit_down(owner).enter(private_room)
    theirs = desk.sit_down(member).enter(private_room)
    theirs.say("the last word")
    owners.expect_message("the last word")
    owners.open_info()
    owners.button("Archive").click()
    owners.button("Archive room").click()
    for screen in (owners, theirs):
        expect(screen.page.get_by_text("This room is archived.")).to_be_visible()
        expect(screen.composer).to_have_count(0)
        screen.expect_message("the last word")
    expect(theirs.my_rooms.get_by_role("link", name="hidden place")).to_contain_text("archived")
    owners.button("Bring back from the archive").click()
    for screen in (owners, theirs):
        expect(screen.composer).to_be_visible()
    theirs.say("on we go")
    owners.expect_message("on we go")


def test_a_renamed_room_changes_everywhere_at_once(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    owners = desk.sit_down(owner).enter(private_room)
    theirs = desk.sit_down(member).enter(private_room)
    owners.open_info()
    owners.button("Edit room").click()
    name = unique("better name")
    owners.info.get_by_role("textbox", name="Room name").fill(name)
    owners.info.get_by_role("textbox", name="Topic").fill("a better topic")
    owners.button("Save").click()
    for screen in (owners, theirs):
        expect(screen.page.get_by_role("heading", level=1)).to_contain_text(name)
        expect(screen.page.get_by_text("a better topic").first).to_be_visible()
        expect(screen.my_rooms.get_by_role("link", name=name)).to_be_visible()


def test_the_side_bar_follows_what_happens_to_ones_memberships(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone
) -> None:
    newcomer = sign_up(deps, "newcomer")
    screen = desk.sit_down(newcomer).go("/")
    expect(screen.page.get_by_text("Rooms you join appear here.")).to_be_visible()
    bring_in(deps, private_room, by=owner, who=newcomer)
    expect(screen.my_rooms.get_by_role("link", name="hidden place")).to_be_visible()
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=newcomer.id)
    expect(screen.my_rooms.get_by_role("link", name="hidden place")).to_have_count(0)
