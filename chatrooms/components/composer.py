"""Where one writes. `composer.js` owns the text: drafts, sending, local echo."""

import reflex as rx

from chatrooms.components.controls import button, icon, icon_button
from chatrooms.components.emoji_picker import insert_emoji_button
from chatrooms.components.new_poll import new_poll_button
from chatrooms.components.unheard import unheard_note
from chatrooms.components.uploads import attach_button, upload_list
from chatrooms.state.live import LiveState
from chatrooms.state.room import RoomState
from chatrooms.state.rows import PersonRow
from chatrooms.state.session import SessionState


def composer() -> rx.Component:
    """The text box at the foot of a room, or what stands there for those who cannot write."""
    return rx.el.footer(
        _typing(),
        rx.cond(
            LiveState.room.is_archived,
            _archived(),
            rx.cond(
                RoomState.rights.can_post,
                _box(),
                rx.cond(RoomState.rights.can_join, _join_bar()),
            ),
        ),
        class_name="foot",
    )


def _box() -> rx.Component:
    return rx.el.div(
        unheard_note(-LiveState.room.id),
        rx.cond(RoomState.reply_to_id != 0, _quote()),
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


def _quote() -> rx.Component:
    return rx.el.div(
        icon("quote", 14),
        rx.el.span(
            "Quoting ",
            rx.el.b(RoomState.reply_to_author),
            rx.el.span(RoomState.reply_to_text, class_name="excerpt"),
        ),
        icon_button("x", "Cancel quote", on_click=RoomState.cancel_quote),
        class_name="replying",
    )


def _typing() -> rx.Component:
    """Who is writing right now. Keeps its height, so that nothing moves."""
    others = LiveState.typing.length() - rx.cond(_i_am_typing(), 1, 0)
    return rx.el.div(
        rx.cond(
            others > 3,
            rx.el.span("Several people are typing"),
            rx.cond(
                others > 0,
                rx.el.span(
                    rx.foreach(LiveState.typing, _typist),
                    rx.cond(others == 1, " is typing", " are typing"),
                ),
            ),
        ),
        class_name="typing",
    )


def _i_am_typing() -> rx.Var[bool]:
    return LiveState.typing.map(lambda person: person.id).contains(SessionState.me.id)


def _typist(person: rx.Var[PersonRow]) -> rx.Component:
    return rx.cond(person.id != SessionState.me.id, rx.el.b(person.name))


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
