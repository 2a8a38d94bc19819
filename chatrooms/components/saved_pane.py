"""The list of messages that the person saved."""

import reflex as rx

from chatrooms.components.controls import button, empty_state, skeleton
from chatrooms.components.message_links import message_link
from chatrooms.components.pane import pane
from chatrooms.state.saved import SavedState


def saved_pane() -> rx.Component:
    """What the person saved, in all rooms, the last saved first."""
    return pane(
        "saved",
        "Saved messages",
        rx.cond(
            SavedState.messages.length() > 0,
            rx.el.ul(
                rx.foreach(
                    SavedState.messages,
                    lambda row: message_link(
                        row,
                        remove="Unsave",
                        on_remove=SavedState.forget(row.room_id, row.id),
                        names_room=True,
                    ),
                ),
                aria_label="Saved messages",
                class_name="links",
            ),
            rx.cond(
                SavedState.is_loaded,
                empty_state(
                    "bookmark",
                    "Nothing saved yet",
                    "Choose Save in the menu of a message. Only you see this list.",
                ),
                skeleton(4),
            ),
        ),
        rx.cond(
            SavedState.has_more,
            button("Load more", kind="ghost", class_name="sm", on_click=SavedState.load_more),
        ),
    )
