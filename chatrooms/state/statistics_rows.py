"""What the page of a room's statistics shows."""

from dataclasses import dataclass, field

from chatrooms.live.rows import PersonRow


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """One day of a room."""

    day: str = ""
    people: int = 0
    ai: int = 0
    active: int = 0
    approved: int = 0
    flagged: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class HeatCellRow:
    """One hour of the week: how many messages, and how dark that is, from 0 to 5."""

    hour: str = ""
    count: int = 0
    level: int = 0
    tip: str = ""
    """When it is, and how many, in words."""
    is_first: bool = False
    """Whether it is the one that the Tab key reaches."""


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One weekday, hour by hour."""

    day: str = ""
    cells: list[HeatCellRow] = field(default_factory=list[HeatCellRow])


@dataclass(frozen=True, slots=True)
class TalkerRow:
    """Somebody who talks in a room."""

    person: PersonRow = field(default_factory=PersonRow)
    role: str = ""
    messages: int = 0
    score: int = 0


@dataclass(frozen=True, slots=True)
class BestRow:
    """A message that people voted up."""

    id: int = 0
    author: str = ""
    text: str = ""
    score: int = 0
    sent_at: str = ""
    is_reply: bool = False


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """The whole time in figures, as they are shown."""

    messages: str = ""
    active: str = ""
    busiest: str = ""
    removed: str = ""
    by_moderators: str = ""
    """What moderators did, in a sentence."""
    has_talk: bool = False
    has_outcomes: bool = False
