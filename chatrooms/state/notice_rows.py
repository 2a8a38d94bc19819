"""The shape in which notifications reach the browser."""

from dataclasses import dataclass, field

from chatrooms.live.rows import PersonRow


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """Something the person was told."""

    id: int = 0
    kind: str = ""
    word: str = ""
    """What kind of thing it is, in a word."""
    title: str = ""
    text: str = ""
    at: str = ""
    is_read: bool = False
    by: PersonRow = field(default_factory=PersonRow)
    path: str = ""
    """Where a click leads."""
    sanction_id: int = 0
    """The own time-out or ban that it tells of; 0 for none."""
    can_appeal: bool = False
    answer: str = ""
    """That one appealed against it, and what became of that; empty if one did not."""
