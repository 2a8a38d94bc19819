"""The dialog that makes a room."""

import reflex as rx

from chatrooms.components.browser import is_here
from chatrooms.components.controls import button, error_note
from chatrooms.components.room_edit import new_room_fields
from chatrooms.state.new_room import NewRoomState


def new_room_dialog() -> rx.Component:
    """The dialog, opened by `NewRoomState.show` from anywhere on the page."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("New room", class_name="dialog-title"),
            rx.dialog.description("A place for one subject. You become its owner."),
            rx.el.form(
                new_room_fields(),
                error_note(NewRoomState.error),
                rx.el.div(
                    rx.dialog.close(button("Cancel", kind="ghost")),
                    button("Create room", type="submit"),
                    class_name="dialog-actions",
                ),
                on_submit=NewRoomState.create,
                class_name="form",
            ),
            max_width="460px",
        ),
        open=is_here(NewRoomState.opened_in),
        on_open_change=NewRoomState.set_open,
    )
