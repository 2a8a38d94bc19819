"""The pane "Top this week": the room's best messages by score."""

import reflex as rx

from chatrooms.components.controls import empty_state, icon
from chatrooms.components.pane import pane
from chatrooms.state.room import RoomState
from chatrooms.state.rows import TopRow
from chatrooms.state.top import TopState


def top_pane() -> rx.Component:
    """The pane while it is open. A click leads to the message."""
    return pane(
        "top",
        "Top this week",
        rx.cond(
            TopState.rows.length() > 0,
            rx.el.ol(
                rx.foreach(TopState.rows, _row),
                class_name="top-list",
                aria_label="Top messages",
            ),
            empty_state(
                "trophy",
                "Nothing voted up yet",
                "Messages that people vote up within seven days are listed here, best first.",
            ),
        ),
    )


def _row(row: rx.Var[TopRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                icon("arrow-big-up", 14),
                row.score,
                rx.el.span(rx.cond(row.score == 1, " vote", " votes"), class_name="sr-only"),
                class_name="mark",
            ),
            rx.el.span(
                rx.el.b(row.author, rx.cond(row.is_reply, rx.el.small(" in a thread"))),
                rx.el.span(row.text, class_name="top-text"),
                class_name="stack grow",
            ),
            type="button",
            on_click=RoomState.jump_to(row.id),
            custom_attrs={"data-jump-to": row.id},
        ),
        key=row.id.to_string(),
    )
