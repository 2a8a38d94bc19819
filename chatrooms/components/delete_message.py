"""The question before a message's text is erased."""

import reflex as rx

from chatrooms.components.controls import button, icon
from chatrooms.state.room import RoomState


def delete_dialog(
    trigger: rx.Component, *, message_id: rx.Var[int], body: rx.Var[str], consequence: str
) -> rx.Component:
    """A control that asks before its author's message is deleted, and what that means."""
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(trigger),
        rx.alert_dialog.content(
            rx.alert_dialog.title("Delete this message?", class_name="dialog-title"),
            rx.alert_dialog.description(consequence),
            rx.el.blockquote(body, class_name="dialog-quote"),
            rx.el.div(
                rx.alert_dialog.cancel(button("Keep", kind="ghost")),
                rx.alert_dialog.action(
                    button(
                        icon("trash-2"),
                        "Delete",
                        kind="danger",
                        on_click=RoomState.delete(message_id),
                    )
                ),
                class_name="dialog-actions",
            ),
            max_width="440px",
        ),
    )
