"""The shapes in which what waits for a moderator reaches the browser."""

from dataclasses import dataclass, field

from chatrooms.live.rows import PersonRow


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A piece of a text; a marked one is what was looked for, or what drove a score up."""

    text: str = ""
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceTextRow:
    """What a poll offers, for reading alone."""

    segments: list[SegmentRow] = field(default_factory=list[SegmentRow])


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One of the queues, over the rooms that are chosen."""

    queue: str = ""
    name: str = ""
    count: int = 0
    oldest_at: str = ""
    """Since when the first in it waits; empty if nothing does."""


@dataclass(frozen=True, slots=True)
class DeskRoomRow:
    """A room that the person moderates."""

    id: int = 0
    name: str = ""
    count: int = 0
    slug: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A message, or an appeal against a sanction, that waits, in the list."""

    id: int = 0
    message_id: int = 0
    """0 for an appeal against a sanction."""
    sanction: str = ""
    """What is appealed against, `time_out` or `ban`; empty for a message."""
    room_name: str = ""
    author: str = ""
    text: str = ""
    choices: str = ""
    """What its poll offers, shortened; empty without a poll."""
    score: str = ""
    """In [0, 1] with two digits; empty where the model could not read it."""
    opened_at: str = ""
    claimed_by: str = ""
    """Another moderator who looks at it now."""


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A message beside the one in question, in short."""

    author: str = ""
    text: str = ""
    sent_at: str = ""
    note: str = ""
    """Why others do not see it; empty if they do."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """Something that was decided, written down or reported."""

    title: str = ""
    text: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class CaseInFullRow:
    """The open case."""

    id: int = 0
    message_id: int = 0
    room_name: str = ""
    path: str = ""
    """Where the message stands in its room; the room alone while it is held."""
    author: PersonRow = field(default_factory=PersonRow)
    sent_at: str = ""
    notes: list[str] = field(default_factory=list[str])
    """How it stands, in words, such as "held"."""
    segments: list[SegmentRow] = field(default_factory=list[SegmentRow])
    choices: list[ChoiceTextRow] = field(default_factory=list[ChoiceTextRow])
    """Those of its poll, if it has one."""
    files: list[str] = field(default_factory=list[str])
    score: str = ""
    percent: int = 0
    flag_percent: int = 0
    flag_at: str = ""
    """The threshold; empty where the room's mode uses none."""
    remove_percent: int = 0
    remove_at: str = ""
    why: str = ""
    """Model, rule and mode in a sentence."""
    before: list[SaidRow] = field(default_factory=list[SaidRow])
    after: list[SaidRow] = field(default_factory=list[SaidRow])
    reports: list[EntryRow] = field(default_factory=list[EntryRow])
    appeal: str = ""
    history: list[EntryRow] = field(default_factory=list[EntryRow])
    claimed_by: str = ""


@dataclass(frozen=True, slots=True)
class SanctionCaseRow:
    """The open case where it is an appeal against a sanction; what both kinds have is in
    `CaseInFullRow`."""

    id: int = 0
    """0 where the open case is about a message."""
    is_ban: bool = False
    imposed_by: str = ""
    imposed_at: str = ""
    until: str = ""
    """Empty for a ban."""
    reason: str = ""
    removals: list[EntryRow] = field(default_factory=list[EntryRow])
    why_not: str = ""
    """Why the reader may not answer it; empty for who may."""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """The person whom the open case is about, in its room."""

    person: PersonRow = field(default_factory=PersonRow)
    role: str = ""
    joined_at: str = ""
    messages: str = ""
    removed: int = 0
    sanctions: list[EntryRow] = field(default_factory=list[EntryRow])
    decisions: list[EntryRow] = field(default_factory=list[EntryRow])
    notes: list[EntryRow] = field(default_factory=list[EntryRow])
    recent: list[SaidRow] = field(default_factory=list[SaidRow])
