"""What the browser receives of messages and rooms that were looked for."""

from dataclasses import dataclass, field

from chatrooms.live.rows import PersonRow
from chatrooms.state.desk_rows import SegmentRow


@dataclass(frozen=True, slots=True)
class HitRow:
    """A message that a search found."""

    message_id: int = 0
    path: str = ""
    room_name: str = ""
    is_private: bool = False
    in_thread: bool = False
    author: PersonRow = field(default_factory=PersonRow)
    sent_at: str = ""
    snippet: list[SegmentRow] = field(default_factory=list[SegmentRow])


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A room in the switcher."""

    path: str = ""
    name: str = ""
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_mine: bool = False
    unread: int = 0


@dataclass(frozen=True, slots=True)
class TopRow:
    """A message that people voted up."""

    id: int = 0
    author: str = ""
    text: str = ""
    score: int = 0
    is_reply: bool = False
