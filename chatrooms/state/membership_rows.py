"""The shapes in which a room's members, and who asks or may not enter, reach the browser."""

from dataclasses import dataclass, field

from chatrooms.live.rows import PersonRow


@dataclass(frozen=True, slots=True)
class RightsRow:
    """What the person may do in the open room. For the page's comfort: services decide."""

    role: str = ""
    can_post: bool = False
    can_join: bool = False
    can_leave: bool = False
    can_edit_room: bool = False
    can_archive: bool = False
    can_invite: bool = False
    can_decide: bool = False
    can_remove: bool = False
    can_change_roles: bool = False
    can_close_polls: bool = False
    can_pin: bool = False
    can_moderate: bool = False
    timed_out_until: str = ""
    """Until when the person may only read; empty if that is over or never was."""


@dataclass(frozen=True, slots=True)
class SanctionRow:
    """A time-out or a ban that stands, for moderators."""

    id: int = 0
    person: PersonRow = field(default_factory=PersonRow)
    is_ban: bool = False
    until: str = ""
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in the room's info pane."""

    person: PersonRow = field(default_factory=PersonRow)
    role: str = "member"
    is_me: bool = False
    is_online: bool = False


@dataclass(frozen=True, slots=True)
class JoinRequestRow:
    """Somebody who asks to be let in."""

    id: int = 0
    person: PersonRow = field(default_factory=PersonRow)
    asked_at: str = ""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation link that still works; its address is shown once, when it is made."""

    id: int = 0
    created_by: str = ""
    expires_at: str = ""
    uses: int = 0
