"""How moderation of a room went: charts that are looked at, and the same as a table."""

import reflex as rx

from chatrooms.components.charts import Part, line, stacked_bars
from chatrooms.components.controls import skeleton
from chatrooms.state.numbers import NumbersState
from chatrooms.state.policy_rows import DayRow

_PARTS = (
    Part("approved", "Approved"),
    Part("waiting", "Waiting"),
    Part("flagged", "Flagged"),
    Part("removed", "Removed"),
)
_OVERTURNED, _AGREED, _WAITED = "Taken back", "Agreed", "Time to decide"
_HEADS = ("Day", *(part.word for part in _PARTS), _OVERTURNED, _AGREED, _WAITED)


def numbers_panel() -> rx.Component:
    """The panel with the last thirty days."""
    return rx.el.section(
        rx.el.h2("The last 30 days"),
        rx.cond(
            NumbersState.is_loaded,
            rx.cond(
                NumbersState.days.length() > 0,
                rx.fragment(_charts(), _as_table()),
                rx.el.p("Nothing was judged here yet.", class_name="muted"),
            ),
            skeleton(5),
        ),
        class_name="panel settings-panel numbers",
        aria_label="Numbers",
    )


def _charts() -> rx.Component:
    state = NumbersState
    return rx.el.div(
        stacked_bars("Messages per day by outcome", _PARTS, state.days),
        rx.el.div(
            _figure(
                "Removals that moderators took back",
                state.overturned,
                Part("overturned", _OVERTURNED),
                unit="%",
                most=100,
            ),
            _figure(
                "Model and moderators agreed",
                state.agreed,
                Part("agreed", _AGREED),
                unit="%",
                most=100,
            ),
            _figure(
                "Median time until a decision",
                state.waited,
                Part("waited", _WAITED),
                unit=" " + state.unit,
            ),
            class_name="chart-row",
        ),
        class_name="charts",
    )


def _figure(
    name: str,
    value: rx.Var[str],
    part: Part,
    *,
    unit: str | rx.Var[str],
    most: int | None = None,
) -> rx.Component:
    return rx.el.figure(
        rx.el.figcaption(rx.el.b(value), rx.el.span(name)),
        line(f"{name}, per day", part, NumbersState.days, unit=unit, most=most),
    )


def _as_table() -> rx.Component:
    return rx.el.details(
        rx.el.summary("As a table"),
        rx.el.div(
            rx.el.table(
                rx.el.caption("Outcomes and decisions per day, in UTC", class_name="hint"),
                rx.el.thead(rx.el.tr(*(rx.el.th(head, scope="col") for head in _HEADS))),
                rx.el.tbody(rx.foreach(NumbersState.told, _day)),
                class_name="table",
            ),
            class_name="table-frame",
            tab_index=0,
            role="group",
            aria_label="Outcomes and decisions per day",
        ),
    )


def _day(row: rx.Var[DayRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.day, scope="row"),
        rx.el.td(row.approved),
        rx.el.td(row.waiting),
        rx.el.td(row.flagged),
        rx.el.td(row.removed),
        rx.el.td(row.overturned_words),
        rx.el.td(row.agreed_words),
        rx.el.td(row.waited_words),
        key=row.day,
    )
