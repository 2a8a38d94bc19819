"""What tells that something is unread: the pills beside a room's name, the line in its messages."""

import reflex as rx

from chatrooms.state.live import ReaderState
from chatrooms.state.rows import MessageRow, RoomLink


def is_unread(room: rx.Var[RoomLink]) -> rx.Var[bool]:
    """Whether the room holds messages that the reader has not seen."""
    return _count(room) > 0


def _count(room: rx.Var[RoomLink]) -> rx.Var[int]:
    return ReaderState.unread[room.id].to(int)


def unread_pills(room: rx.Var[RoomLink]) -> rx.Component:
    """How many messages are unread, read out with the room's name."""
    count = _count(room)
    return rx.cond(
        is_unread(room),
        rx.el.span(
            rx.el.span(", ", class_name="sr-only"),
            rx.cond(count > 999, "999+", count.to_string()),
            rx.el.span(" unread", class_name="sr-only"),
            class_name="pill",
        ),
    )


def new_line(message: rx.Var[MessageRow]) -> rx.Component:
    """The line above the first message that was unread when the room was opened."""
    words = "New \u00b7 " + ReaderState.new_count.to_string()
    return rx.cond(
        ReaderState.new_from == message.id,
        rx.el.div(
            rx.el.span(words),
            role="separator",
            aria_label=words,
            class_name="new-line",
            custom_attrs={"data-new-line": "true"},
        ),
    )
