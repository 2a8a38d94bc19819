"""What the browser receives of the tree of topics and of the directory."""

from dataclasses import dataclass, field

from chatrooms.state.desk_rows import SegmentRow


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic of the tree."""

    id: int = 0
    value: str = ""
    """Its id, as a list of choices has it."""
    slug: str = ""
    name: str = ""
    label: str = ""
    """With the name of the topic above it."""
    parent: str = ""
    """The id of the topic above it; empty at the top."""
    parent_name: str = ""
    room_count: int = 0


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag of public rooms."""

    name: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class PublicRoomRow:
    """A room on the Discover page."""

    slug: str = ""
    name: str = ""
    member_count: int = 0
    is_member: bool = False
    active_at: str = ""
    topic_slug: str = ""
    topic_name: str = ""
    is_near: bool = False
    """Whether it is here for its meaning alone: it has none of the words."""
    name_parts: list[SegmentRow] = field(default_factory=list[SegmentRow])
    topic_parts: list[SegmentRow] = field(default_factory=list[SegmentRow])
    description_parts: list[SegmentRow] = field(default_factory=list[SegmentRow])
    tag_parts: list[SegmentRow] = field(default_factory=list[SegmentRow])
