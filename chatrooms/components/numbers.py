"""How moderation of a room went, as tables."""

import reflex as rx

from chatrooms.state.numbers import NumbersState
from chatrooms.state.policy_rows import DayRow


def numbers_panel() -> rx.Component:
    """The panel with the last thirty days."""
    return rx.el.section(
        rx.el.h2("The last 30 days"),
        rx.el.dl(
            *_fact("Removals that moderators took back", NumbersState.overturned),
            *_fact("Model and moderators agreed", NumbersState.agreed),
            *_fact("Median time until a moderator decided", NumbersState.waited),
            class_name="facts",
        ),
        rx.cond(
            NumbersState.days.length() > 0,
            _table(),
            rx.el.p("Nothing was judged here yet.", class_name="muted"),
        ),
        class_name="panel settings-panel",
        aria_label="Numbers",
    )


def _fact(name: str, value: rx.Var[str]) -> tuple[rx.Component, rx.Component]:
    return rx.el.dt(name), rx.el.dd(value)


def _table() -> rx.Component:
    heads = ("Day", "Approved", "Waiting", "Flagged", "Removed")
    return rx.el.div(
        rx.el.table(
            rx.el.caption("Verdicts per day", class_name="sr-only"),
            rx.el.thead(rx.el.tr(*(rx.el.th(head, scope="col") for head in heads))),
            rx.el.tbody(rx.foreach(NumbersState.days, _day)),
            class_name="table",
        ),
        class_name="table-frame",
        tab_index=0,
        role="group",
        aria_label="Verdicts per day",
    )


def _day(row: rx.Var[DayRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.day, scope="row"),
        rx.el.td(row.approved),
        rx.el.td(row.waiting),
        rx.el.td(row.flagged),
        rx.el.td(row.removed),
    )
