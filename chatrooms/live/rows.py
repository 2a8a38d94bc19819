"""The shapes in which people and the room itself reach the browser, and how they are made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chatrooms.domain.events import Named, Person
from chatrooms.domain.moderation import Mode
from chatrooms.domain.view import RoomView
from chatrooms.services.moderation.slow_mode import in_words

MODES = {Mode.MANUAL: "Manual", Mode.SEMI_AUTO: "Semi-auto", Mode.AUTO: "Auto"}
"""How a room is moderated, in a word."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody as a name and an avatar."""

    id: int = 0
    username: str = ""
    name: str = ""
    initials: str = ""
    hue: int = 0
    avatar: str = ""
    """Address of the avatar's picture; empty for initials."""
    is_ai: bool = False


@dataclass(frozen=True, slots=True)
class RoomRow:
    """The open room's header."""

    id: int = 0
    slug: str = ""
    name: str = ""
    description: str = ""
    topic: str = ""
    tags: list[str] = field(default_factory=list[str])
    is_private: bool = False
    is_archived: bool = False
    mode: str = ""
    """How it is moderated, in a word."""
    slow_s: int = 0
    slow: str = ""
    """How long members wait between two messages, in words."""
    has_assistant: bool = False
    keep_days: int = 0
    """After how many days messages are deleted; 0 for never."""
    member_count: int = 0


def iso(moment: datetime) -> str:
    """A moment as the browser reads it: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def initials(name: str) -> str:
    """One or two capital letters that stand for a name."""
    words = [word for word in name.replace("_", " ").replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return name[:1].upper() or "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()


def person_row(person: Person) -> PersonRow:
    """A person for the browser."""
    return PersonRow(
        id=person.id,
        username=person.username,
        name=person.name,
        initials=initials(person.name),
        hue=person.hue,
        avatar=f"/files/{person.avatar}" if person.avatar else "",
        is_ai=person.is_ai,
    )


def names(first: Sequence[Named], count: int) -> str:
    """People in words: the first of `count` by name, the others by number."""
    others = count - len(first)
    named = [each.name for each in first] + ([f"{others} more"] if others > 0 else [])
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def room_row(view: RoomView) -> RoomRow:
    """The room's header for the browser."""
    facts = view.facts
    return RoomRow(
        id=facts.id,
        slug=facts.slug,
        name=facts.name,
        description=facts.description,
        topic=facts.topic,
        tags=list(facts.tags),
        is_private=facts.is_private,
        is_archived=facts.is_archived,
        mode=MODES[facts.mode],
        slow_s=facts.slow_s,
        slow=in_words(facts.slow_s),
        has_assistant=facts.has_assistant,
        keep_days=facts.keep_days or 0,
        member_count=view.member_count,
    )
