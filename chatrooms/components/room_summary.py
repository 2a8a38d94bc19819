"""What is going on in a room, in its info pane."""

import reflex as rx

from chatrooms.components.answer_body import answer_body
from chatrooms.components.browser import local_moment
from chatrooms.components.controls import button, icon, skeleton
from chatrooms.components.pane import is_of_open_room
from chatrooms.components.source_list import source_list
from chatrooms.state.catch_up import CatchUpState
from chatrooms.state.room_summary import RoomSummaryState


def room_summary() -> rx.Component:
    """The room's rolling summary with its sources, and the way to what one missed."""
    return rx.el.section(
        rx.el.h3("Summary"),
        rx.cond(
            is_of_open_room(RoomSummaryState.room_id),
            rx.cond(RoomSummaryState.text != "", _summary(), _nothing()),
            skeleton(2),
        ),
        rx.el.div(
            button(
                icon("history", 14),
                "Catch up on today or this week",
                kind="ghost",
                class_name="sm",
                on_click=CatchUpState.show,
            ),
            class_name="form-row",
        ),
        aria_label="Summary",
        class_name="section room-summary",
    )


def _summary() -> rx.Component:
    return rx.fragment(
        answer_body(text=RoomSummaryState.text, sources=RoomSummaryState.sources.length()),
        rx.el.p(
            icon("sparkles", 12),
            rx.el.span(
                "Summary by ",
                RoomSummaryState.model,
                " \u00b7 ",
                local_moment(RoomSummaryState.updated_at),
            ),
            class_name="hint with-icon",
        ),
        rx.el.details(
            rx.el.summary(
                RoomSummaryState.sources.length(),
                rx.cond(RoomSummaryState.sources.length() == 1, " source", " sources"),
            ),
            source_list(RoomSummaryState.sources),
        ),
    )


def _nothing() -> rx.Component:
    return rx.el.p(
        "Nothing is summarised yet. A summary comes by itself once enough was said.",
        class_name="muted",
    )
