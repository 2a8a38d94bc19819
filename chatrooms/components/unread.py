"""What tells that something is unread: the pills beside a room's name, the line in its messages."""

import reflex as rx

from chatrooms.components.assistant_switches import shows_assistant
from chatrooms.components.catch_up_pane import catch_up_button
from chatrooms.components.controls import icon
from chatrooms.domain.notifications import Notify
from chatrooms.state.live import ReaderState
from chatrooms.state.notifications import NotificationsState
from chatrooms.state.rows import MessageRow, RoomLink


def is_unread(room: rx.Var[RoomLink]) -> rx.Var[bool]:
    """Whether the room holds messages that the reader has not seen."""
    return unread_count(room) > 0


def unread_count(room: rx.Var[RoomLink]) -> rx.Var[int]:
    """How many messages of the room the reader has not seen."""
    return ReaderState.unread[room.id].to(int)


def unread_pills(room: rx.Var[RoomLink]) -> rx.Component:
    """How often the reader is mentioned in unread messages, or how many there are; read out with
    the room's name."""
    count, mentions = unread_count(room), NotificationsState.mentions[room.id].to(int)
    return rx.cond(
        mentions > 0,
        _pill("@", mentions, " mentions", "pill pill-mention"),
        rx.cond(is_unread(room), _pill("", count, " unread", "pill")),
    )


def _pill(sign: str, count: rx.Var[int], word: str, class_name: str) -> rx.Component:
    return rx.el.span(
        rx.el.span(", ", class_name="sr-only"),
        sign,
        rx.cond(count > 999, "999+", count.to_string()),
        rx.el.span(word, class_name="sr-only"),
        class_name=class_name,
    )


def muted_sign(room: rx.Var[RoomLink]) -> rx.Component:
    """Tells that the reader hears nothing of the room, so that nothing in it counts as unread."""
    return rx.cond(
        room.notify == Notify.NOTHING.value,
        rx.el.span(
            icon("bell-off", 13),
            rx.el.span(", muted", class_name="sr-only"),
            title="Muted: you hear nothing of this room",
            class_name="muted-sign",
        ),
    )


def is_first_new(message: rx.Var[MessageRow]) -> rx.Var[bool]:
    """Whether it is the first message that was unread when the room was opened."""
    return ReaderState.new_from == message.id


def new_line(message: rx.Var[MessageRow]) -> rx.Component:
    """The line above the first message that was unread when the room was opened."""
    words = "New \u00b7 " + ReaderState.new_count.to_string()
    return rx.cond(
        is_first_new(message),
        rx.el.div(
            rx.el.span(words, role="separator", aria_label=words),
            rx.cond(shows_assistant(), catch_up_button()),
            class_name="new-line",
            custom_attrs={"data-new-line": "true"},
        ),
    )
