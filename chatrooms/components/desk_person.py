"""Beside the open case: the person who wrote it, as the room's moderators know them."""

import reflex as rx

from chatrooms.components.avatar import avatar, name_link
from chatrooms.components.browser import local_date
from chatrooms.components.controls import button, error_note, icon_button
from chatrooms.components.desk_case import entry, said
from chatrooms.services.moderation.record import MAX_NOTE_CHARS
from chatrooms.state.case import CaseState
from chatrooms.state.desk import DeskState
from chatrooms.state.rows import EntryRow

RECORD = CaseState.record


def case_person() -> rx.Component:
    """Who wrote the open case's message."""
    return rx.el.aside(
        rx.el.header(
            icon_button(
                "arrow-left",
                "Back to the case",
                class_name="narrow",
                on_click=DeskState.show_pane("case"),
            ),
            avatar(RECORD.person),
            rx.el.h2(name_link(RECORD.person), class_name="grow cut"),
            class_name="case-head",
        ),
        rx.el.div(
            rx.el.dl(
                _fact("Role", RECORD.role),
                rx.cond(RECORD.joined_at != "", _fact("Here since", local_date(RECORD.joined_at))),
                _fact("Messages", RECORD.messages),
                _fact("Removed", RECORD.removed.to_string()),
                class_name="person-facts",
            ),
            _list("In force", RECORD.sanctions),
            _list("Decisions", RECORD.decisions),
            rx.cond(
                RECORD.recent.length() > 0,
                rx.el.section(rx.el.h3("Recent"), rx.foreach(RECORD.recent, said)),
            ),
            rx.el.section(
                rx.el.h3("Notes"),
                rx.cond(
                    RECORD.notes.length() > 0,
                    rx.el.ul(rx.foreach(RECORD.notes, entry), aria_label="Notes"),
                ),
                rx.el.form(
                    rx.el.input(
                        name="note",
                        aria_label="Note",
                        placeholder="Seen by moderators of this room",
                        max_length=MAX_NOTE_CHARS,
                        auto_complete="off",
                        class_name="input",
                    ),
                    button("Add note", kind="ghost", class_name="sm", type="submit"),
                    error_note(CaseState.note_error),
                    on_submit=CaseState.add_note,
                    reset_on_submit=True,
                    class_name="stack notes-form",
                ),
            ),
            class_name="case-body",
        ),
        aria_label="Person",
        class_name="case-person",
        custom_attrs={"data-region": "person"},
    )


def _fact(name: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value))


def _list(title: str, rows: rx.Var[list[EntryRow]]) -> rx.Component:
    return rx.cond(
        rows.length() > 0,
        rx.el.section(rx.el.h3(title), rx.el.ul(rx.foreach(rows, entry), aria_label=title)),
    )
