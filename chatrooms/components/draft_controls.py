"""What `drafts.js` reads and submits. On every page, for a draft is saved when its room is left."""

import reflex as rx

from chatrooms.state.drafts import DraftsState
from chatrooms.state.rows import DraftRow


def draft_controls() -> rx.Component:
    """The drafts that the server keeps for the open room and thread, and the forms that save."""
    return rx.el.div(
        _kept(DraftsState.room),
        _kept(DraftsState.reply),
        _form("room", "room_id", on_submit=DraftsState.save),
        _form("reply", "room_id", "thread_id", on_submit=DraftsState.save_reply),
        hidden=True,
        aria_hidden="true",
    )


def _kept(draft: rx.Var[DraftRow]) -> rx.Component:
    return rx.el.span(
        custom_attrs={
            "data-draft-of": draft.place,
            "data-draft-at": draft.saved_at,
            "data-draft": draft.body,
        }
    )


def _form(name: str, *ids: str, on_submit: rx.EventHandler) -> rx.Component:
    return rx.el.form(
        *(rx.el.input(type="hidden", name=each) for each in ids),
        rx.el.textarea(name="body", tab_index=-1),
        on_submit=on_submit,
        custom_attrs={"data-draft-form": name},
    )
