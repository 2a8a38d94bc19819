"""What a room's screens show, and how one event changes it. Pure: no I/O, no clock."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chatrooms.domain.events import (
    MemberJoined,
    MemberLeft,
    Message,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Quote,
    RoleChanged,
    RoomChanged,
    RoomEvent,
    RoomFacts,
)
from chatrooms.domain.text import excerpt

WINDOW = 80
"""How many of a room's newest messages a view holds."""


@dataclass(frozen=True, slots=True)
class RoomView:
    """One room as everybody who looks at it sees it, after event number `seq`."""

    seq: int
    facts: RoomFacts
    member_count: int
    messages: tuple[Message, ...]
    """The newest messages, oldest first, at most `WINDOW`."""
    has_older: bool
    """Whether the room holds messages before the first of `messages`."""


def fold(view: RoomView, seq: int, event: RoomEvent) -> RoomView:
    """The view after `event`, which must be number `view.seq + 1`.

    Raises: ValueError if it is another one: a gap must be filled first.
    """
    if seq != view.seq + 1:
        raise ValueError(f"event {seq} does not follow {view.seq}")
    return replace(_apply(view, event), seq=seq)


def _apply(view: RoomView, event: RoomEvent) -> RoomView:
    match event:
        case MessagePosted(message=message):
            messages = (*view.messages, message)
            has_older = view.has_older or len(messages) > WINDOW
            return replace(view, messages=messages[-WINDOW:], has_older=has_older)
        case MessageEdited() | MessageDeleted():
            return replace(view, messages=apply_to_messages(view.messages, event))
        case MemberJoined():
            return replace(view, member_count=view.member_count + 1)
        case MemberLeft():
            return replace(view, member_count=view.member_count - 1)
        case RoomChanged(facts=facts):
            return replace(view, facts=facts)
        case RoleChanged():
            return view


def apply_to_messages(messages: tuple[Message, ...], event: RoomEvent) -> tuple[Message, ...]:
    """Any stretch of the room's messages after an event that changes existing messages.

    An edit or a deletion also shows in the quotes of replies. Other events change nothing.
    """
    match event:
        case MessageEdited():
            return _edited(messages, event)
        case MessageDeleted():
            return _deleted(messages, event)
        case _:
            return messages


def _edited(messages: tuple[Message, ...], event: MessageEdited) -> tuple[Message, ...]:
    def change(message: Message) -> Message:
        return message.model_copy(update={"body": event.body, "edited_at": event.edited_at})

    def requote(quote: Quote) -> Quote:
        return quote.model_copy(update={"excerpt": excerpt(event.body)})

    return _change(messages, event.message_id, change, requote)


def _deleted(messages: tuple[Message, ...], event: MessageDeleted) -> tuple[Message, ...]:
    def change(message: Message) -> Message:
        return message.model_copy(update={"body": "", "is_deleted": True, "edited_at": None})

    def requote(quote: Quote) -> Quote:
        return quote.model_copy(update={"excerpt": "", "is_deleted": True})

    return _change(messages, event.message_id, change, requote)


def _change(
    messages: tuple[Message, ...],
    message_id: int,
    change: Callable[[Message], Message],
    requote: Callable[[Quote], Quote],
) -> tuple[Message, ...]:
    def one(message: Message) -> Message:
        if message.id == message_id:
            return change(message)
        if message.quote is not None and message.quote.id == message_id:
            return message.model_copy(update={"quote": requote(message.quote)})
        return message

    return tuple(one(message) for message in messages)
