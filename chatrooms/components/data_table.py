"""Tables of figures: their frame scrolls by itself, and keys reach it."""

from collections.abc import Sequence

import reflex as rx


def data_table(
    caption: str,
    heads: Sequence[str],
    rows: rx.Component,
    *,
    is_captioned: bool = True,
    is_tall: bool = False,
) -> rx.Component:
    """A table with a head per column. Its caption may be there for screen readers alone; a tall one
    scrolls down within its frame."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="hint" if is_captioned else "sr-only"),
            rx.el.thead(rx.el.tr(*(rx.el.th(head, scope="col") for head in heads))),
            rx.el.tbody(rows),
            class_name="table",
        ),
        class_name="table-frame tall" if is_tall else "table-frame",
        tab_index=0,
        role="group",
        aria_label=caption,
    )
