"""Leaving a room: at once where one can come back by oneself, after a question where not."""

import reflex as rx

from chatrooms.components.controls import button
from chatrooms.state.live import LiveState
from chatrooms.state.room import RoomState


def leave_button(control: rx.Component, class_name: str = "") -> rx.Component:
    """`control` as the way out of the open room; nothing for those who cannot leave."""
    return rx.cond(
        RoomState.rights.can_leave,
        rx.el.span(
            rx.cond(
                LiveState.room.is_private,
                _asking(control),
                rx.el.span(control, on_click=RoomState.leave),
            ),
            class_name=class_name,
        ),
    )


def _asking(control: rx.Component) -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(control),
        rx.alert_dialog.content(
            rx.alert_dialog.title("Leave this private room?", class_name="dialog-title"),
            rx.alert_dialog.description(
                "You can come back only by an invitation or when an owner lets you in."
            ),
            rx.el.div(
                rx.alert_dialog.cancel(button("Stay", kind="ghost")),
                rx.alert_dialog.action(button("Leave", kind="danger", on_click=RoomState.leave)),
                class_name="dialog-actions",
            ),
            max_width="420px",
        ),
    )
