"""The busy hours of a week: a table whose cells are the stronger coloured the more was said."""

import reflex as rx

from chatrooms.state.rows import HeatCellRow, HeatRow

_HOURS = tuple(f"{hour:02}" for hour in range(24))


def heat_map(caption: rx.Var[str] | str, rows: rx.Var[list[HeatRow]]) -> rx.Component:
    """Weekday by hour. The shade is for the eye; each cell holds its number as text."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="sr-only"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.td(),
                    *(rx.el.th(rx.el.span(hour), scope="col") for hour in _HOURS),
                )
            ),
            rx.el.tbody(rx.foreach(rows, _row)),
            class_name="heat",
        ),
        class_name="table-frame",
        tab_index=0,
        role="group",
        aria_label="Busiest hours",
    )


def _row(row: rx.Var[HeatRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.day, scope="row"),
        rx.foreach(row.cells, _cell),
        key=row.day,
    )


def _cell(cell: rx.Var[HeatCellRow]) -> rx.Component:
    return rx.el.td(
        rx.el.span(cell.count, class_name="sr-only"),
        title=cell.tip,
        class_name="shade-" + cell.level.to_string(),
        key=cell.hour,
    )
