"""The open case where it is an appeal against a time-out or ban: what was imposed, the answer."""

import reflex as rx

from chatrooms.components.avatar import face_link, name_link
from chatrooms.components.browser import local_date_time, local_moment
from chatrooms.components.controls import chip, icon
from chatrooms.components.desk_case import CASE, act, case_head, reason
from chatrooms.state.case import CaseState
from chatrooms.state.decision import DecisionState
from chatrooms.state.rows import EntryRow

SANCTION = CaseState.sanction


def open_appeal() -> rx.Component:
    """Everything about the appeal that is open."""
    return rx.el.div(
        case_head(),
        rx.el.div(
            _appeal(),
            _sanction(),
            rx.cond(SANCTION.removals.length() > 0, _removals()),
            class_name="case-body",
        ),
        rx.cond(
            SANCTION.why_not != "",
            rx.el.p(icon("lock", 14), SANCTION.why_not, class_name="with-icon why-not"),
        ),
        _answer(),
        class_name="case",
        custom_attrs={"data-region": "case"},
    )


def _appeal() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            face_link(CASE.author),
            rx.el.b(name_link(CASE.author)),
            rx.el.time(local_date_time(CASE.sent_at), date_time=CASE.sent_at),
            chip(
                rx.cond(SANCTION.is_ban, icon("ban", 12), icon("timer", 12)),
                rx.cond(SANCTION.is_ban, "banned", "timed out"),
                class_name="sm warn",
            ),
            class_name="who",
        ),
        rx.el.h3("Appeal"),
        rx.el.blockquote(CASE.appeal, class_name="appeal judged-text"),
        class_name="judged",
    )


def _sanction() -> rx.Component:
    return rx.el.section(
        rx.el.h3(rx.cond(SANCTION.is_ban, "The ban", "The time-out")),
        rx.el.dl(
            _fact("By", SANCTION.imposed_by),
            _fact("Since", local_date_time(SANCTION.imposed_at)),
            _fact(
                "Until",
                rx.cond(SANCTION.until != "", local_date_time(SANCTION.until), "it is lifted"),
            ),
            _fact("Reason", rx.cond(SANCTION.reason != "", SANCTION.reason, "none given")),
            class_name="person-facts",
        ),
    )


def _fact(name: str, value: rx.Var[str] | rx.Component) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value))


def _removals() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Removed here lately"),
        rx.el.ul(rx.foreach(SANCTION.removals, _removed), aria_label="Removed here lately"),
    )


def _removed(row: rx.Var[EntryRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.title),
        rx.el.small(row.text),
        rx.el.time(local_moment(row.at), date_time=row.at),
        class_name="entry",
    )


def _answer() -> rx.Component:
    is_out = SANCTION.why_not != ""
    return rx.el.form(
        rx.el.input(type="hidden", name="case_id", value=CASE.id.to_string(), read_only=True),
        rx.el.input(type="hidden", name="action"),
        act("Lift", "A", "lift", "good", key_name="keep", disabled=is_out),
        act("Uphold", "R", "uphold", "danger", key_name="remove", disabled=is_out),
        reason("Reason, shown to the person", disabled=is_out),
        on_submit=DecisionState.decide,
        class_name="decide",
    )
