"""The busy hours of a week: a table whose cells are the stronger coloured the more was said.
`heat.js` goes from cell to cell and tells the number of one below."""

import reflex as rx

from chatrooms.state.rows import HeatCellRow, HeatRow

_HOURS = tuple(f"{hour:02}" for hour in range(24))


def heat_map(caption: rx.Var[str] | str, rows: rx.Var[list[HeatRow]]) -> rx.Component:
    """Weekday by hour. The shade is for the eye; each cell holds its number as text, and one that
    is pointed to, tapped or focused tells it below."""
    return rx.el.div(
        rx.el.div(
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
        ),
        # Assistive technology hears it of the cell.
        rx.el.p(
            rx.el.span("Point to an hour or tap it for its number."),
            aria_hidden="true",
            class_name="heat-told hint",
            custom_attrs={"data-told-line": "true"},
        ),
        custom_attrs={"data-heat": "true"},
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
        tab_index=rx.cond(cell.is_first, 0, -1),
        custom_attrs={"data-tip": cell.tip},
        class_name="shade-" + cell.level.to_string(),
        key=cell.hour,
    )
