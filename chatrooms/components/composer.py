"""Where one writes. `composer.js` owns the text: drafts, sending, local echo."""

import reflex as rx

from chatrooms.components.controls import button, icon
from chatrooms.components.emoji_picker import insert_emoji_button
from chatrooms.components.new_poll import new_poll_button
from chatrooms.components.quoting import quoting
from chatrooms.components.sanctions import timed_out_bar
from chatrooms.components.slow_mode import slow_mode_note
from chatrooms.components.typing import typing_line
from chatrooms.components.unheard import unheard_note
from chatrooms.components.uploads import attach_button, upload_list
from chatrooms.state.live import LiveState
from chatrooms.state.room import RoomState


def composer() -> rx.Component:
    """The text box at the foot of a room, or what stands there for those who cannot write."""
    return rx.el.footer(
        typing_line(LiveState.typing),
        rx.cond(
            LiveState.room.is_archived,
            _archived(),
            rx.cond(
                RoomState.rights.can_post,
                _box(),
                rx.cond(
                    RoomState.rights.timed_out_until != "",
                    timed_out_bar(),
                    rx.cond(RoomState.rights.can_join, _join_bar()),
                ),
            ),
        ),
        class_name="foot",
    )


def _box() -> rx.Component:
    return rx.el.div(
        slow_mode_note(),
        unheard_note(-LiveState.room.id),
        rx.cond(
            RoomState.reply_to_id != 0,
            quoting(
                RoomState.reply_to_author,
                RoomState.reply_to_text,
                on_cancel=RoomState.cancel_quote,
            ),
        ),
        rx.el.textarea(
            aria_label="Message",
            placeholder="Message " + LiveState.room.name,
            rows=1,
            enter_key_hint="send",
            class_name="grows",
            custom_attrs={"data-composer": "true"},
        ),
        upload_list(),
        rx.el.div(
            attach_button(),
            insert_emoji_button(),
            rx.el.span(
                rx.el.kbd("Enter"),
                " sends, ",
                rx.el.kbd("Shift"),
                " ",
                rx.el.kbd("Enter"),
                " breaks the line",
                class_name="hint keys grow",
            ),
            rx.el.span(class_name="hint", custom_attrs={"data-room-left": "true"}),
            new_poll_button(),
            button(icon("send-horizontal"), "Send", custom_attrs={"data-send": "true"}),
            class_name="form-row",
        ),
        class_name="composer",
        custom_attrs={"data-reply-to": RoomState.reply_to_id},
    )


def _join_bar() -> rx.Component:
    return rx.el.div(
        rx.el.span("You are reading ", rx.el.b("#", LiveState.room.name), class_name="grow"),
        button("Join", on_click=RoomState.join),
        class_name="bar",
    )


def _archived() -> rx.Component:
    return rx.el.div(
        icon("archive"),
        rx.el.span("This room is archived. It can be read, and nothing can be added."),
        class_name="bar",
    )
