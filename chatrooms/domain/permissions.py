"""Who may do what in a room, as a table that the `access_` functions of services alone ask."""

from enum import StrEnum


class Role(StrEnum):
    """What a member is in one room."""

    OWNER = "owner"
    MODERATOR = "moderator"
    MEMBER = "member"


class Permission(StrEnum):
    """Something one may want to do in a room."""

    READ = "read"
    POST = "post"
    JOIN = "join"
    LEAVE = "leave"
    TAKE_BACK = "take_back"
    """Delete what one wrote oneself."""
    EDIT_ROOM = "edit_room"
    ARCHIVE_ROOM = "archive_room"
    DECIDE_JOIN_REQUESTS = "decide_join_requests"
    INVITE = "invite"
    CALL_EVERYBODY = "call_everybody"
    REMOVE_MEMBER = "remove_member"
    CHANGE_ROLES = "change_roles"
    PIN_MESSAGE = "pin_message"
    MODERATE = "moderate"
    """Decide about messages and the people who wrote them."""
    SEE_STATISTICS = "see_statistics"
    """Read how much is said in the room, when, and by whom."""
    CLOSE_POLL = "close_poll"
    """End a poll that somebody else opened."""


_MEMBER = frozenset(
    {
        Permission.READ,
        Permission.POST,
        Permission.LEAVE,
        Permission.TAKE_BACK,
        Permission.SEE_STATISTICS,
    }
)
_MODERATOR = _MEMBER | {
    Permission.DECIDE_JOIN_REQUESTS,
    Permission.INVITE,
    Permission.CALL_EVERYBODY,
    Permission.REMOVE_MEMBER,
    Permission.CLOSE_POLL,
    Permission.PIN_MESSAGE,
    Permission.MODERATE,
}
_OWNER = _MODERATOR | {Permission.EDIT_ROOM, Permission.ARCHIVE_ROOM, Permission.CHANGE_ROLES}

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.MEMBER: _MEMBER,
    Role.MODERATOR: _MODERATOR,
    Role.OWNER: _OWNER,
}
VISITOR_OF_PUBLIC_ROOM = frozenset({Permission.READ, Permission.JOIN})
IN_TIME_OUT = frozenset(
    {Permission.READ, Permission.LEAVE, Permission.TAKE_BACK, Permission.SEE_STATISTICS}
)
IN_ARCHIVED_ROOM = frozenset(
    {Permission.READ, Permission.LEAVE, Permission.ARCHIVE_ROOM, Permission.SEE_STATISTICS}
)

_RANK = {Role.MEMBER: 0, Role.MODERATOR: 1, Role.OWNER: 2}


def granted(
    *, role: Role | None, is_private: bool, is_archived: bool, is_timed_out: bool = False
) -> frozenset[Permission]:
    """What somebody with `role` (None: not a member) may do in such a room."""
    if role is None:
        base = frozenset[Permission]() if is_private else VISITOR_OF_PUBLIC_ROOM
    else:
        base = GRANTED[role]
    if is_timed_out:
        base &= IN_TIME_OUT
    return base & IN_ARCHIVED_ROOM if is_archived else base


def outranks(role: Role, other: Role) -> bool:
    """Whether `role` may act on a member who has the role `other`: owners on all, else upwards."""
    return role is Role.OWNER or _RANK[role] > _RANK[other]
