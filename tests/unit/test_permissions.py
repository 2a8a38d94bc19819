"""The table of who may do what in a room."""

from itertools import product

import pytest

from chatrooms.domain.permissions import Permission, Role, granted, outranks

P = Permission
MEMBER = {P.READ, P.POST, P.LEAVE, P.TAKE_BACK, P.SEE_STATISTICS}
MODERATOR = MEMBER | {
    P.DECIDE_JOIN_REQUESTS,
    P.INVITE,
    P.REMOVE_MEMBER,
    P.CLOSE_POLL,
    P.PIN_MESSAGE,
    P.CALL_EVERYBODY,
    P.MODERATE,
}
OWNER = MODERATOR | {P.EDIT_ROOM, P.ARCHIVE_ROOM, P.CHANGE_ROLES}


@pytest.mark.parametrize(
    ("role", "is_private", "allowed"),
    [
        (None, False, {P.READ, P.JOIN}),
        (None, True, set()),
        (Role.MEMBER, False, MEMBER),
        (Role.MEMBER, True, MEMBER),
        (Role.MODERATOR, True, MODERATOR),
        (Role.OWNER, True, OWNER),
        (Role.OWNER, False, OWNER),
    ],
)
def test_each_role_may_do_exactly_this(
    role: Role | None, is_private: bool, allowed: set[Permission]
) -> None:
    assert granted(role=role, is_private=is_private, is_archived=False) == allowed


@pytest.mark.parametrize(("role", "is_private"), product([None, *Role], [True, False]))
def test_an_archived_room_can_only_be_read_left_or_brought_back(
    role: Role | None, is_private: bool
) -> None:
    open_room = granted(role=role, is_private=is_private, is_archived=False)
    archived = granted(role=role, is_private=is_private, is_archived=True)
    assert archived == open_room & {P.READ, P.LEAVE, P.ARCHIVE_ROOM, P.SEE_STATISTICS}


@pytest.mark.parametrize("role", Role)
def test_in_a_time_out_one_reads_takes_back_and_leaves(role: Role) -> None:
    allowed = granted(role=role, is_private=True, is_archived=False, is_timed_out=True)
    assert allowed == {P.READ, P.TAKE_BACK, P.LEAVE, P.SEE_STATISTICS}


def test_owners_act_on_everybody_and_moderators_on_members() -> None:
    acting = {(a, b) for a, b in product(Role, Role) if outranks(a, b)}
    assert acting == {
        *((Role.OWNER, other) for other in Role),
        (Role.MODERATOR, Role.MEMBER),
    }
