"""Notifications: who is told of what, who sees it, and what being read means."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError, InvalidInput, NotAllowed, RoomUnavailable
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Role
from chatrooms.live.offload import off_loop
from chatrooms.services import (
    hearing,
    join_requests,
    maintenance,
    members,
    mentions,
    messages,
    notifications,
    room_lists,
    rooms,
)
from chatrooms.services.notifications import Told, Waiting
from chatrooms.services.rooms import RoomDraft
from chatrooms.state.hearing import HearingState
from chatrooms.state.live import ReaderState
from chatrooms.state.mentions import MentionState
from chatrooms.state.notices import notification_row, title_of
from chatrooms.state.notifications import NotificationsState
from chatrooms.state.room import RoomState
from chatrooms.state.session import SessionState
from chatrooms.state.sidebar import SidebarState
from tests.support.eventually import eventually
from tests.support.inspect import change, counted_queries, rows
from tests.support.people import (
    Place,
    Someone,
    bring_in,
    deactivate,
    make_room,
    post,
    sign_in_again,
)
from tests.support.tabs import BrowserTab, serving_pages
from tests.support.web import WebProcess


def told(deps: Deps, who: Someone) -> list[Told]:
    return notifications.list_notifications(deps, actor_id=who.id, limit=1000)


def waiting(deps: Deps, who: Someone) -> Waiting:
    return notifications.count_unread(deps, actor_id=who.id)


def kinds(deps: Deps, who: Someone) -> list[Kind]:
    return [each.kind for each in told(deps, who)]


def mention(deps: Deps, room: Place, author: Someone, *people: Someone, **more: Any) -> int:
    names = " ".join(f"@{who.username}" for who in people)
    return post(deps, room, author, f"Look here {names}", **more)


# Mentions


def test_a_mentioned_member_is_told_once_with_the_text(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    body = f"@{member.username.upper()}, and again @{member.username}: look"
    message_id = post(deps, private_room, owner, body)
    (one,) = told(deps, member)
    assert (one.kind, one.message_id, one.count) == (Kind.MENTION, message_id, 1)
    assert one.by is not None
    assert one.by.id == owner.id
    assert one.text == body
    assert (waiting(deps, member).count, waiting(deps, member).rooms[0].mentions) == (1, 1)
    assert title_of(one) == f"{owner.username} mentioned you in {one.room_name}"


@pytest.mark.parametrize("who", ["stranger", "removed", "deactivated", "owner"])
def test_nobody_else_is_told_of_a_mention(
    deps: Deps, private_room: Place, owner: Someone, who: str, request: pytest.FixtureRequest
) -> None:
    named: Someone = request.getfixturevalue(who)
    mention(deps, private_room, owner, named)
    found = rows(
        deps, "SELECT 1 FROM notifications WHERE kind = 'mention' AND account_id = :id", id=named.id
    )
    assert found == []


def test_the_whole_room_is_called_by_its_staff_alone(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    post(deps, private_room, member, "@room hello")
    assert Kind.MENTION not in kinds(deps, owner)
    post(deps, private_room, moderator, "@room hello")
    assert kinds(deps, owner).count(Kind.MENTION) == 1
    assert kinds(deps, member).count(Kind.MENTION) == 1
    assert Kind.MENTION not in kinds(deps, moderator)


def test_an_edit_tells_those_who_are_newly_mentioned(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    message_id = mention(deps, private_room, owner, member)

    def edit(body: str) -> None:
        messages.edit_message(
            deps, actor_id=owner.id, room_id=private_room.id, message_id=message_id, body=body
        )

    edit(f"@{member.username} and @{moderator.username}")
    edit(f"@{member.username} and @{moderator.username}!")
    assert kinds(deps, member).count(Kind.MENTION) == 1
    assert kinds(deps, moderator).count(Kind.MENTION) == 1
    assert told(deps, member)[0].count == 1


def test_a_mention_in_a_thread_is_told_once_and_follows_it(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner)
    mention(deps, private_room, owner, member, thread=root)
    assert kinds(deps, member) == [Kind.MENTION]
    post(deps, private_room, owner, "more", thread=root)
    assert kinds(deps, member) == [Kind.THREAD_REPLY, Kind.MENTION]


def test_replies_share_a_row_until_it_is_read(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, member)
    for _ in range(5):
        post(deps, private_room, owner, "answer", thread=root)
    (one,) = told(deps, member)
    assert title_of(one) == f"5 new replies to you in {one.room_name}"
    notifications.mark_all_read(deps, actor_id=member.id)
    post(deps, private_room, owner, "answer", thread=root)
    assert [each.count for each in told(deps, member)] == [1, 5]


def test_a_message_that_mentions_nobody_writes_no_row_in_a_room_of_ten_thousand(
    deps: Deps, owner: Someone
) -> None:
    room = make_room(deps, owner)
    change(
        deps,
        """INSERT INTO accounts (username, name, hue, password_hash, is_admin)
           SELECT 'crowd-' || n, 'Crowd ' || n, 1, '', false FROM generate_series(1, 10000) n""",
    )
    change(
        deps,
        """INSERT INTO memberships (room_id, account_id, role)
           SELECT :room, id, 'member' FROM accounts WHERE username LIKE 'crowd-%'""",
        room=room.id,
    )

    def count() -> int:
        found = rows(deps, "SELECT count(*) FROM notifications WHERE room_id = :id", id=room.id)
        return int(found[0][0])

    with counted_queries(deps) as statements:
        post(deps, room, owner, "Hello everybody")
    assert count() == 0
    assert len(statements) <= 6
    post(deps, room, owner, "Hello @crowd-7")
    assert count() == 1
    post(deps, room, owner, "@room, hello")
    assert count() == 10_001


# What one's own standing is about


def test_staff_is_told_of_a_join_request_until_somebody_decides_it(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
) -> None:
    for _ in range(2):
        join_requests.request_to_join(deps, actor_id=stranger.id, slug=private_room.slug)
    for who in (owner, moderator):
        found = [each for each in told(deps, who) if each.kind is Kind.JOIN_REQUEST]
        assert [each.count for each in found] == [1]
    assert Kind.JOIN_REQUEST not in kinds(deps, member)
    (request,) = join_requests.list_join_requests(deps, actor_id=owner.id, room_id=private_room.id)
    decide(deps, private_room, owner, request.id, is_accepted=True)
    open_ones = [each for each in told(deps, moderator) if each.kind is Kind.JOIN_REQUEST]
    assert all(each.is_read for each in open_ones)
    assert kinds(deps, stranger) == [Kind.JOIN_ACCEPTED]


def decide(deps: Deps, room: Place, by: Someone, request_id: int, *, is_accepted: bool) -> None:
    join_requests.decide_join_request(
        deps, actor_id=by.id, room_id=room.id, request_id=request_id, is_accepted=is_accepted
    )


def test_who_is_declined_learns_no_more_than_the_address_that_was_asked_for(
    deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    join_requests.request_to_join(deps, actor_id=stranger.id, slug=private_room.slug)
    (request,) = join_requests.list_join_requests(deps, actor_id=owner.id, room_id=private_room.id)
    decide(deps, private_room, owner, request.id, is_accepted=False)
    (one,) = told(deps, stranger)
    assert (one.kind, one.room_name, one.by) == (Kind.JOIN_DECLINED, private_room.slug, None)


def test_a_new_role_and_an_accepted_invitation_are_told(
    deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    bring_in(deps, private_room, by=owner, who=stranger)
    assert kinds(deps, owner) == [Kind.INVITATION]
    members.change_role(
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        account_id=stranger.id,
        role=Role.MODERATOR.value,
    )
    (one,) = told(deps, stranger)
    assert title_of(one) == f"You are now a moderator of {one.room_name}"


def test_every_kind_has_its_words() -> None:
    for kind in Kind:
        for count in (1, 3):
            one = Told(1, kind, count, False, None, None, 1, "room", "Room", 0, 0, "")  # type: ignore[arg-type]
            assert "Room" in title_of(one)


@pytest.mark.parametrize(
    ("kind", "text", "is_held", "path"),
    [
        (Kind.MODERATED, "removed", False, "/rooms/room?message=7"),
        (Kind.MODERATED, "removed", True, "/rooms/room?thread=5"),
        (Kind.APPEAL_DECIDED, "denied", False, "/rooms/room?message=7"),
        (Kind.REPORT_DECIDED, "kept", False, "/rooms/room?message=7"),
        (Kind.UNSAFE, "", False, "/moderation"),
        (Kind.AUTO_REMOVED, "", True, "/moderation/audit?message=7"),
        (Kind.APPEAL, "", False, "/moderation?queue=appeals"),
        (Kind.SANCTION_APPEAL, "", False, "/moderation?queue=appeals"),
        (Kind.SANCTIONED, "time_out:60:Why", False, "/rooms/room?message=7"),
        (Kind.SANCTIONED, "ban:0:Why", False, "/"),
        (Kind.SANCTIONED, "upheld_ban:0:Why", False, "/"),
    ],
)
def test_what_moderation_tells_leads_where_one_sees_it(
    deps: Deps, kind: Kind, text: str, is_held: bool, path: str
) -> None:
    one = Told(1, kind, 1, False, deps.clock(), None, 1, "room", "Room", 7, 5, text, is_held)
    assert notification_row(one).path == path


@pytest.mark.parametrize(
    ("text", "title", "reason"),
    [
        ("time_out:5:", "You were timed out for 5 minutes in Room", ""),
        ("time_out:60:No: really", "You were timed out for 1 hour in Room", "No: really"),
        ("time_out:40320:", "You were timed out for 28 days in Room", ""),
        ("ban:0:Spam", "You were banned from Room", "Spam"),
        ("lifted_time_out:0:", "You may write again in Room", ""),
        ("lifted_ban:0:", "You are no longer banned from Room", ""),
        ("granted_ban:0:Yes", "Your appeal was granted: you are no longer banned from Room", "Yes"),
        ("granted_time_out:0:", "Your appeal was granted: you may write again in Room", ""),
        ("upheld_ban:0:No", "Your appeal was denied: you stay banned from Room", "No"),
        ("upheld_time_out:0:", "Your appeal was denied: you stay timed out in Room", ""),
    ],
)
def test_a_sanction_is_told_with_its_length_and_its_reason(
    deps: Deps, text: str, title: str, reason: str
) -> None:
    one = Told(1, Kind.SANCTIONED, 1, False, deps.clock(), None, 1, "room", "Room", 0, 0, text)
    row = notification_row(one)
    assert (row.title, row.text) == (title, reason)


# What may show


def test_what_one_can_no_longer_read_shows_nowhere(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    mention(deps, private_room, owner, member)
    assert waiting(deps, member).count == 1
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    assert told(deps, member) == []
    assert waiting(deps, member).count == 0


def test_a_public_room_that_becomes_private_shows_to_members_alone(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    members.join_room(deps, actor_id=stranger.id, room_id=public_room.id)
    mention(deps, public_room, owner, stranger)
    members.leave_room(deps, actor_id=stranger.id, room_id=public_room.id)
    assert waiting(deps, stranger).count == 1
    draft = RoomDraft(name="closed now", is_private=True)
    rooms.edit_room(deps, actor_id=owner.id, room_id=public_room.id, draft=draft)
    assert waiting(deps, stranger).count == 0


def test_a_message_that_was_taken_back_is_told_of_no_more(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    message_id = mention(deps, private_room, owner, member)
    messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=message_id)
    assert told(deps, member) == []
    assert waiting(deps, member).count == 0


def test_nobody_reads_or_counts_without_an_account_in_use(
    deps: Deps, admin: Someone, private_room: Place, owner: Someone, member: Someone
) -> None:
    mention(deps, private_room, owner, member)
    deactivate(deps, admin, member)
    for call in (told, waiting):
        with pytest.raises(ChatError):
            call(deps, member)


def test_only_ones_own_are_marked(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    message_id = mention(deps, private_room, owner, member, moderator)
    mine = told(deps, member)[0]
    ids: list[Any] = [mine.id, -1, 2**70, "x"]
    notifications.mark_read(deps, actor_id=moderator.id, notification_ids=ids)
    assert waiting(deps, member).count == 1
    notifications.mark_read(deps, actor_id=member.id, notification_ids=ids)
    assert waiting(deps, member).count == 0
    notifications.mark_seen(deps, actor_id=moderator.id, message_ids=[message_id])
    assert not [
        each for each in told(deps, moderator) if each.kind is Kind.MENTION and not each.is_read
    ]


def test_the_bell_costs_the_same_for_one_and_for_a_hundred(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    def cost() -> int:
        with counted_queries(deps) as statements:
            waiting(deps, member)
            assert told(deps, member)
        return len(statements)

    mention(deps, private_room, owner, member)
    with_one = cost()
    for _ in range(99):
        mention(deps, private_room, owner, member)
    assert len(told(deps, member)) == 100
    assert cost() == with_one == 4


def test_what_is_older_than_thirty_days_is_forgotten(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    mention(deps, private_room, owner, member)
    old, young = (
        mention(deps, private_room, owner, member),
        mention(deps, private_room, owner, member),
    )
    change(
        deps,
        "UPDATE notifications SET updated_at = now() - interval '31 days' WHERE message_id = :id",
        id=old,
    )
    assert maintenance.prune(deps).notifications == 1
    assert young in [each.message_id for each in told(deps, member)]
    assert len(told(deps, member)) == 2


# How much one wants to hear


def test_a_member_hears_nothing_of_a_room_but_what_concerns_the_own_standing(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    hearing.set_notify(deps, actor_id=member.id, room_id=private_room.id, notify="nothing")
    mention(deps, private_room, owner, member)
    post(deps, private_room, owner, "@room")
    assert told(deps, member) == []
    members.change_role(
        deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id, role="moderator"
    )
    assert kinds(deps, member) == [Kind.ROLE_CHANGED]
    hearing.set_notify(deps, actor_id=member.id, room_id=private_room.id, notify="mentions")
    mention(deps, private_room, owner, member)
    assert len(told(deps, member)) == 2


def test_only_members_choose_what_they_hear(
    deps: Deps, private_room: Place, public_room: Place, member: Someone, stranger: Someone
) -> None:
    with pytest.raises(InvalidInput):
        hearing.set_notify(deps, actor_id=member.id, room_id=private_room.id, notify="loud")
    with pytest.raises(RoomUnavailable):
        hearing.set_notify(deps, actor_id=stranger.id, room_id=private_room.id, notify="all")
    with pytest.raises(NotAllowed):
        hearing.set_notify(deps, actor_id=stranger.id, room_id=public_room.id, notify="all")
    hearing.set_notify(deps, actor_id=member.id, room_id=private_room.id, notify="all")
    (mine,) = room_lists.list_my_rooms(deps, actor_id=member.id)
    assert mine.notify == "all"


def test_quiet_hours_are_checked_and_kept(deps: Deps, member: Someone) -> None:
    def save(begin: Any, end: Any, timezone: str = "Europe/Berlin") -> None:
        hearing.set_quiet_hours(deps, actor_id=member.id, begin=begin, end=end, timezone=timezone)

    for odd in ((60, 60), (-1, 5), (5, 24 * 60)):
        with pytest.raises(InvalidInput):
            save(*odd)
    with pytest.raises(InvalidInput):
        save(60, 120, "Mars/Olympus")
    save(22 * 60, 7 * 60)
    quiet = waiting(deps, member).quiet
    assert (quiet.begin, quiet.end, quiet.timezone) == (1320, 420, "Europe/Berlin")
    save(None, 60)
    assert waiting(deps, member).quiet.begin is None


# Whom one may choose


def test_members_are_suggested_by_the_beginning_of_a_name(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    def names(actor: Someone, query: str) -> list[str]:
        found = mentions.suggest(deps, actor_id=actor.id, room_id=private_room.id, query=query)
        return [person.username for person in found.people if not person.is_ai]

    assert names(owner, member.username[:3].upper()) == [member.username]
    assert set(names(owner, "")) == {owner.username, member.username}
    assert names(owner, stranger.username) == []
    assert names(owner, "%") == []
    with pytest.raises(RoomUnavailable):
        names(stranger, "m")
    deps_found = mentions.suggest(deps, actor_id=member.id, room_id=private_room.id, query="")
    assert not deps_found.may_call_everybody
    found = mentions.suggest(deps, actor_id=owner.id, room_id=private_room.id, query="", limit=1)
    assert found.may_call_everybody
    assert len(found.people) == 1


# Tabs

Opened = Callable[..., Any]


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with serving_pages(deps) as process:
        yield process


@pytest.fixture
def open_tab(web: WebProcess) -> Opened:
    async def open_at(who: Someone, path: str = "/") -> BrowserTab:
        tab = BrowserTab(web, await web.connect(), token=who.token, path=path)
        for handler in (SessionState.require_sign_in, SidebarState.load, NotificationsState.load):
            await tab.call(handler)
        if path != "/":
            await tab.call(RoomState.open_room)
        return tab

    return open_at


async def expect_nudged(tab: BrowserTab) -> None:
    """Until the tab is asked to load its bell; then it does."""
    name = f"{NotificationsState.get_full_name()}.load"
    await eventually(lambda: name in tab.screen.read().events, what="the bell is told")
    tab.screen.events.clear()
    await tab.call(NotificationsState.load)


async def test_the_bell_is_live_in_every_tab_and_what_is_read_in_one_is_read_in_all(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    again = await off_loop(sign_in_again, deps, member)
    one, two = await open_tab(member), await open_tab(again)
    await off_loop(mention, deps, private_room, owner, member)
    for tab in (one, two):
        await expect_nudged(tab)
        assert tab.state(NotificationsState).unread_count == 1
        assert tab.state(NotificationsState).mentions == {private_room.id: 1}
    await one.call(NotificationsState.toggle, "here")
    (row,) = one.state(NotificationsState).rows
    (leads,) = await one.call(NotificationsState.go, row.id, row.path)
    assert f"/rooms/{private_room.slug}?message=" in str(leads)
    await expect_nudged(two)
    assert two.state(NotificationsState).unread_count == 0


async def test_a_mention_that_one_has_before_the_eyes_is_read(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    tab = await open_tab(member, f"/rooms/{private_room.slug}")
    await tab.call(ReaderState.follow)
    await off_loop(mention, deps, private_room, owner, member)
    await expect_nudged(tab)
    assert tab.state(NotificationsState).unread_count == 0
    await tab.call(ReaderState.stop_following)
    tab.screen.read().events.clear()
    await off_loop(mention, deps, private_room, owner, member)
    await expect_nudged(tab)
    assert tab.state(NotificationsState).unread_count == 1


async def test_odd_arguments_read_and_change_nothing(
    deps: Deps, open_tab: Opened, private_room: Place, owner: Someone, member: Someone
) -> None:
    await off_loop(mention, deps, private_room, owner, member)
    tab = await open_tab(member, f"/rooms/{private_room.slug}")
    for odd in (None, "x", -1, 2**80, [], {}):
        await tab.call(NotificationsState.mark_read, odd)
        (leads,) = await tab.call(NotificationsState.go, odd, odd)
        assert "//" not in str(leads).replace("///", "")
    assert tab.state(NotificationsState).unread_count == 1
    (leads,) = await tab.call(NotificationsState.go, 0, "https://elsewhere.example")
    assert "elsewhere" not in str(leads)
    await tab.call(MentionState.search, {"query": member.username})
    assert [p.username for p in tab.state(MentionState).people] == [member.username]
    await tab.call(HearingState.choose, "all")
    for form in ({}, None, {"begin": "25:99", "end": "1", "timezone": "UTC"}):
        await tab.call(HearingState.save_hours, form)
        assert tab.state(HearingState).error
