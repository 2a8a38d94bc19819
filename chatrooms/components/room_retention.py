"""How long a room keeps messages: told to everybody, chosen by owners; and their file of it all."""

import reflex as rx
from reflex_components_core.el.elements.inline import A

from chatrooms.components.controls import button, error_note, icon, success_note
from chatrooms.services.retention import MAX_DAYS, MIN_DAYS
from chatrooms.state.live import LiveState
from chatrooms.state.retention import RetentionState


def kept_note() -> rx.Component:
    """That messages go after a while, where they do."""
    days = LiveState.room.keep_days
    return rx.cond(
        days > 0,
        rx.el.p(
            icon("timer", 14),
            "Messages are deleted after ",
            rx.cond(days == 1, "a day", days.to_string() + " days"),
            ".",
            class_name="with-icon hint",
        ),
    )


def retention_form() -> rx.Component:
    """Choosing for how many days messages are kept, with what that would delete now."""
    days = LiveState.room.keep_days
    return rx.el.form(
        rx.el.label(
            rx.el.span("Delete messages after days", class_name="field-label"),
            rx.el.input(
                name="keep_days",
                type="number",
                min=MIN_DAYS,
                max=MAX_DAYS,
                placeholder="Never",
                default_value=rx.cond(days > 0, days.to_string(), ""),
                on_change=RetentionState.count.debounce(250),  # milliseconds
                auto_complete="off",
                class_name="input",
            ),
            class_name="field",
        ),
        rx.el.p("Empty: messages stay for ever.", class_name="hint"),
        rx.cond(
            RetentionState.older > 0,
            rx.el.p(
                icon("triangle-alert"),
                rx.el.span(
                    rx.cond(
                        RetentionState.older == 1,
                        "1 message is older. It is",
                        RetentionState.older.to_string() + " messages are older. They are",
                    ),
                    " deleted within minutes, for everybody and for good, also from files and "
                    "summaries.",
                ),
                role="status",
                class_name="note bad",
            ),
        ),
        error_note(RetentionState.error),
        success_note(RetentionState.message),
        rx.el.div(
            rx.cond(
                RetentionState.older > 0,
                button("Delete older messages", kind="danger", type="submit", class_name="sm"),
                button(
                    "Apply",
                    type="submit",
                    disabled=~RetentionState.is_changed,
                    class_name="sm",
                ),
            ),
            class_name="dialog-actions",
        ),
        on_submit=RetentionState.save,
        class_name="form section",
    )


def room_file() -> rx.Component:
    """The room's messages as a file, for owners."""
    return A.create(
        icon("download", 14),
        "Export messages",
        href="/rooms/" + LiveState.room.slug + "/messages.jsonl",
        download=LiveState.room.slug + ".jsonl",
        class_name="btn btn-ghost sm",
    )
