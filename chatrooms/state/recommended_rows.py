"""What browsers receive of rooms recommended to the person, and of subjects to pick."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecommendedRow:
    """A room recommended to the person, and why."""

    room_id: int = 0
    slug: str = ""
    name: str = ""
    topic: str = ""
    reason: str = ""
    member_count: int = 0


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A subject that one may be interested in."""

    word: str = ""
    is_picked: bool = False
