"""The dialog in which one reports a message."""

import reflex as rx

from chatrooms.components.browser import is_here
from chatrooms.components.controls import button, error_note, icon, text_field
from chatrooms.services.moderation.reports import MAX_REASON_CHARS
from chatrooms.state.report import ReportState


def report_dialog() -> rx.Component:
    """The dialog, opened by `ReportState.show` from any message."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Report this message", class_name="dialog-title"),
            rx.dialog.description(
                "The moderators of this room look at it, and you are told what they decide. "
                "Its author does not learn who reported it."
            ),
            rx.el.blockquote(
                rx.el.b(ReportState.author),
                rx.el.br(),
                ReportState.excerpt,
                class_name="dialog-quote",
            ),
            rx.cond(ReportState.is_sent, _sent(), _form()),
            max_width="460px",
        ),
        open=is_here(ReportState.opened_in),
        on_open_change=ReportState.set_open,
    )


def _form() -> rx.Component:
    return rx.el.form(
        text_field(
            "Reason",
            "reason",
            rows=2,
            max_length=MAX_REASON_CHARS,
            required=True,
            auto_focus=True,
            placeholder="What is wrong with it?",
        ),
        error_note(ReportState.error),
        rx.el.div(
            rx.dialog.close(button("Cancel", kind="ghost")),
            button("Send report", type="submit"),
            class_name="dialog-actions",
        ),
        on_submit=ReportState.send,
        class_name="form",
    )


def _sent() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            icon("circle-check"),
            rx.el.span("Thank you. The moderators were told."),
            role="status",
            class_name="note ok",
        ),
        rx.el.div(rx.dialog.close(button("Close")), class_name="dialog-actions"),
        class_name="form",
    )
