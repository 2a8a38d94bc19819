"""The shapes in which a room reaches the browser, and how they are made from views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chatrooms.domain.events import Message, Person
from chatrooms.domain.view import RoomView

GROUP_GAP = timedelta(minutes=5)
"""Messages of one author stand together while no two neighbours are further apart."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody as a name and an avatar."""

    id: int = 0
    username: str = ""
    name: str = ""
    initials: str = ""
    hue: int = 0


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of the timeline."""

    id: int = 0
    position: int = 0
    client_id: str = ""
    author: PersonRow = field(default_factory=PersonRow)
    body: str = ""
    sent_at: str = ""
    """ISO 8601 in UTC; the browser shows it in the reader's time zone."""
    is_edited: bool = False
    is_deleted: bool = False
    quote_id: int = 0
    """The message this one replies to; 0 if it is no reply."""
    quote_author: str = ""
    quote_text: str = ""
    is_head: bool = True
    """Whether it shows its author: false within five minutes of the same author's last one."""
    previous_at: str = ""
    """When the message before it was sent, for the date separator; empty for the first shown."""


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
    return PersonRow(person.id, person.username, person.name, initials(person.name), person.hue)


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
        member_count=view.member_count,
    )


def message_row(
    message: Message, previous: Message | None, *, is_first: bool = False
) -> MessageRow:
    """A message for the browser, after the message `previous` before it in the room.

    The first of a list always shows its author: what stands above it may not be on the screen.
    """
    quote = message.quote
    return MessageRow(
        id=message.id,
        position=message.position,
        client_id=message.client_id,
        author=person_row(message.author),
        body=message.body,
        sent_at=iso(message.sent_at),
        is_edited=message.edited_at is not None,
        is_deleted=message.is_deleted,
        quote_id=quote.id if quote else 0,
        quote_author=quote.author_name if quote else "",
        quote_text=("Message deleted" if quote.is_deleted else quote.excerpt) if quote else "",
        is_head=is_first or _is_head(message, previous),
        previous_at=iso(previous.sent_at) if previous else "",
    )


def _is_head(message: Message, previous: Message | None) -> bool:
    return (
        previous is None
        or message.quote is not None
        or previous.author.id != message.author.id
        or message.sent_at - previous.sent_at > GROUP_GAP
    )


def message_rows(messages: Sequence[Message]) -> list[MessageRow]:
    """A stretch of consecutive messages for the browser."""
    return [message_row(m, messages[i - 1] if i else None) for i, m in enumerate(messages)]
