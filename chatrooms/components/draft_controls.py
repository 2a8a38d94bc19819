"""What `drafts.js` reads and submits. On every page, for a draft is saved when its room is left."""

import reflex as rx

from chatrooms.state.drafts import DraftsState


def draft_controls() -> rx.Component:
    """The draft that the server keeps for the open room, and the form that saves one."""
    return rx.el.div(
        rx.el.span(
            custom_attrs={
                "data-draft-room": DraftsState.room_id,
                "data-draft-at": DraftsState.saved_at,
                "data-draft": DraftsState.body,
            }
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="room_id"),
            rx.el.textarea(name="body", tab_index=-1),
            on_submit=DraftsState.save,
            custom_attrs={"data-draft-form": "true"},
        ),
        hidden=True,
        aria_hidden="true",
    )
