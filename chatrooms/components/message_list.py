"""Messages one below the other, in the timeline and in a thread."""

import reflex as rx

from chatrooms.components.message import message_item
from chatrooms.components.message_marks import own_marks
from chatrooms.state.live import LiveState
from chatrooms.state.marks import MarksState
from chatrooms.state.pane import PaneState
from chatrooms.state.room import RoomState
from chatrooms.state.rows import MessageRow
from chatrooms.state.session import SessionState


def message_in(
    messages: rx.Var[list[MessageRow]],
    message: rx.Var[MessageRow],
    index: rx.Var[int],
    before: rx.Var[str] | str = "",
    above: tuple[rx.Component, ...] = (),
    *,
    is_first_new: rx.Var[bool] | bool = False,
    in_thread: bool = False,
) -> rx.Component:
    """One message of a list, as the person may use it, with what stands `above` it. `before`: when
    what stands above the list was sent."""
    return rx.fragment(
        *above,
        message_as(
            message,
            previous_at=_previous_at(messages, message, index, before),
            is_editing=RoomState.editing_id == message.id,
            is_first_new=is_first_new,
            in_thread=in_thread,
        ),
        key=message.id.to_string(),
    )


def message_as(
    message: rx.Var[MessageRow],
    *,
    previous_at: rx.Var[str] | str,
    is_editing: rx.Var[bool] | bool,
    is_first_new: rx.Var[bool] | bool = False,
    in_thread: bool = False,
) -> rx.Component:
    """A message as the person may use it."""
    is_open = ~LiveState.room.is_archived
    return message_item(
        message=message,
        previous_at=previous_at,
        is_mine=message.author.id == SessionState.me.id,
        is_editing=is_editing,
        is_first_new=is_first_new,
        can_post=RoomState.rights.can_post & is_open,
        can_pin=RoomState.rights.can_pin & is_open,
        is_saved=MarksState.saved.contains(message.id),
        has_news=_has_news(message),
        in_thread=in_thread,
        **own_marks(message.id),
    )


def _previous_at(
    messages: rx.Var[list[MessageRow]],
    message: rx.Var[MessageRow],
    index: rx.Var[int],
    before: rx.Var[str] | str,
) -> rx.Var[str]:
    """When the message above was sent. The first of a window does not know; the list does."""
    above = rx.cond(index > 0, messages[index - 1].sent_at, before)
    return rx.cond(message.previous_at != "", message.previous_at, above).to(str)


def _has_news(message: rx.Var[MessageRow]) -> rx.Var[bool]:
    is_on_screen = (PaneState.name == "thread") & (LiveState.thread.id == message.id)
    return (
        (message.threads.length() > 0)
        & MarksState.follows.contains(message.id)
        & (message.threads[0].last_position > MarksState.follows[message.id])
        & ~is_on_screen
    )
