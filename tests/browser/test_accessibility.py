"""What axe-core finds on every page, light and dark, large and small: nothing serious."""

import re
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.domain.moderation import Queue
from chatrooms.domain.permissions import Role
from chatrooms.services import hearing, invitations, messages, pins, polls, reactions, saved, votes
from chatrooms.services.moderation import decisions, sanctions
from chatrooms.services.polls import PollDraft
from tests.browser.screen import PHONE, Desk, Screen
from tests.support.agents import have_posted, have_proposed
from tests.support.assistant import have_answered
from tests.support.files import picture, upload
from tests.support.moderation import ABUSE, moderated, status, waiting
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up
from tests.support.waiting import wait_until

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RUN = """async rules => {
    const only = rules.length ? { runOnly: { type: 'rule', values: rules } } : {};
    const { violations } = await axe.run(document, { resultTypes: ['violations'], ...only });
    return violations
        .filter(each => ['serious', 'critical'].includes(each.impact))
        .flatMap(each => each.nodes.map(node => {
            const why = node.any.concat(node.all).map(check => check.message).join(' ');
            return `${each.id}: ${node.target.join(' ')}: ${node.html.slice(0, 120)}: ${why}`;
        }));
}"""
EVERY_RULE: list[str] = []
ABOUT_COLOURS = ["color-contrast", "link-in-text-block"]
LARGE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
SIZES = {"large": LARGE, "phone": PHONE}

# Without motion, so that nothing is half faded in.
LOOKS = pytest.mark.parametrize(
    "options",
    [
        pytest.param(size | {"color_scheme": "light", "reduced_motion": "reduce"}, id=name)
        for name, size in SIZES.items()
    ],
)


@pytest.fixture
def lively_room(deps: Deps, owner: Someone, admin: Someone) -> Place:
    """A room in which everything that a message can have is to be seen."""
    room = make_room(deps, owner, name="Lively place")
    bring_in(deps, room, by=owner, who=admin)
    first = post(deps, room, owner, "A [link](https://example.org), `code` and **more**")
    post(deps, room, admin, "> quoted\n\n```python\n# why\nx = f(1, 'a')\n```", reply_to=first)
    gone, changed = (post(deps, room, owner, f"short-lived {n}") for n in range(2))
    where = {"actor_id": owner.id, "room_id": room.id}
    messages.delete_message(deps, **where, message_id=gone)
    messages.edit_message(deps, **where, message_id=changed, body="| a | b |\n|---|---|\n| 1 | 2 |")
    post(deps, room, admin, "a reply", thread=first)
    tokens = [upload(deps, room, owner, picture()), upload(deps, room, owner)]
    post(deps, room, owner, "with files", files=tokens)
    draft = PollDraft("Which one?", ("This", "That"))
    poll = polls.open_poll(deps, **where, client_id=deps.ids.client_id(), draft=draft)
    polls.vote(deps, actor_id=admin.id, room_id=room.id, message_id=poll, choice=0)
    pins.set_pinned(deps, **where, message_id=first, is_pinned=True)
    saved.set_saved(deps, **where, message_id=first, is_saved=True)
    for who in (owner, admin):
        votes.vote(deps, actor_id=who.id, room_id=room.id, message_id=first, value=1)
        reactions.react(
            deps, actor_id=who.id, room_id=room.id, message_id=first, emoji="👍", is_on=True
        )
    return room


