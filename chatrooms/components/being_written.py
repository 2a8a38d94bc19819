"""A reply that the assistant is writing, for everybody who has the thread open."""

import reflex as rx

from chatrooms.components.ai_badge import ai_badge
from chatrooms.components.avatar import avatar
from chatrooms.components.message_body import message_body
from chatrooms.state.rows import WrittenRow


def being_written(row: rx.Var[WrittenRow]) -> rx.Component:
    """It stands where the reply will stand, and looks as it will."""
    return rx.el.div(
        avatar(row.author),
        rx.el.div(
            rx.el.header(
                rx.el.b(rx.el.span(row.author.name, class_name="name")),
                ai_badge(row.author),
                class_name="who",
            ),
            rx.cond(
                row.text != "",
                rx.el.div(
                    message_body(text=row.text, mentions=""),
                    class_name="message-text",
                ),
                rx.el.p(row.author.name, " is writing\u2026", class_name="message-text muted"),
            ),
            class_name="message-main",
        ),
        key=row.turn_id.to_string(),
        role="group",
        aria_label=row.author.name + " is writing",
        class_name="message being-written",
    )
