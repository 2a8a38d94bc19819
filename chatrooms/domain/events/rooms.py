"""The room itself and its members."""

from typing import Literal

from chatrooms.domain.events.part import Part
from chatrooms.domain.moderation import Mode


class RoomFacts(Part):
    """What everybody who may read the room sees of the room itself."""

    id: int
    slug: str
    name: str
    description: str
    topic: str
    tags: tuple[str, ...]
    is_private: bool
    is_archived: bool
    mode: Mode = Mode.MANUAL
    slow_s: int = 0
    has_assistant: bool = True
    keep_days: int | None = None


class RoomChanged(Part):
    """Name, description, topic, tags, visibility or archive state changed."""

    kind: Literal["room_changed"] = "room_changed"
    facts: RoomFacts


class MemberJoined(Part):
    """An account became a member."""

    kind: Literal["member_joined"] = "member_joined"
    account_id: int


class MemberLeft(Part):
    """An account stopped being a member, by itself or because somebody removed it."""

    kind: Literal["member_left"] = "member_left"
    account_id: int


class RoleChanged(Part):
    """A member was promoted or demoted."""

    kind: Literal["role_changed"] = "role_changed"
    account_id: int
    role: str
