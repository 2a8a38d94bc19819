"""The open case: the text with what drove its score up, what stands around it, what to do."""

import reflex as rx

from chatrooms.components.avatar import face_link, name_link
from chatrooms.components.browser import local_date_time, local_moment
from chatrooms.components.controls import button, chip, icon, icon_button, link
from chatrooms.components.marked_text import offered, segment
from chatrooms.services.bans import BAN, TIME_OUT
from chatrooms.services.moderation.decisions import MAX_REASON_CHARS
from chatrooms.state.case import CaseState
from chatrooms.state.decision import DecisionState
from chatrooms.state.desk import DeskState
from chatrooms.state.rows import EntryRow, SaidRow

CASE = CaseState.case
_LENGTHS = {
    60: "1 hour",
    5: "5 minutes",
    1_440: "1 day",
    10_080: "7 days",
    40_320: "28 days",
}
"""How long a time-out may last, by its minutes; the first is what is chosen."""


def open_case() -> rx.Component:
    """Everything about the case that is open."""
    return rx.el.div(
        case_head(),
        rx.el.div(
            rx.foreach(CASE.before, said),
            _judged(),
            rx.foreach(CASE.after, said),
            _reports(),
            rx.cond(CASE.history.length() > 0, _history()),
            class_name="case-body",
        ),
        _decide(),
        class_name="case",
        custom_attrs={"data-region": "case"},
    )


def case_head() -> rx.Component:
    """The open case's room, who else looks at it, and on a phone the ways to what is beside."""
    return rx.el.header(
        icon_button(
            "arrow-left",
            "Back to the queue",
            class_name="narrow",
            on_click=DeskState.show_pane("list"),
        ),
        link(CASE.room_name, to=CASE.path, class_name="cut grow"),
        rx.cond(
            CASE.claimed_by != "",
            rx.el.span(
                icon("eye", 14),
                CASE.claimed_by,
                " looks at this",
                role="status",
                class_name="claimed with-icon",
            ),
        ),
        button(
            "Person", kind="ghost", class_name="sm narrow", on_click=DeskState.show_pane("person")
        ),
        rx.el.button(
            type="button",
            hidden=True,
            on_click=CaseState.renew,
            custom_attrs={"data-press": "renew-claim"},
        ),
        class_name="case-head",
    )


def said(row: rx.Var[SaidRow]) -> rx.Component:
    """Another message, in short."""
    return rx.el.p(
        rx.cond(row.author != "", rx.el.b(row.author)),
        rx.el.time(local_moment(row.sent_at), date_time=row.sent_at),
        rx.el.span(rx.cond(row.text != "", row.text, "A file")),
        rx.cond(row.note != "", chip(row.note, class_name="sm warn")),
        class_name="said",
    )


def _judged() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            face_link(CASE.author),
            rx.el.b(name_link(CASE.author)),
            rx.el.time(local_date_time(CASE.sent_at), date_time=CASE.sent_at),
            rx.foreach(CASE.notes, lambda note: chip(note, class_name="sm warn")),
            class_name="who",
        ),
        rx.el.p(rx.foreach(CASE.segments, segment), class_name="judged-text"),
        offered(CASE.choices),
        rx.foreach(
            CASE.files, lambda name: rx.el.p(icon("paperclip", 14), name, class_name="with-icon")
        ),
        rx.cond(CASE.score != "", _bar()),
        rx.el.p(CASE.why, class_name="hint"),
        class_name="judged",
    )


def _bar() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.em(custom_attrs={"style": {"width": CASE.percent.to_string() + "%"}}),
            _tick("flag", CASE.flag_at, CASE.flag_percent),
            _tick("remove", CASE.remove_at, CASE.remove_percent),
            class_name="meter",
        ),
        rx.el.b(CASE.score),
        role="img",
        aria_label="Score "
        + CASE.score
        + rx.cond(CASE.flag_at != "", ", flagged from " + CASE.flag_at, "")
        + rx.cond(CASE.remove_at != "", ", removed from " + CASE.remove_at, ""),
        class_name="score-bar",
    )


def _tick(word: str, at: rx.Var[str], percent: rx.Var[int]) -> rx.Component:
    return rx.cond(
        at != "",
        rx.el.i(
            rx.el.span(word, " ", at),
            class_name=rx.cond(percent > 80, f"at {word} at-end", f"at {word}"),
            custom_attrs={"style": {"left": percent.to_string() + "%"}},
        ),
    )


def _reports() -> rx.Component:
    count = CASE.reports.length()
    return rx.fragment(
        rx.cond(
            count > 0,
            rx.el.section(
                rx.el.h3(
                    CASE.reports.length(),
                    rx.cond(CASE.reports.length() == 1, " report", " reports"),
                ),
                rx.el.ul(rx.foreach(CASE.reports, entry), aria_label="Reports"),
            ),
        ),
        rx.cond(
            CASE.appeal != "",
            rx.el.section(rx.el.h3("Appeal"), rx.el.blockquote(CASE.appeal, class_name="appeal")),
        ),
    )


def _history() -> rx.Component:
    return rx.el.section(
        rx.el.h3("So far"),
        rx.el.ul(rx.foreach(CASE.history, entry), aria_label="So far"),
    )


def entry(row: rx.Var[EntryRow]) -> rx.Component:
    """A line of what was decided or said about it."""
    return rx.el.li(
        rx.cond(row.title != "", rx.el.b(row.title)),
        rx.cond(row.text != "", rx.el.span(row.text)),
        rx.cond(row.at != "", rx.el.time(local_moment(row.at), date_time=row.at)),
        class_name="entry",
    )


def _decide() -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="case_id", value=CASE.id.to_string(), read_only=True),
        rx.el.input(type="hidden", name="action"),
        act("Keep", "A", "keep", "good"),
        act("Remove", "R", "remove", "danger"),
        reason("Reason, shown to the author"),
        rx.el.div(
            rx.el.select(
                *(rx.el.option(word, value=str(minutes)) for minutes, word in _LENGTHS.items()),
                name="minutes",
                aria_label="Length of a time-out",
                class_name="input",
            ),
            act("Time out", "T", TIME_OUT, "ghost", key_name="time-out"),
            button("Ban", kind="ghost", type="submit", custom_attrs={"data-decide": BAN}),
            class_name="sanction",
        ),
        on_submit=DecisionState.decide,
        class_name="decide",
    )


def reason(name: str, **props) -> rx.Component:
    """The reason of a decision."""
    return rx.el.input(
        name="reason",
        aria_label=name,
        placeholder=name,
        max_length=MAX_REASON_CHARS,
        auto_complete="off",
        class_name="input grow",
        custom_attrs={"data-reason": "true"},
        **props,
    )


def act(
    word: str, key: str, action: str, kind: str, *, key_name: str = "", **props
) -> rx.Component:
    """A button of the form that decides; pressed by its key too."""
    return button(
        word,
        rx.el.kbd(key, aria_hidden="true", class_name="wide"),
        kind=kind,
        type="submit",
        custom_attrs={
            "aria-keyshortcuts": key,
            "data-decide": action,
            "data-desk-key": key_name or action,
        },
        **props,
    )
