"""Time-outs and bans of a room, for its moderators, and what somebody timed out sees."""

import reflex as rx

from chatrooms.components.avatar import face_link, name_link
from chatrooms.components.browser import here, is_here, local_date_time
from chatrooms.components.controls import button, error_note, field, icon
from chatrooms.services.moderation.sanctions import MAX_REASON_CHARS
from chatrooms.state.room import RoomState
from chatrooms.state.rows import SanctionRow
from chatrooms.state.sanction_appeal import SanctionAppealState
from chatrooms.state.sanctions import SanctionsState

_HOUR, _DAY = 60, 60 * 24
_LENGTHS = (
    (5, "5 minutes"),
    (30, "30 minutes"),
    (_HOUR, "1 hour"),
    (6 * _HOUR, "6 hours"),
    (_DAY, "1 day"),
    (7 * _DAY, "7 days"),
    (28 * _DAY, "28 days"),
)


def timed_out_bar() -> rx.Component:
    """Stands in place of the text box while the person may only read."""
    return rx.el.div(
        icon("timer"),
        rx.el.span(
            "You are timed out here until ",
            rx.el.b(local_date_time(RoomState.rights.timed_out_until)),
            ". You can read, and write again then.",
            class_name="grow",
        ),
        button(
            icon("scale", 14),
            "Appeal",
            kind="ghost",
            class_name="sm",
            on_click=SanctionAppealState.start_here(here()),
        ),
        role="status",
        class_name="bar",
    )


def sanctions_list() -> rx.Component:
    """Who is timed out or banned, with the way to end it."""
    return rx.el.ul(
        rx.foreach(SanctionsState.rows, _sanction),
        class_name="people",
        aria_label="Timed out and banned",
    )


def _sanction(row: rx.Var[SanctionRow]) -> rx.Component:
    return rx.el.li(
        face_link(row.person, "sm"),
        rx.el.span(
            name_link(row.person),
            rx.el.small(
                rx.cond(row.is_ban, "Banned", "Timed out until " + local_date_time(row.until)),
                " by " + row.by,
                rx.cond(row.reason != "", ": " + row.reason, ""),
                class_name="wrap",
            ),
            class_name="stack grow",
        ),
        button(
            "Lift",
            kind="ghost",
            class_name="sm",
            aria_label="Lift, " + row.person.name,
            on_click=SanctionsState.lift(row.id),
        ),
        key=row.id.to_string(),
        class_name="person",
    )


def sanction_dialog() -> rx.Component:
    """The dialog, opened from the menu of a member."""
    is_ban = SanctionsState.is_ban
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(
                rx.cond(is_ban, "Ban ", "Time out "), SanctionsState.name, class_name="dialog-title"
            ),
            rx.dialog.description(
                rx.cond(
                    is_ban,
                    "They leave the room and can neither read nor join it until you lift the ban.",
                    "They can read the room, and write nothing in it until the time is over.",
                )
            ),
            rx.el.form(
                rx.cond(is_ban, rx.fragment(), _length()),
                field("Reason", "reason", max_length=MAX_REASON_CHARS, auto_complete="off"),
                error_note(SanctionsState.error),
                rx.el.div(
                    rx.dialog.close(button("Cancel", kind="ghost")),
                    button(rx.cond(is_ban, "Ban", "Time out"), type="submit", kind="danger"),
                    class_name="dialog-actions",
                ),
                on_submit=SanctionsState.impose,
                class_name="form",
            ),
            max_width="440px",
        ),
        open=is_here(SanctionsState.opened_in),
        on_open_change=SanctionsState.set_open,
    )


def _length() -> rx.Component:
    return rx.el.label(
        rx.el.span("For", class_name="field-label"),
        rx.el.select(
            *(rx.el.option(words, value=str(minutes)) for minutes, words in _LENGTHS),
            name="minutes",
            default_value=str(_HOUR),
            class_name="input",
        ),
        class_name="field",
    )
