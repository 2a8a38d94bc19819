"""The part of the administrator's page about how the site is doing."""

import reflex as rx

from chatrooms.components.browser import local_clock
from chatrooms.components.controls import chip, skeleton
from chatrooms.components.data_table import data_table
from chatrooms.components.tiles import tile, tiles
from chatrooms.state.rows import TaskRow, TimingRow, WaitingRow
from chatrooms.state.site_figures import SiteFiguresState

_TASK_HEADS = ("Task", "Ended", "Failed", "Tried again", "Mean", "95 %")
_ROUTE_HEADS = ("Route or handler", "Calls", "Mean", "95 %")


def site_figures() -> rx.Component:
    """Figures, queues, failures and slow routes, once they are loaded."""
    return rx.cond(
        SiteFiguresState.site.at != "",
        rx.fragment(
            _right_now(),
            rx.el.div(
                rx.el.div(_queues(), _routes(), class_name="settings-column"),
                rx.el.div(_tasks(), class_name="settings-column"),
                class_name="settings-columns",
            ),
        ),
        skeleton(6),
    )


def _right_now() -> rx.Component:
    site = SiteFiguresState.site
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Right now", class_name="grow"),
            rx.el.small("As of ", local_clock(site.at), class_name="muted"),
            class_name="form-row",
        ),
        tiles(
            tile("People", site.people, "accounts that are in use"),
            tile("Online now", site.online, "with a tab open"),
            tile("Rooms", site.rooms, site.private_rooms),
            tile("Messages today", site.messages_today, site.messages),
            tile("Verdict after", site.judged, site.judged_count),
            tile("Moderator decided after", site.decided, site.decided_count),
            tile("Open cases", site.open_cases, site.to_judge),
            tile("Model calls today", site.model_calls, site.model_cost),
        ),
        # `refreshing.js` presses it.
        rx.el.button(
            type="button",
            hidden=True,
            tab_index=-1,
            aria_hidden="true",
            on_click=SiteFiguresState.load,
            custom_attrs={"data-press": "refresh-figures"},
        ),
        class_name="panel settings-panel",
        aria_label="Right now",
    )


def _queues() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Queues"),
        rx.cond(
            SiteFiguresState.queues.length() > 0,
            data_table(
                "Jobs that wait for a worker",
                ("Queue", "Waiting"),
                rx.foreach(SiteFiguresState.queues, _queue),
            ),
            rx.el.p("The broker does not answer.", class_name="muted"),
        ),
        rx.el.p("Taken by workers: ", SiteFiguresState.site.taken, class_name="hint"),
        class_name="panel settings-panel",
        aria_label="Queues",
    )


def _tasks() -> rx.Component:
    state = SiteFiguresState
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Tasks", class_name="grow"),
            rx.cond(
                state.failed > 0,
                chip(state.failed, " failed", class_name="warn"),
                chip("None failed"),
            ),
            class_name="form-row",
        ),
        data_table(
            "On the machine that answers, since it was started; failing ones first",
            _TASK_HEADS,
            rx.foreach(state.tasks, _task),
        ),
        class_name="panel settings-panel",
        aria_label="Tasks",
    )


def _routes() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Slowest routes"),
        data_table(
            "On the machine that answers, since it was started; by the time that 95 % keep within",
            _ROUTE_HEADS,
            rx.foreach(SiteFiguresState.routes, _route),
        ),
        class_name="panel settings-panel",
        aria_label="Slowest routes",
    )


def _queue(row: rx.Var[WaitingRow]) -> rx.Component:
    return rx.el.tr(rx.el.th(row.name, scope="row"), rx.el.td(row.waiting), key=row.name)


def _task(row: rx.Var[TaskRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.name, scope="row"),
        rx.el.td(row.ended),
        rx.el.td(rx.cond(row.has_failed, rx.el.b(row.failed), row.failed)),
        rx.el.td(row.retried),
        rx.el.td(row.mean),
        rx.el.td(row.p95),
        key=row.name,
    )


def _route(row: rx.Var[TimingRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.name, scope="row", class_name="may-wrap"),
        rx.el.td(row.count),
        rx.el.td(row.mean),
        rx.el.td(row.p95),
        key=row.name,
    )
