"""Time-outs and bans: by whom, of whom, what they forbid, and how they end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    AccountUnavailable,
    Banned,
    ChatError,
    InvalidInput,
    InvitationUnavailable,
    NotAllowed,
    RoomUnavailable,
    TimedOut,
)
from chatrooms.domain.permissions import Permission, Role
from chatrooms.services import (
    answers,
    directory,
    followed_threads,
    history,
    invitations,
    join_requests,
    members,
    messages,
    notifications,
    places,
    polls,
    reactions,
    rooms,
    saved,
    search,
    votes,
)
from chatrooms.services.directory import Wanted
from chatrooms.services.grants import Grant, standing_grants
from chatrooms.services.moderation import sanctions
from chatrooms.services.polls import PollDraft
from chatrooms.state.notices import title_of
from tests.support.inspect import assert_gapless, change, folded, room_name, rows
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up


def time_out(deps: Deps, room: Place, by: Someone, who: Someone, minutes: int = 60) -> int:
    return sanctions.time_out(
        deps,
        actor_id=by.id,
        room_id=room.id,
        account_id=who.id,
        minutes=minutes,
        reason="Cool down",
    )


def ban(deps: Deps, room: Place, by: Someone, who: Someone) -> int:
    return sanctions.ban(deps, actor_id=by.id, room_id=room.id, account_id=who.id, reason="Enough")


def lift(deps: Deps, room: Place, by: Someone, sanction_id: int) -> None:
    sanctions.lift(deps, actor_id=by.id, room_id=room.id, sanction_id=sanction_id)


def permissions(deps: Deps, room: Place, who: Someone) -> frozenset[Permission]:
    return rooms.open_room(deps, actor_id=who.id, slug=room.slug).permissions


def told(deps: Deps, who: Someone) -> list[str]:
    found = notifications.list_notifications(deps, actor_id=who.id)
    return [title_of(each) for each in found if each.kind == "sanctioned"]


@pytest.fixture
def people(
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    deactivated: Someone,
) -> dict[str, Someone]:
    return {
        "owner": owner,
        "moderator": moderator,
        "member": member,
        "stranger": stranger,
        "removed": removed,
        "deactivated": deactivated,
    }


@pytest.mark.parametrize("impose", [time_out, ban])
@pytest.mark.parametrize(
    ("actor", "target", "error"),
    [
        ("owner", "member", None),
        ("owner", "moderator", None),
        ("moderator", "member", None),
        ("moderator", "owner", NotAllowed),
        ("moderator", "moderator", NotAllowed),
        ("member", "moderator", NotAllowed),
        ("stranger", "member", RoomUnavailable),
        ("removed", "member", RoomUnavailable),
        ("deactivated", "member", RoomUnavailable),
    ],
)
def test_those_who_moderate_sanction_whom_they_outrank(
    deps: Deps,
    private_room: Place,
    people: dict[str, Someone],
    impose: Callable[..., int],
    actor: str,
    target: str,
    error: type[ChatError] | None,
) -> None:
    if error is None:
        imposed = impose(deps, private_room, people[actor], people[target])
        (standing,) = sanctions.list_sanctions(
            deps, actor_id=people["owner"].id, room_id=private_room.id
        )
        assert (standing.id, standing.person.id) == (imposed, people[target].id)
        assert standing.by == people[actor].username
        audit = rows(
            deps,
            "SELECT account_id, by_id, reason != '' FROM moderation_log WHERE room_id = :id",
            id=private_room.id,
        )
        assert audit == [(people[target].id, people[actor].id, True)]
        assert_gapless(deps, private_room.id)
        return
    with pytest.raises(error):
        impose(deps, private_room, people[actor], people[target])
    assert not rows(deps, "SELECT 1 FROM sanctions WHERE room_id = :id", id=private_room.id)


@pytest.mark.parametrize("minutes", [4, 0, -5, 28 * 24 * 60 + 1, 10**20, True, "60"])
def test_a_time_out_lasts_five_minutes_to_28_days(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, minutes: int
) -> None:
    with pytest.raises(InvalidInput):
        time_out(deps, private_room, owner, member, minutes)
    for allowed in (5, 28 * 24 * 60):
        time_out(deps, private_room, owner, member, allowed)


def test_only_members_can_be_timed_out(
    deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    for account_id in (stranger.id, 10**12, 0, 2**70):
        with pytest.raises(AccountUnavailable):
            sanctions.time_out(
                deps,
                actor_id=owner.id,
                room_id=private_room.id,
                account_id=account_id,
                minutes=5,
            )


def test_in_a_time_out_one_reads_and_changes_nothing_until_it_is_lifted(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    room = private_room
    mine, theirs = post(deps, room, member, "Mine"), post(deps, room, owner, "Theirs")
    poll = polls.open_poll(
        deps,
        actor_id=owner.id,
        room_id=room.id,
        client_id=deps.ids.client_id(),
        draft=PollDraft(question="Which?", choices=["One", "Two"]),
    )
    here: dict[str, Any] = {"actor_id": member.id, "room_id": room.id}
    acts: list[Callable[[], object]] = [
        lambda: post(deps, room, member),
        lambda: post(deps, room, member, thread=theirs),
        lambda: messages.edit_message(deps, **here, message_id=mine, body="Changed"),
        lambda: votes.vote(deps, **here, message_id=theirs, value=1),
        lambda: reactions.react(deps, **here, message_id=theirs, emoji="👍", is_on=True),
        lambda: polls.vote(deps, **here, message_id=poll, choice=1),
    ]
    imposed = time_out(deps, room, owner, member)
    for act in acts:
        with pytest.raises(TimedOut, match=r"until .* UTC"):
            act()
    assert history.load_view(deps, room_id=room.id).messages[0].body == "Mine"
    assert history.list_before(deps, **here, position=10**6, limit=10)
    lift(deps, room, owner, imposed)
    for act in acts:
        act()
    messages.delete_message(deps, **here, message_id=mine)
    assert told(deps, member) == [
        f"You may write again in {room_name(deps, room.id)}",
        f"You were timed out for 1 hour in {room_name(deps, room.id)}",
    ]


def test_in_a_time_out_one_may_take_back_what_one_wrote(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    mine = post(deps, private_room, member, "Mine")
    time_out(deps, private_room, owner, member)
    messages.delete_message(deps, actor_id=member.id, room_id=private_room.id, message_id=mine)
    assert history.load_view(deps, room_id=private_room.id).messages[0].is_deleted


def test_a_moderator_in_a_time_out_decides_nothing(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    imposed = time_out(deps, private_room, owner, moderator)
    for act in (
        lambda: ban(deps, private_room, moderator, member),
        lambda: lift(deps, private_room, moderator, imposed),
    ):
        with pytest.raises(TimedOut):
            act()
    lift(deps, private_room, owner, imposed)
    ban(deps, private_room, moderator, member)


def test_a_time_out_ends_by_itself_and_the_worker_notes_it_once(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    imposed = time_out(deps, private_room, owner, member)
    assert sanctions.end_overdue(deps) == 0
    past = deps.clock() - timedelta(seconds=1)
    change(deps, "UPDATE sanctions SET until = :past WHERE id = :id", past=past, id=imposed)
    post(deps, private_room, member)
    with pytest.raises(InvalidInput):
        lift(deps, private_room, owner, imposed)
    assert not sanctions.list_sanctions(deps, actor_id=owner.id, room_id=private_room.id)
    assert [sanctions.end_overdue(deps), sanctions.end_overdue(deps)] == [1, 0]


def test_a_new_time_out_takes_the_place_of_the_one_before(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    time_out(deps, private_room, owner, member, 28 * 24 * 60)
    second = time_out(deps, private_room, owner, member, 5)
    (standing,) = sanctions.list_sanctions(deps, actor_id=owner.id, room_id=private_room.id)
    assert standing.id == second
    lift(deps, private_room, owner, second)
    post(deps, private_room, member)


def test_who_is_banned_is_out_and_comes_in_by_no_way(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    room = private_room
    token = invitations.create_invitation(deps, actor_id=owner.id, room_id=room.id)
    before = history.load_view(deps, room_id=room.id)
    imposed = ban(deps, room, owner, member)
    assert folded(deps, before, room_id=room.id) == history.load_view(deps, room_id=room.id)
    assert history.load_view(deps, room_id=room.id).member_count == before.member_count - 1
    with pytest.raises(RoomUnavailable):
        rooms.open_room(deps, actor_id=member.id, slug=room.slug)
    with pytest.raises(InvitationUnavailable):
        invitations.find_invitation(deps, actor_id=member.id, token=token)
    with pytest.raises(Banned):
        invitations.accept_invitation(deps, actor_id=member.id, token=token)
    join_requests.request_to_join(deps, actor_id=member.id, slug=room.slug)
    asked = join_requests.list_join_requests(deps, actor_id=owner.id, room_id=room.id)
    assert asked == []
    with pytest.raises(InvalidInput):
        ban(deps, room, owner, member)
    assert told(deps, member) == [f"You were banned from {room_name(deps, room.id)}"]
    lift(deps, room, owner, imposed)
    invitations.accept_invitation(deps, actor_id=member.id, token=token)
    post(deps, room, member)
    assert_gapless(deps, room.id)


def test_who_is_sanctioned_is_told_the_name_that_they_know(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    def call(name: str) -> None:
        change(deps, "UPDATE rooms SET name = :name WHERE id = :id", name=name, id=private_room.id)

    name = room_name(deps, private_room.id)
    assert name != private_room.slug
    time_out(deps, private_room, owner, member)
    assert told(deps, member) == [f"You were timed out for 1 hour in {name}"]
    call("Another name")
    assert told(deps, member) == ["You were timed out for 1 hour in Another name"]
    call(name)
    ban(deps, private_room, owner, member)
    assert told(deps, member)[0] == f"You were banned from {name}"
    call("A name for those inside")
    assert told(deps, member)[0] == f"You were banned from {private_room.slug}"


def test_a_ban_answers_the_request_of_who_asked_to_be_let_in(
    deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    join_requests.request_to_join(deps, actor_id=stranger.id, slug=private_room.slug)
    (asked,) = join_requests.list_join_requests(deps, actor_id=owner.id, room_id=private_room.id)
    ban(deps, private_room, owner, stranger)
    with pytest.raises(AccountUnavailable):
        join_requests.decide_join_request(
            deps,
            actor_id=owner.id,
            room_id=private_room.id,
            request_id=asked.id,
            is_accepted=True,
        )


def test_who_is_banned_from_a_public_room_reads_nothing_of_it_anywhere(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    room = public_room
    members.join_room(deps, actor_id=stranger.id, room_id=room.id)
    said = post(deps, room, owner, f"A secret for @{stranger.username}")
    post(deps, room, stranger, "I follow this", thread=said)
    post(deps, room, owner, "An answer", thread=said)
    saved.set_saved(deps, actor_id=stranger.id, room_id=room.id, message_id=said, is_saved=True)

    def reads() -> list[bool]:
        access = deps.sessions()
        with access as session, session.begin():
            grant = Grant(stranger.signed_in.session_id, stranger.id, room.id)
            readers = answers.readers_of(session, room_id=room.id, account_ids=[stranger.id])
            granted = bool(standing_grants(session, [grant]))  # type: ignore[arg-type]
        who: dict[str, Any] = {"actor_id": stranger.id}
        kinds = {t.kind.value for t in notifications.list_notifications(deps, **who)}
        public = directory.list_rooms(deps, **who, wanted=Wanted(), limit=500).rooms
        return [
            granted,
            bool(readers),
            bool(search.search_messages(deps, **who, query="secret").hits),
            bool(saved.list_saved(deps, **who, limit=10)),
            bool(followed_threads.list_threads(deps, **who, limit=10)),
            "mention" in kinds,
            room.slug in {listed.facts.slug for listed in public},
            bool(places.list_places(deps, **who, query=room_name(deps, room.id))),
        ]

    assert all(reads())
    imposed = ban(deps, room, owner, stranger)
    assert not any(reads())
    with pytest.raises(RoomUnavailable):
        members.join_room(deps, actor_id=stranger.id, room_id=room.id)
    lift(deps, room, owner, imposed)
    assert all(reads())
    members.join_room(deps, actor_id=stranger.id, room_id=room.id)


def test_sanctions_of_another_room_are_out_of_reach(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    elsewhere = make_room(deps, moderator)
    imposed = time_out(deps, private_room, owner, member)
    with pytest.raises(InvalidInput):
        lift(deps, elsewhere, moderator, imposed)
    with pytest.raises(NotAllowed):
        sanctions.list_sanctions(deps, actor_id=member.id, room_id=elsewhere.id)
    bring_in(deps, elsewhere, by=moderator, who=member)
    post(deps, elsewhere, member)
    lift(deps, private_room, moderator, imposed)


def test_a_moderator_cannot_lift_what_an_owner_imposed_on_another_moderator(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone
) -> None:
    other = bring_in(deps, private_room, by=owner, who=sign_up(deps, "other"), role=Role.MODERATOR)
    imposed = time_out(deps, private_room, owner, other)
    with pytest.raises(NotAllowed):
        lift(deps, private_room, moderator, imposed)
    lift(deps, private_room, owner, imposed)


def test_access_tells_until_when(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    assert rooms.open_room(deps, actor_id=member.id, slug=private_room.slug).timed_out_until is None
    time_out(deps, private_room, owner, member, 30)
    access = rooms.open_room(deps, actor_id=member.id, slug=private_room.slug)
    assert access.timed_out_until is not None
    assert timedelta(minutes=29) < access.timed_out_until - deps.clock() <= timedelta(minutes=30)
    assert Permission.POST not in access.permissions
