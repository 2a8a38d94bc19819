"""Events and views made by hand, for tests that need no server."""

from datetime import UTC, datetime, timedelta

from chatrooms.domain.events import (
    Message,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Person,
    Quote,
    RoomFacts,
)
from chatrooms.domain.text import excerpt
from chatrooms.domain.view import RoomView, fold

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROOM_ID = 7


def person(number: int = 1) -> Person:
    """Somebody with that id."""
    return Person(id=number, username=f"person{number}", name=f"Person {number}", hue=10)


def message(position: int, *, author: int = 1, quote: Message | None = None) -> Message:
    """The message that was posted as that event. Its id is ten times its position."""
    return Message(
        id=position * 10,
        position=position,
        client_id=f"client-{position}",
        author=person(author),
        body=f"Message {position}",
        sent_at=START + timedelta(seconds=position),
        quote=Quote(
            id=quote.id,
            author_name=quote.author.name,
            excerpt=excerpt(quote.body),
            is_deleted=quote.is_deleted,
        )
        if quote
        else None,
    )


def posted(position: int, *, author: int = 1, quote: Message | None = None) -> MessagePosted:
    """That `message` being posted."""
    return MessagePosted(message=message(position, author=author, quote=quote))


def edited(message_id: int, body: str = "Changed") -> MessageEdited:
    """A message being changed."""
    return MessageEdited(message_id=message_id, body=body, edited_at=START)


def deleted(message_id: int) -> MessageDeleted:
    """A message being taken back."""
    return MessageDeleted(message_id=message_id)


def facts(*, name: str = "Room", is_private: bool = False) -> RoomFacts:
    """A room."""
    return RoomFacts(
        id=ROOM_ID,
        slug="room",
        name=name,
        description="",
        topic="",
        tags=(),
        is_private=is_private,
        is_archived=False,
    )


def empty_view() -> RoomView:
    """A room before its first event."""
    return RoomView(seq=0, facts=facts(), member_count=0, messages=(), has_older=False)


def view_of(count: int) -> RoomView:
    """A room in which so many messages were posted and nothing else happened."""
    view = empty_view()
    for position in range(1, count + 1):
        view = fold(view, position, posted(position))
    return view
