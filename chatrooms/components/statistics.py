"""A room's statistics: charts that are looked at, each with its table and its file."""

import reflex as rx
from reflex_components_core.el.elements.inline import A

from chatrooms.components.agent_effect import agent_effect
from chatrooms.components.browser import local_date_time
from chatrooms.components.charts import Part, line, stacked_bars
from chatrooms.components.controls import empty_state, icon, link
from chatrooms.components.data_table import data_table
from chatrooms.components.heat_map import heat_map
from chatrooms.components.talkers import talkers
from chatrooms.components.tiles import tile, tiles
from chatrooms.state.rows import BestRow, StatisticsRow
from chatrooms.state.statistics import StatisticsState

_TALK = (Part("people", "People"), Part("ai", "Assistant and agent"))
_ACTIVE = Part("active", "Active people")
_OUTCOMES = (
    Part("approved", "Approved"),
    Part("flagged", "Flagged"),
    Part("removed", "Removed"),
)


def statistics() -> rx.Component:
    """All of it, once it is loaded."""
    state = StatisticsState
    return rx.el.div(
        _tiles(),
        rx.cond(
            state.totals.has_talk,
            rx.fragment(_per_day(), _hours()),
            empty_state(
                "chart-no-axes-column",
                "Nothing was said in this time",
                "Choose 90 days, or come back when somebody wrote.",
            ),
        ),
        rx.el.div(
            rx.el.div(_best(), _outcomes(), class_name="settings-column"),
            rx.el.div(_who_talks(), _agent(), class_name="settings-column"),
            class_name="settings-columns",
        ),
        class_name="statistics",
    )


def _tiles() -> rx.Component:
    totals = StatisticsState.totals
    return tiles(
        tile("Messages of people", totals.messages),
        tile("People who wrote", totals.active),
        tile("Busiest hour", totals.busiest),
        tile("Removed by model and rules", totals.removed),
    )


def _panel(title: str, table: str, *children: rx.Component, note: str = "") -> rx.Component:
    """A titled part of the page with the link to its file."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="grow"),
            _file(table, title),
            class_name="form-row",
        ),
        rx.el.p(note, class_name="hint") if note else rx.fragment(),
        *children,
        class_name="panel settings-panel",
        aria_label=title,
    )


def _file(table: str, title: str) -> rx.Component:
    return A.create(
        icon("download", 14),
        "CSV",
        href=f"/statistics/{StatisticsState.slug}/{table}.csv?{StatisticsState.asked}",
        download=f"statistics-{table}.csv",
        aria_label=f"{title} as CSV",
        class_name="btn btn-ghost sm",
    )


def _per_day() -> rx.Component:
    rows = StatisticsState.rows
    return _panel(
        "Messages per day",
        "days",
        stacked_bars("Messages per day", _TALK, rows),
        rx.el.h3("Active people per day"),
        line("Active people per day", _ACTIVE, rows, unit=""),
        _as_table("Messages and active people per day", (*_TALK, _ACTIVE)),
    )


def _outcomes() -> rx.Component:
    totals = StatisticsState.totals
    return _panel(
        "Moderation",
        "outcomes",
        rx.cond(
            totals.has_outcomes,
            rx.fragment(
                stacked_bars("Verdicts per day", _OUTCOMES, StatisticsState.rows, size="small"),
                rx.cond(totals.by_moderators != "", rx.el.p(totals.by_moderators)),
                _as_table("Verdicts of model and rules per day", _OUTCOMES),
            ),
            rx.el.p("Nothing was decided in this time.", class_name="muted"),
        ),
        note="What the model and the rules decided about messages, by the day of the verdict.",
    )


def _hours() -> rx.Component:
    return _panel(
        "Busiest hours",
        "hours",
        heat_map("Messages of people by weekday and hour", StatisticsState.heat),
        rx.el.p(
            "Messages of people by weekday and hour; the stronger the colour, the more. Times in ",
            StatisticsState.zone,
            ".",
            class_name="hint",
        ),
    )


def _as_table(caption: str, parts: tuple[Part, ...]) -> rx.Component:
    def row(each: rx.Var[StatisticsRow]) -> rx.Component:
        values = (getattr(each, part.key) for part in parts)
        return rx.el.tr(
            rx.el.th(each.day, scope="row"),
            *(rx.el.td(value) for value in values),
            key=each.day,
        )

    heads = ("Day", *(part.word for part in parts))
    return rx.el.details(
        rx.el.summary("Show as table"),
        data_table(caption, heads, rx.foreach(StatisticsState.rows.reverse(), row), is_tall=True),
    )


def _best() -> rx.Component:
    return _panel(
        "Top messages",
        "top",
        rx.cond(
            StatisticsState.best.length() > 0,
            rx.el.ol(
                rx.foreach(StatisticsState.best, _best_row),
                class_name="best-list",
                aria_label="Top messages",
            ),
            rx.el.p("Nothing was voted up in this time.", class_name="muted"),
        ),
    )


def _best_row(row: rx.Var[BestRow]) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(
                icon("arrow-big-up", 14),
                row.score,
                rx.el.span(rx.cond(row.score == 1, " vote", " votes"), class_name="sr-only"),
                class_name="mark",
            ),
            rx.el.span(
                rx.el.b(row.author, rx.cond(row.is_reply, rx.el.small(" in a thread"))),
                rx.el.span(row.text, class_name="top-text"),
                rx.el.small(local_date_time(row.sent_at), class_name="muted"),
                class_name="stack grow",
            ),
            to="/rooms/" + StatisticsState.slug + "?message=" + row.id.to_string(),
        ),
        key=row.id.to_string(),
    )


def _who_talks() -> rx.Component:
    return _panel("Who talks", "people", talkers())


def _agent() -> rx.Component:
    return rx.cond(
        StatisticsState.can_moderate,
        _panel("Room agent", "agent", agent_effect(), note="For moderators of the room."),
    )
