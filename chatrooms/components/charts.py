"""Charts of one number, or of parts of a whole, per day.

Nothing in them moves, and they say nothing that a table beside them does not: assistive technology
hears their name alone. Colours are tokens of the style sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

_TEXT = {"fontSize": 11, "fill": "var(--muted)"}
_TOOLTIP: dict[str, Any] = {
    "separator": ": ",
    "is_animation_active": False,
    "content_style": {
        "background": "var(--bg)",
        "border": "1px solid var(--line)",
        "borderRadius": "8px",
        "fontSize": "12px",
        "padding": "6px 10px",
    },
    "label_style": {"color": "var(--muted)"},
    "item_style": {"color": "var(--text)", "padding": "0"},
}
_PLAIN = {"accessibilityLayer": False}
_MARGIN = {"top": 8, "right": 8, "bottom": 0, "left": 0}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the whole: the key of its value in each row, and its word."""

    key: str
    word: str

    @property
    def fill(self) -> str:
        """Its paint: a token, or the pattern of that name."""
        return "url(#hatched)" if self.key == "removed" else f"var(--part-{self.key})"


def stacked_bars(
    name: str, parts: tuple[Part, ...], days: rx.Var, *, size: str = "large"
) -> rx.Component:
    """A bar per day of its parts, the first at the bottom, with a legend in their order.
    `size`: large or small."""
    return rx.el.div(
        rx.el.ul(*map(_legend, parts), class_name="legend", aria_hidden="true"),
        _frame(
            name,
            _hatching() if any(part.key == "removed" for part in parts) else rx.fragment(),
            rx.recharts.bar_chart(
                *_axes(width=36),
                rx.recharts.graphing_tooltip(cursor={"fill": "var(--hover)"}, **_TOOLTIP),
                *(_bar(part) for part in parts),
                data=days.to(list[dict[str, Any]]),
                margin=_MARGIN,
                bar_category_gap="20%",
                custom_attrs=_PLAIN,
            ),
            size=size,
        ),
    )


def line(
    name: str,
    part: Part,
    days: rx.Var,
    *,
    unit: str | rx.Var[str],
    most: int | None = None,
) -> rx.Component:
    """A number per day, up to `most` if there is a limit; days without one are passed over, and a
    lone day is a dot."""
    return _frame(
        name,
        rx.recharts.line_chart(
            *_axes(width=60, unit=unit, domain=[0, most or "auto"]),
            rx.recharts.graphing_tooltip(cursor={"stroke": "var(--control-line)"}, **_TOOLTIP),
            rx.recharts.line(
                data_key=part.key,
                name=part.word,
                unit=unit,
                type_="linear",
                stroke="var(--accent-text)",
                stroke_width=2,
                dot={"r": 2.5, "fill": "var(--accent-text)", "strokeWidth": 0},
                connect_nulls=True,
                is_animation_active=False,
            ),
            data=days.to(list[dict[str, Any]]),
            margin=_MARGIN,
            custom_attrs=_PLAIN,
        ),
        size="small",
    )


def _frame(name: str, *children: rx.Component, size: str) -> rx.Component:
    """The chart's place, as high before it is drawn as after."""
    return rx.el.div(*children, role="img", aria_label=name, class_name=f"chart {size}")


def _axes(
    *, width: int, unit: str | rx.Var[str] = "", domain: Sequence[int | str] = (0, "auto")
) -> tuple[rx.Component, ...]:
    return (
        rx.recharts.cartesian_grid(vertical=False, stroke="var(--line)"),
        rx.recharts.x_axis(
            data_key="day",
            interval="equidistantPreserveStart",
            min_tick_gap=16,
            stroke="var(--line)",
            tick_line=False,
            tick=_TEXT,
        ),
        rx.recharts.y_axis(
            width=width,
            unit=unit,
            allow_decimals=False,
            tick_count=3,
            axis_line=False,
            domain=domain,
            tick_line=False,
            tick=_TEXT,
        ),
    )


def _bar(part: Part) -> rx.Component:
    return rx.recharts.bar(
        data_key=part.key,
        name=part.word,
        stack_id="parts",
        fill=part.fill,
        stroke="var(--bg)",
        stroke_width=1,
        is_animation_active=False,
    )


def _legend(part: Part) -> rx.Component:
    return rx.el.li(rx.el.i(class_name=f"swatch {part.key}"), part.word)


def _hatching() -> rx.Component:
    """The pattern of what was removed: it is told from the rest without its colour."""
    return rx.el.svg(
        rx.el.svg.defs(
            rx.el.svg.pattern(
                rx.el.svg.rect(width="6", height="6", fill="var(--part-removed)"),
                rx.el.svg.rect(width="2", height="6", fill="var(--part-removed-line)"),
                id="hatched",
                width="6",
                height="6",
                custom_attrs={
                    "patternUnits": "userSpaceOnUse",
                    "patternTransform": "rotate(45)",
                },
            )
        ),
        width="0",
        height="0",
        class_name="pattern",
    )
