"""Where the assistant is turned off: for a room in its info, for oneself in the settings."""

import reflex as rx

from chatrooms.components.controls import button, icon, switch_field
from chatrooms.state.assistant_switches import AssistantSwitchesState
from chatrooms.state.live import LiveState
from chatrooms.state.room import RoomState
from chatrooms.state.session import SessionState


def shows_assistant() -> rx.Var[bool]:
    """Whether the open room has an assistant and the person wants to see it."""
    return rx.cond(SessionState.hides_assistant, False, LiveState.room.has_assistant).bool()


def room_assistant_switch() -> rx.Component:
    """Whether a language model may read the room: told to everybody, changed by owners."""
    return rx.el.div(
        icon("sparkles", 16),
        rx.el.p(
            rx.cond(
                LiveState.room.has_assistant,
                "The assistant reads this room: it answers questions and sums up.",
                "The assistant is turned off here. No language model reads this room.",
            ),
            class_name="grow hint",
        ),
        rx.cond(
            RoomState.rights.can_edit_room,
            rx.cond(
                LiveState.room.has_assistant,
                _turn("Turn off", "Turn the assistant off", is_on=False),
                _turn("Turn on", "Turn the assistant on", is_on=True),
            ),
        ),
        class_name="form-row",
    )


def _turn(word: str, name: str, *, is_on: bool) -> rx.Component:
    return button(
        word,
        kind="ghost",
        class_name="sm",
        aria_label=name,
        on_click=AssistantSwitchesState.turn(is_on),
    )


def assistant_settings() -> rx.Component:
    """Hiding the assistant from oneself."""
    return rx.el.section(
        rx.el.h2("Assistant"),
        switch_field(
            "Hide the assistant",
            "hides_assistant",
            "Its button, its summaries and catching up are not shown to you. What it writes in"
            " rooms for everybody stays visible.",
            checked=SessionState.hides_assistant,
            on_change=AssistantSwitchesState.hide,
        ),
        class_name="panel",
    )
