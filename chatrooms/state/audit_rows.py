"""The shapes in which the moderation log reaches the browser."""

from dataclasses import dataclass, field

from chatrooms.state.desk_rows import SegmentRow


@dataclass(frozen=True, slots=True)
class OptionRow:
    """Something to choose from."""

    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class PresetRow:
    """A filter that one often wants."""

    label: str = ""
    path: str = ""
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class LogFilterRow:
    """What the log is narrowed to, as the form's fields hold it."""

    room: str = ""
    by: str = ""
    kind: str = ""
    about: str = ""
    since: str = ""
    until: str = ""
    message_id: int = 0


@dataclass(frozen=True, slots=True)
class LogRow:
    """An entry of the log, in words."""

    id: int = 0
    at: str = ""
    icon: str = ""
    what: str = ""
    by: str = ""
    by_path: str = ""
    """The log of what they decided; empty where that is nobody."""
    room_name: str = ""
    about: str = ""
    about_path: str = ""
    """The log of what concerns them; empty where the entry concerns nobody."""
    why: str = ""
    words: str = ""
    """What drove the score up, where the text does not show it."""
    message_id: int = 0
    message_path: str = ""
    """Where the message stands in its room; empty where it stands nowhere."""
    segments: list[SegmentRow] = field(default_factory=list[SegmentRow])
    choices: list[SegmentRow] = field(default_factory=list[SegmentRow])
    """Those of its poll in one line, shortened; none without a poll."""
    notes: list[str] = field(default_factory=list[str])
    """How the message stands now, in words."""
    fate: str = ""
    fate_at: str = ""
    waits_in: str = ""
    can_review: bool = False