class Checker:
    """Collects what is found, so that one run tells all of it."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.found: list[str] = []

    def look(self, what: str) -> None:
        """Have axe look at the page as it is now, in light and in dark, which differ in colours."""
        if not self.screen.page.evaluate("() => 'axe' in window"):
            self.screen.page.evaluate(AXE)
        self._run(f"{what}, light", EVERY_RULE)
        self._paint("dark")
        self._run(f"{what}, dark", ABOUT_COLOURS)
        self._paint("light")

    def _paint(self, scheme: Literal["light", "dark"]) -> None:
        """Have the system prefer that scheme, which the page follows."""
        self.screen.page.emulate_media(color_scheme=scheme)
        expect(self.screen.page.locator("html")).to_have_class(re.compile(rf"\b{scheme}\b"))

    def _run(self, what: str, rules: list[str]) -> None:
        self.found += [f"{what}: {each}" for each in self.screen.page.evaluate(RUN, rules)]


@LOOKS
def test_the_pages_before_the_sign_in(desk: Desk, options: dict[str, Any]) -> None:
    screen = desk.sit_down(**options)
    checker = Checker(screen)
    for path, button in (("/sign-in", "Sign in"), ("/sign-up", "Create account")):
        screen.go(path)
        expect(screen.button(button)).to_be_enabled()
        checker.look(path)
    screen.go("/sign-in")
    screen.try_sign_in("nobody", "a wrong password")
    expect(screen.page.get_by_role("alert")).to_be_visible()
    checker.look("refused sign-in")
    desk.expected = re.compile("404")
    screen.go("/no/such/page")
    expect(screen.page.get_by_role("heading", name="Nothing here")).to_be_visible()
    checker.look("not found")
    assert checker.found == []


@LOOKS
def test_the_pages_behind_the_sign_in(
    desk: Desk, deps: Deps, admin: Someone, lively_room: Place, options: dict[str, Any]
) -> None:
    screen = desk.sit_down(admin, **options)
    checker = Checker(screen)
    for path, shown in (
        ("/", screen.page.get_by_role("link", name="Lively place").first),
        ("/discover", screen.page.get_by_role("heading", name="Discover")),
        ("/search", screen.page.get_by_role("heading", name="Search messages")),
        ("/search?q=short-lived+or+reply", screen.page.get_by_role("list", name="Search results")),
        ("/search?q=nothingatall", screen.page.get_by_role("heading", name="Nothing found")),
        ("/settings", screen.page.get_by_role("list", name="Sessions")),
        (f"/people/{admin.username}", screen.page.get_by_text("Online", exact=True)),
        ("/admin", screen.page.get_by_role("heading", name="Administration")),
        ("/rooms/nowhere", screen.page.get_by_role("button", name="Request to join")),
    ):
        screen.go(path)
        expect(shown).to_be_visible()
        checker.look(path)
    assert checker.found == []


@LOOKS
def test_an_invitation(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, stranger: Someone, options: Any
) -> None:
    token = invitations.create_invitation(deps, actor_id=owner.id, room_id=private_room.id)
    screen = desk.sit_down(stranger, **options)
    checker = Checker(screen)
    for path in (f"/invite/{token}", "/invite/unknown"):
        screen.go(path)
        expect(screen.page.get_by_role("heading", name="invit")).to_be_visible()
        checker.look(path)
    assert checker.found == []


@LOOKS
def test_a_room_with_everything_in_it(
    desk: Desk, deps: Deps, owner: Someone, lively_room: Place, options: dict[str, Any]
) -> None:
    for question in ("Is there a poll?", "Who won the chess championship?"):
        have_answered(deps, lively_room, owner, question)
    said = post(deps, lively_room, owner, "Which tools belong into a first kit?")
    have_posted(deps, lively_room, evidence=said)
    have_proposed(deps, lively_room, evidence=said)
    screen = desk.sit_down(owner, **options).enter(lively_room)
    checker = Checker(screen)
    expect(screen.messages).to_have_count(8)
    checker.look("room")
    screen.messages.first.hover()
    screen.messages.first.focus()
    checker.look("message in focus")
    screen.open_info()
    checker.look("room info")
    screen.button("Close room info").click()
    screen.messages.first.get_by_role("button", name=re.compile("1 reply")).click()
    expect(screen.page.get_by_role("region", name="Thread")).to_contain_text("a reply")
    checker.look("thread")
    screen.button("Close thread").click()
    screen.page.get_by_role("button", name="Pins, 1").click()
    expect(screen.page.get_by_role("list", name="Pins")).to_be_visible()
    checker.look("pins")
    screen.button("Close pins").click()
    screen.button("Ask the room").click()
    expect(screen.page.get_by_role("article", name=re.compile("^Assistant"))).to_have_count(2)
    checker.look("assistant")
    screen.button("Close room assistant").click()
    screen.page.get_by_role("button", name="Room agent, 1 to decide").click()
    pane = screen.page.get_by_role("region", name="Room agent")
    pane.get_by_role("button", name="How it came to this").click()
    expect(pane.get_by_role("list", name="Steps of the run").get_by_role("listitem")).to_have_count(
        4
    )
    pane.get_by_text("Recorded").last.click()
    pane.get_by_text("How it behaves").click()
    expect(pane.get_by_role("textbox", name="Time zone")).to_be_visible()
    checker.look("room agent with a proposal and a record")
    pane.get_by_role("button", name="Edit").click()
    expect(pane.get_by_role("textbox", name="Question")).to_be_visible()
    checker.look("proposal that is edited")
    screen.button("Close room agent").click()
    screen.button("New poll").click()
    expect(screen.page.get_by_role("dialog", name="New poll")).to_be_visible()
    checker.look("new poll")
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_role("dialog", name="New poll")).to_have_count(0)
    for name, key in (("Keys", "?"), ("Room switcher", "Control+k")):
        screen.log.focus()
        screen.page.keyboard.press(key)
        expect(screen.page.get_by_role("dialog", name=name)).to_be_visible()
        checker.look(name)
        screen.page.keyboard.press("Escape")
        expect(screen.page.get_by_role("dialog", name=name)).to_have_count(0)
    screen.go(f"/rooms/{lively_room.slug}/statistics")
    expect(screen.page.get_by_role("table", name=re.compile("weekday and hour"))).to_be_visible()
    checker.look("statistics")
    assert checker.found == []


@LOOKS
def test_the_panes_that_open_from_everywhere(
    desk: Desk, deps: Deps, owner: Someone, admin: Someone, lively_room: Place, options: Any
) -> None:
    post(deps, lively_room, admin, f"@{owner.username}")
    hearing.set_notify(deps, actor_id=owner.id, room_id=lively_room.id, notify="nothing")
    screen = desk.sit_down(owner, **options).go("/")
    checker = Checker(screen)
    for name in ("Threads", "Saved messages", "Notifications"):
        button = screen.page.get_by_role("button", name=re.compile(f"^{name}")).first
        button.click()
        pane = screen.page.get_by_role("list", name=name)
        expect(pane).to_be_visible()
        checker.look(name)
        screen.page.get_by_role("button", name=f"Close {name}".capitalize()).click()
        expect(pane).to_have_count(0)
    checker.look("side bar with a muted room")
    assert checker.found == []


@LOOKS
def test_the_best_messages_of_a_room(
    desk: Desk, deps: Deps, owner: Someone, lively_room: Place, options: dict[str, Any]
) -> None:
    screen = desk.sit_down(owner, **options).enter(lively_room)
    checker = Checker(screen)
    if options["viewport"]["width"] < 768:
        screen.open_info()
    screen.button("Top this week").click()
    expect(screen.page.get_by_role("list", name="Top messages")).to_be_visible()
    checker.look("top this week")
    assert checker.found == []


@LOOKS
def test_a_room_that_one_may_join(
    desk: Desk, deps: Deps, stranger: Someone, lively_room: Place, options: dict[str, Any]
) -> None:
    screen = desk.sit_down(stranger, **options).enter(lively_room)
    checker = Checker(screen)
    expect(screen.button("Join")).to_be_visible()
    checker.look("room of others")
    assert checker.found == []


@LOOKS
def test_the_moderation_page(
    desk: Desk, deps: Deps, owner: Someone, admin: Someone, lively_room: Place, options: Any
) -> None:
    cases = [waiting(deps, lively_room, admin, queue=Queue.FLAGGED)[0] for _ in range(2)]
    screen = desk.sit_down(owner, **options).go("/moderation")
    checker = Checker(screen)
    queue = screen.page.get_by_role("list", name="Queue")
    expect(queue.get_by_role("article")).to_have_count(len(cases))
    checker.look("queue")
    queue.get_by_role("article").last.get_by_role("button").first.click()
    expect(screen.button("Keep")).to_be_visible()
    checker.look("open case")
    if options["viewport"]["width"] < 768:
        screen.button("Person").click()
        checker.look("person")
        screen.button("Back to the case").click()
    have_proposed(deps, lively_room, evidence=post(deps, lively_room, owner, "Friday or Saturday?"))
    for _ in cases:
        screen.button("Keep").click()
        expect(screen.button("Undo")).to_be_visible()
    expect(screen.page.get_by_role("heading", name="Nothing waiting")).to_be_visible()
    checker.look("empty queue")
    screen.page.get_by_role("button", name=re.compile("^Agent proposals")).click()
    expect(screen.page.get_by_role("list", name="Agent proposals")).to_contain_text("Saturday")
    screen.button("How it came to this").click()
    expect(screen.page.get_by_role("list", name="Steps of the run")).to_be_visible()
    screen.button("Reject").click()
    expect(screen.page.get_by_role("textbox", name="Why not?")).to_be_visible()
    checker.look("agent proposals")
    assert checker.found == []


@LOOKS
def test_an_appeal_against_a_ban(
    desk: Desk, deps: Deps, owner: Someone, admin: Someone, lively_room: Place, options: Any
) -> None:
    banned = bring_in(deps, lively_room, by=owner, who=sign_up(deps, "banned"))
    moderator = bring_in(
        deps, lively_room, by=owner, who=sign_up(deps, "moderator"), role=Role.MODERATOR
    )
    message_id = post(deps, lively_room, banned, ABUSE)
    room: dict[str, Any] = {"room_id": lively_room.id}
    decisions.remove(deps, actor_id=moderator.id, **room, message_id=message_id, reason="Rude")
    sanctions.ban(deps, actor_id=moderator.id, **room, account_id=banned.id, reason="Insults")
    screen = desk.sit_down(banned, **options).go("/")
    checker = Checker(screen)
    screen.page.get_by_role("button", name=re.compile("^Notifications")).first.click()
    notes = screen.page.get_by_role("region", name="Notifications")
    notes.get_by_role("button", name="Appeal", exact=True).click()
    notes.get_by_role("button", name="Send appeal").click()
    expect(notes.get_by_role("alert")).to_be_visible()
    checker.look("bell with an appeal")
    notes.get_by_role("textbox", name="Your appeal").fill("It was a quotation")
    notes.get_by_role("button", name="Send appeal").click()
    expect(notes.get_by_text("You appealed.")).to_be_visible()
    checker.look("bell with what became of it")
    for who, what in ((owner, "appeal to answer"), (moderator, "appeal for others")):
        looking = desk.sit_down(who, **options).go("/moderation?queue=appeals")
        looking.page.get_by_role("list", name="Queue").get_by_role("button").first.click()
        expect(looking.button("Lift")).to_be_visible()
        checker.screen = looking
        checker.look(what)
    assert checker.found == []


@LOOKS
def test_the_moderation_log(
    desk: Desk, deps: Deps, owner: Someone, admin: Someone, lively_room: Place, options: Any
) -> None:
    moderated(deps, lively_room, holds=False)
    message_id = post(deps, lively_room, admin, ABUSE)
    wait_until(lambda: status(deps, message_id) == "removed", what="the worker removed it")
    screen = desk.sit_down(owner, **options).go("/moderation/audit")
    checker = Checker(screen)
    screen.button("Review").click()
    expect(screen.page.get_by_role("form", name="Review")).to_be_visible()
    checker.look("log")
    screen.page.get_by_role("link", name="Unchecked removals, 30 days").click()
    screen.button("Remove").click()
    expect(screen.page.get_by_role("heading", name="Nothing here")).to_be_visible()
    checker.look("empty log")
    assert checker.found == []
