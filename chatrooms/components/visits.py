"""Where one spends time: the form by which `visits.js` tells of it, and what to do about it."""

import reflex as rx

from chatrooms.components.controls import button, switch_field
from chatrooms.state.session import SessionState
from chatrooms.state.visits import VisitsState


def visit_reports() -> rx.Component:
    """The form that tells of time spent, on every page, for a room is left for other pages. There
    is none for who wants nothing recorded."""
    return rx.cond(
        SessionState.keeps_visits,
        rx.el.form(
            *(rx.el.input(type="hidden", name=name) for name in ("room_id", "seconds", "has_left")),
            on_submit=VisitsState.report,
            hidden=True,
            aria_hidden="true",
            custom_attrs={"data-visit-form": "true"},
        ),
    )


def visit_settings() -> rx.Component:
    """Whether it is recorded where one spends time, and forgetting it."""
    return rx.el.section(
        rx.el.h2("Where you spend time"),
        switch_field(
            "Remember where I spend time",
            "keeps_visits",
            "Rooms are recommended to you by where you spend time: while a room is in front of you"
            " and you do something. Nobody else sees it, and it is forgotten after 90 days.",
            checked=SessionState.keeps_visits,
            on_change=VisitsState.keep,
        ),
        rx.el.div(
            rx.el.p(
                rx.cond(
                    VisitsState.spent != "",
                    rx.fragment("Remembered: ", VisitsState.spent, "."),
                    "Nothing is remembered.",
                ),
                class_name="grow hint",
            ),
            button(
                "Forget where I spent time",
                kind="ghost",
                class_name="sm",
                disabled=VisitsState.spent == "",
                on_click=VisitsState.forget,
            ),
            class_name="form-row below",
        ),
        class_name="panel",
    )
