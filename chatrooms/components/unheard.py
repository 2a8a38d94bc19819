"""Tells a writer, quietly, whom a message named and did not reach."""

import reflex as rx

from chatrooms.components.controls import icon, icon_button
from chatrooms.state.outbox import OutboxState


def unheard_note(place: rx.Var[int]) -> rx.Component:
    """The line above a text box. `place`: the thread that is written in, or the room's id,
    negative."""
    return rx.el.div(
        rx.cond(
            (OutboxState.unheard != "") & (OutboxState.unheard_in == place),
            rx.el.div(
                icon("at-sign", 14),
                rx.el.span(OutboxState.unheard),
                icon_button("x", "Dismiss note", on_click=OutboxState.dismiss_unheard),
                class_name="replying unheard",
            ),
        ),
        role="status",
    )
