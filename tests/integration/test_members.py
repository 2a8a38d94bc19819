"""Coming, going, roles, join requests and invitation links."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatrooms.bootstrap import Deps, utc_now
from chatrooms.domain.errors import (
    AccountUnavailable,
    InvalidInput,
    InvitationUnavailable,
    LastOwner,
    NotAllowed,
    RoomUnavailable,
)
from chatrooms.domain.permissions import Role
from chatrooms.services import invitations, join_requests, members, rooms
from tests.support.inspect import assert_gapless, everything_stored, seqs
from tests.support.people import Place, Someone, bring_in, sign_up
from tests.support.threads import at_once


def roles(deps: Deps, room: Place, by: Someone) -> dict[int, Role]:
    listed = members.list_members(deps, actor_id=by.id, room_id=room.id, limit=1000)
    return {member.person.id: member.role for member in listed}


def leave(deps: Deps, room: Place, who: Someone) -> None:
    members.leave_room(deps, actor_id=who.id, room_id=room.id)


def remove(deps: Deps, room: Place, *, by: Someone, who: Someone) -> None:
    members.remove_member(deps, actor_id=by.id, room_id=room.id, account_id=who.id)


def give(deps: Deps, room: Place, *, by: Someone, who: Someone, role: str) -> None:
    members.change_role(deps, actor_id=by.id, room_id=room.id, account_id=who.id, role=role)


# The last owner


def test_the_last_owner_cannot_leave_be_demoted_or_removed(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    with pytest.raises(LastOwner):
        leave(deps, private_room, owner)
    with pytest.raises(LastOwner):
        give(deps, private_room, by=owner, who=owner, role="member")
    with pytest.raises(LastOwner):
        remove(deps, private_room, by=owner, who=owner)
    assert_gapless(deps, private_room.id)
    give(deps, private_room, by=owner, who=member, role="owner")
    leave(deps, private_room, owner)
    assert roles(deps, private_room, member) == {member.id: Role.OWNER}


def test_of_two_owners_who_leave_at_once_one_stays(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    give(deps, private_room, by=owner, who=member, role="owner")
    results = at_once(
        [
            lambda: leave(deps, private_room, owner),
            lambda: leave(deps, private_room, member),
        ]
    )
    assert sorted(type(r).__name__ for r in results) == ["LastOwner", "NoneType"]
    assert_gapless(deps, private_room.id)


def test_of_two_owners_who_demote_each_other_one_stays_owner(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    give(deps, private_room, by=owner, who=member, role="owner")
    at_once(
        [
            lambda: give(deps, private_room, by=owner, who=member, role="member"),
            lambda: give(deps, private_room, by=member, who=owner, role="member"),
        ]
    )
    assert Role.OWNER in roles(deps, private_room, owner).values()


# Rank


@pytest.mark.parametrize(
    ("actor", "target", "allowed"),
    [
        ("owner", "moderator", True),
        ("owner", "member", True),
        ("moderator", "member", True),
        ("moderator", "owner", False),
        ("moderator", "moderator", False),
        ("member", "member", False),
    ],
)
def test_people_remove_those_below_them(
    request: pytest.FixtureRequest,
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    actor: str,
    target: str,
    allowed: bool,
) -> None:
    who = request.getfixturevalue(target)
    if actor == target:
        who = bring_in(deps, private_room, by=owner, who=sign_up(deps, "equal"), role=Role(target))
    by = request.getfixturevalue(actor)
    if not allowed:
        with pytest.raises(NotAllowed):
            remove(deps, private_room, by=by, who=who)
    else:
        remove(deps, private_room, by=by, who=who)
    assert (who.id in roles(deps, private_room, owner)) is not allowed


@pytest.mark.parametrize("role", ["", "admin", "OWNER", "member ", "\x00"])
def test_there_are_three_roles_and_no_other(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, role: str
) -> None:
    for known in ("owner", "moderator", "member"):
        give(deps, private_room, by=owner, who=member, role=known)
    with pytest.raises(InvalidInput):
        give(deps, private_room, by=owner, who=member, role=role)


def test_leaving_ends_the_membership_and_cannot_be_done_twice(
    deps: Deps, private_room: Place, public_room: Place, owner: Someone, member: Someone
) -> None:
    leave(deps, private_room, member)
    with pytest.raises(RoomUnavailable):
        leave(deps, private_room, member)
    members.join_room(deps, actor_id=member.id, room_id=public_room.id)
    leave(deps, public_room, member)
    with pytest.raises(NotAllowed):
        leave(deps, public_room, member)
    assert roles(deps, private_room, owner) == {owner.id: Role.OWNER}


def test_joining_twice_and_at_once_makes_one_member(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    before = len(seqs(deps, public_room.id))

    def join() -> None:
        members.join_room(deps, actor_id=stranger.id, room_id=public_room.id)

    assert at_once([join] * 6) == [None] * 6
    join()
    assert roles(deps, public_room, owner) == {
        owner.id: Role.OWNER,
        stranger.id: Role.MEMBER,
    }
    assert len(seqs(deps, public_room.id)) == before + 1
    assert_gapless(deps, public_room.id)


def test_members_are_listed_by_rank_in_pages(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    def page(offset: int, limit: int) -> list[int]:
        listed = members.list_members(
            deps, actor_id=member.id, room_id=private_room.id, offset=offset, limit=limit
        )
        return [each.person.id for each in listed]

    assert page(0, 10) == [owner.id, moderator.id, member.id]
    assert page(1, 1) == [moderator.id]
    assert page(-5, 1) == [owner.id]
    assert page(3, 10) == []


# Join requests


@pytest.fixture
def asking(deps: Deps, private_room: Place, stranger: Someone) -> Someone:
    """Somebody who asks to be let into the private room."""
    join_requests.request_to_join(deps, actor_id=stranger.id, slug=private_room.slug)
    return stranger


def waiting(deps: Deps, room: Place, owner: Someone) -> list[tuple[int, int]]:
    listed = join_requests.list_join_requests(deps, actor_id=owner.id, room_id=room.id)
    return [(request.person.id, request.id) for request in listed]


def decide(deps: Deps, room: Place, by: Someone, request_id: int, *, accept: bool) -> None:
    join_requests.decide_join_request(
        deps, actor_id=by.id, room_id=room.id, request_id=request_id, is_accepted=accept
    )


def test_asking_often_makes_one_request_and_tells_nothing(
    deps: Deps, private_room: Place, owner: Someone, asking: Someone
) -> None:
    answers = at_once(
        [
            lambda slug=slug: join_requests.request_to_join(deps, actor_id=asking.id, slug=slug)
            for slug in [private_room.slug] * 4 + ["no-such-room", "", "\x00", "\ud800"]
        ]
    )
    assert answers == [None] * 8
    assert [who for who, _ in waiting(deps, private_room, owner)] == [asking.id]


def test_an_accepted_request_makes_a_member_once(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, asking: Someone
) -> None:
    ((_, request_id),) = waiting(deps, private_room, owner)
    decide(deps, private_room, moderator, request_id, accept=True)
    assert roles(deps, private_room, owner)[asking.id] is Role.MEMBER
    for accept in (True, False):
        with pytest.raises(AccountUnavailable, match="already"):
            decide(deps, private_room, owner, request_id, accept=accept)
    assert roles(deps, private_room, owner)[asking.id] is Role.MEMBER
    assert_gapless(deps, private_room.id)


def test_a_declined_request_lets_nobody_in_and_may_be_asked_again(
    deps: Deps, private_room: Place, owner: Someone, asking: Someone
) -> None:
    ((_, request_id),) = waiting(deps, private_room, owner)
    decide(deps, private_room, owner, request_id, accept=False)
    with pytest.raises(AccountUnavailable):
        decide(deps, private_room, owner, request_id, accept=True)
    assert asking.id not in roles(deps, private_room, owner)
    join_requests.request_to_join(deps, actor_id=asking.id, slug=private_room.slug)
    assert [who for who, _ in waiting(deps, private_room, owner)] == [asking.id]


def test_of_two_decisions_at_once_one_counts(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, asking: Someone
) -> None:
    ((_, request_id),) = waiting(deps, private_room, owner)
    results = at_once(
        [
            lambda: decide(deps, private_room, owner, request_id, accept=True),
            lambda: decide(deps, private_room, moderator, request_id, accept=False),
        ]
    )
    assert sorted(type(r).__name__ for r in results) == ["AccountUnavailable", "NoneType"]
    accepted = results[0] is None
    assert (asking.id in roles(deps, private_room, owner)) is accepted


def test_a_request_ends_when_its_maker_comes_in_by_a_link(
    deps: Deps, private_room: Place, owner: Someone, asking: Someone
) -> None:
    bring_in(deps, private_room, by=owner, who=asking)
    assert waiting(deps, private_room, owner) == []


def test_members_need_not_ask(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    join_requests.request_to_join(deps, actor_id=member.id, slug=private_room.slug)
    assert waiting(deps, private_room, owner) == []


# Invitation links


@pytest.fixture
def link(deps: Deps, private_room: Place, owner: Someone) -> str:
    return invitations.create_invitation(deps, actor_id=owner.id, room_id=private_room.id)


def accept(deps: Deps, who: Someone, token: str) -> str:
    return invitations.accept_invitation(deps, actor_id=who.id, token=token)


def test_a_link_tells_where_it_leads_and_lets_in(
    deps: Deps, private_room: Place, owner: Someone, stranger: Someone, link: str
) -> None:
    found = invitations.find_invitation(deps, actor_id=stranger.id, token=link)
    assert (found.slug, found.invited_by) == (private_room.slug, owner.username)
    assert accept(deps, stranger, link) == private_room.slug
    assert accept(deps, stranger, link) == private_room.slug
    assert roles(deps, private_room, owner)[stranger.id] is Role.MEMBER
    assert_gapless(deps, private_room.id)
    assert link not in everything_stored(deps, "invitations")


def refused(deps: Deps, who: Someone, token: str) -> None:
    with pytest.raises(InvitationUnavailable):
        accept(deps, who, token)
    with pytest.raises(InvitationUnavailable):
        invitations.find_invitation(deps, actor_id=who.id, token=token)


def test_an_expired_link_lets_nobody_in(
    deps: Deps, owner: Someone, private_room: Place, stranger: Someone, link: str
) -> None:
    days = deps.settings.invitation_ttl_d
    later = replace(deps, clock=lambda: utc_now() + timedelta(days=days, seconds=1))
    refused(later, stranger, link)
    assert invitations.list_invitations(later, actor_id=owner.id, room_id=private_room.id) == []
    assert accept(deps, stranger, link)


def test_a_revoked_link_lets_nobody_in_and_others_stay(
    deps: Deps, owner: Someone, private_room: Place, stranger: Someone, link: str
) -> None:
    other = invitations.create_invitation(deps, actor_id=owner.id, room_id=private_room.id)
    oldest = invitations.list_invitations(deps, actor_id=owner.id, room_id=private_room.id)[-1]
    for _ in range(2):
        invitations.revoke_invitation(
            deps, actor_id=owner.id, room_id=private_room.id, invitation_id=oldest.id
        )
    refused(deps, stranger, link)
    assert accept(deps, stranger, other)


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "a" * 100_000])
def test_a_made_up_link_lets_nobody_in(deps: Deps, stranger: Someone, token: str) -> None:
    refused(deps, stranger, token)


def test_a_link_into_an_archived_room_lets_nobody_in(
    deps: Deps, owner: Someone, private_room: Place, stranger: Someone, link: str
) -> None:
    rooms.set_archived(deps, actor_id=owner.id, room_id=private_room.id, is_archived=True)
    refused(deps, stranger, link)
    rooms.set_archived(deps, actor_id=owner.id, room_id=private_room.id, is_archived=False)
    assert accept(deps, stranger, link)


def test_a_moderator_keeps_the_role_when_accepting_a_link(
    deps: Deps, owner: Someone, moderator: Someone, private_room: Place, link: str
) -> None:
    accept(deps, moderator, link)
    assert roles(deps, private_room, owner)[moderator.id] is Role.MODERATOR


def test_nobody_without_an_account_accepts_a_link(
    deps: Deps, deactivated: Someone, stranger: Someone, link: str
) -> None:
    with pytest.raises(Exception, match="sign in"):
        accept(deps, deactivated, link)
    assert accept(deps, stranger, link)
