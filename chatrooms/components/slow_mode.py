"""Tells who writes that the room is in slow mode. `slow.js` counts down."""

import reflex as rx

from chatrooms.components.controls import icon
from chatrooms.state.live import LiveState
from chatrooms.state.room import RoomState


def slow_mode_note() -> rx.Component:
    """The line above a text box while members wait between two messages; moderators do not."""
    room = LiveState.room
    return rx.el.div(
        rx.cond(
            (room.slow_s > 0) & ~RoomState.rights.can_moderate,
            rx.el.p(
                icon("timer", 14),
                rx.el.span("Slow mode: one message every ", room.slow),
                # A reader is told once how long to wait, and not each second.
                rx.el.b(aria_hidden="true", custom_attrs={"data-slow-left": "true"}),
                class_name="slow-note",
                custom_attrs={"data-slow": room.slow_s},
            ),
        ),
        role="status",
    )
