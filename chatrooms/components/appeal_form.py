"""The text box in which somebody objects to what moderation did."""

import reflex as rx

from chatrooms.components.controls import button, error_note
from chatrooms.services.moderation.appeals import MAX_APPEAL_CHARS


def appeal_form(
    question: str, error: rx.Var[str], *, on_submit: rx.EventHandler, on_cancel: rx.EventHandler
) -> rx.Component:
    """One text, its field called `appeal`; `question` stands in it while it is empty."""
    return rx.el.form(
        rx.el.textarea(
            name="appeal",
            aria_label="Your appeal",
            placeholder=f"{question} Another moderator reads this.",
            rows=3,
            max_length=MAX_APPEAL_CHARS,
            auto_focus=True,
            class_name="input",
        ),
        error_note(error),
        rx.el.div(
            button("Cancel", kind="ghost", class_name="sm", on_click=on_cancel),
            button("Send appeal", type="submit", class_name="sm"),
            class_name="form-row",
        ),
        on_submit=on_submit,
        class_name="form",
    )
