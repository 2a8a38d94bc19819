"""Judging the newest messages again, with progress."""

import reflex as rx

from chatrooms.components.controls import button, error_note, field
from chatrooms.services.moderation.rejudging import MAX_MESSAGES
from chatrooms.state.rejudging import RejudgingState


def rejudge_panel() -> rx.Component:
    """The panel that starts it and shows how far it is."""
    return rx.el.section(
        rx.el.h2("Judge again"),
        rx.el.p(
            "A new policy applies to what comes after. This has model and rules look at the newest "
            "messages again. What a moderator decided, or what is hidden or removed, stays.",
            class_name="hint",
        ),
        rx.el.form(
            field(
                "Newest messages",
                "newest",
                type="number",
                min=1,
                max=MAX_MESSAGES,
                default_value="100",
                required=True,
            ),
            button("Judge again", kind="soft", type="submit", disabled=RejudgingState.is_running),
            on_submit=RejudgingState.start,
            class_name="form-row end",
        ),
        error_note(RejudgingState.error),
        rx.cond(RejudgingState.total > 0, _progress()),
        class_name="panel settings-panel",
        aria_label="Judge again",
    )


def _progress() -> rx.Component:
    return rx.el.div(
        rx.el.progress(
            value=RejudgingState.done.to_string(),
            max=RejudgingState.total.to_string(),
            aria_label="Judged again",
            class_name="progress",
        ),
        rx.el.span(
            RejudgingState.done, " of ", RejudgingState.total, " judged again", role="status"
        ),
        class_name="form-row",
    )
