"""What a room's screens show, and how one event changes it. Pure: no I/O, no clock."""

from dataclasses import dataclass, replace

from chatrooms.domain.changes import apply_to_messages
from chatrooms.domain.events import (
    MemberJoined,
    MemberLeft,
    Message,
    MessagePosted,
    RoleChanged,
    RoomChanged,
    RoomEvent,
    RoomFacts,
)

WINDOW = 80
"""How many of a room's newest messages a view holds."""
THREAD_WINDOW = 200
"""How many of a thread's newest replies an open thread holds."""


@dataclass(frozen=True, slots=True)
class RoomView:
    """One room as everybody who looks at it sees it, after event number `seq`."""

    seq: int
    facts: RoomFacts
    member_count: int
    messages: tuple[Message, ...]
    """The timeline's newest messages, oldest first, at most `WINDOW`."""
    has_older: bool
    """Whether the timeline holds messages before the first of `messages`."""


@dataclass(frozen=True, slots=True)
class ThreadView:
    """One thread as everybody who has it open sees it, after the room's event number `seq`."""

    seq: int
    root: Message
    replies: tuple[Message, ...]
    """The newest replies, oldest first, at most `THREAD_WINDOW`."""
    has_older: bool
    """Whether there are replies before the first of `replies`."""


def fold(view: RoomView, seq: int, event: RoomEvent) -> RoomView:
    """The view after `event`, which must be number `view.seq + 1`.

    Raises: ValueError if it is another one: a gap must be filled first.
    """
    _check_next(view.seq, seq)
    return replace(_apply(view, event), seq=seq)


def fold_thread(thread: ThreadView, seq: int, event: RoomEvent) -> ThreadView:
    """The thread after the room's event `event`, which must be number `thread.seq + 1`.

    Raises: ValueError if it is another one.
    """
    _check_next(thread.seq, seq)
    (root,) = apply_to_messages((thread.root,), event)
    replies = apply_to_messages(thread.replies, event)
    has_older = thread.has_older
    if isinstance(event, MessagePosted) and event.message.thread_id == root.id:
        replies = (*replies, event.message)
        has_older = has_older or len(replies) > THREAD_WINDOW
    return ThreadView(seq, root, replies[-THREAD_WINDOW:], has_older)


def _check_next(seq: int, following: int) -> None:
    if following != seq + 1:
        raise ValueError(f"event {following} does not follow {seq}")


def _apply(view: RoomView, event: RoomEvent) -> RoomView:
    match event:
        case MessagePosted(message=Message(thread_id=None) as message):
            messages = (*view.messages, message)
            has_older = view.has_older or len(messages) > WINDOW
            return replace(view, messages=messages[-WINDOW:], has_older=has_older)
        case MemberJoined():
            return replace(view, member_count=view.member_count + 1)
        case MemberLeft():
            return replace(view, member_count=view.member_count - 1)
        case RoomChanged(facts=facts):
            return replace(view, facts=facts)
        case RoleChanged():
            return view
        case _:
            return replace(view, messages=apply_to_messages(view.messages, event))
