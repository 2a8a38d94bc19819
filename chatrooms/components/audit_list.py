"""The entries of the moderation log, and looking at an automatic removal among them."""

import reflex as rx

from chatrooms.components.browser import local_date_time
from chatrooms.components.controls import (
    button,
    chip,
    empty_state,
    error_note,
    icon,
    icon_button,
    link,
    skeleton,
)
from chatrooms.components.marked_text import poll_line, segment
from chatrooms.services.moderation.decisions import MAX_REASON_CHARS
from chatrooms.state.audit import TOP, AuditState
from chatrooms.state.audit_review import AuditReviewState
from chatrooms.state.audit_words import ICONS
from chatrooms.state.rows import LogRow


def audit_list() -> rx.Component:
    """What fits the filters, newest first."""
    return rx.cond(
        AuditState.entries.length() > 0,
        rx.fragment(
            rx.el.div(id=TOP),
            _newer(),
            rx.el.ul(
                rx.foreach(AuditState.entries, _entry), aria_label="Log", class_name="log-list"
            ),
            rx.cond(
                AuditState.has_more,
                button("Show more", kind="ghost", on_click=AuditState.load_more),
            ),
        ),
        rx.cond(
            AuditState.status == "open",
            empty_state("scroll-text", "Nothing here", "No entry of the log fits these filters."),
            skeleton(6),
        ),
    )


def _newer() -> rx.Component:
    """That entries were added, with the way to them."""
    return rx.el.div(
        rx.cond(
            AuditState.newer != "",
            button(
                icon("arrow-up", 14),
                AuditState.newer,
                kind="soft",
                class_name="sm",
                on_click=AuditState.show_newer,
            ),
        ),
        role="status",
        class_name="log-newer",
    )


def audit_told() -> rx.Component:
    """What was done last, with the way back."""
    return rx.el.div(
        rx.cond(
            AuditReviewState.told != "",
            rx.el.div(
                rx.el.span(AuditReviewState.told, class_name="grow cut"),
                rx.cond(
                    AuditReviewState.can_undo,
                    button("Undo", kind="quiet", class_name="sm", on_click=AuditReviewState.undo),
                ),
                icon_button("x", "Dismiss", on_click=AuditReviewState.dismiss),
                class_name="desk-toast",
            ),
        ),
        role="status",
        class_name="log-told",
    )


def _entry(row: rx.Var[LogRow]) -> rx.Component:
    return rx.el.li(
        rx.el.article(
            rx.match(row.icon, *((name, icon(name)) for name in ICONS), icon("circle-dot")),
            rx.el.div(
                _head(row),
                rx.cond(row.message_id > 0, _message(row)),
                rx.cond(row.why != "", rx.el.p(row.why, class_name="log-why")),
                rx.cond(row.words != "", rx.el.p("Because of: ", row.words, class_name="log-why")),
                _after(row),
                class_name="grow stack",
            ),
            aria_label=row.what + ", " + row.room_name,
            class_name="log-entry",
            custom_attrs={"data-message-id": row.message_id, "data-action": row.icon},
        ),
        key=row.id.to_string(),
    )


def _head(row: rx.Var[LogRow]) -> rx.Component:
    return rx.el.p(
        rx.el.b(row.what),
        rx.el.span(
            "by ", rx.cond(row.by_path != "", link(row.by, to=row.by_path), rx.el.span(row.by))
        ),
        rx.cond(row.about_path != "", rx.el.span("about ", link(row.about, to=row.about_path))),
        rx.el.span("in ", row.room_name),
        rx.el.time(local_date_time(row.at), date_time=row.at),
        class_name="log-head",
    )


def _message(row: rx.Var[LogRow]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row.segments.length() > 0,
            rx.el.p(rx.foreach(row.segments, segment), class_name="log-text"),
        ),
        rx.cond(row.choices.length() > 0, poll_line(rx.foreach(row.choices, segment))),
        rx.foreach(row.notes, lambda note: chip(note, class_name="sm warn")),
        rx.cond(
            row.message_path != "", link("In the room", to=row.message_path, class_name="log-why")
        ),
        class_name="log-message",
    )


def _after(row: rx.Var[LogRow]) -> rx.Component:
    return rx.fragment(
        rx.cond(
            row.fate != "",
            rx.el.p(
                icon("corner-down-right", 14),
                rx.el.b(row.fate),
                rx.el.time(local_date_time(row.fate_at), date_time=row.fate_at),
                class_name="log-fate",
            ),
        ),
        rx.cond(
            row.can_review & (AuditReviewState.entry_id == row.id),
            _review(),
            rx.cond(
                row.can_review | ((row.waits_in != "") & (row.fate == "")),
                rx.el.div(
                    rx.cond(row.can_review, _take_up(row)),
                    rx.cond(row.waits_in != "", chip("Waits in ", row.waits_in, class_name="sm")),
                    class_name="log-actions",
                ),
            ),
        ),
    )


def _take_up(row: rx.Var[LogRow]) -> rx.Component:
    return button(
        icon("eye", 14),
        "Review",
        kind="ghost",
        class_name="sm",
        on_click=AuditReviewState.review(row.id),
    )


def _review() -> rx.Component:
    return rx.el.form(
        rx.el.input(
            type="hidden",
            name="case_id",
            value=AuditReviewState.case_id.to_string(),
            read_only=True,
        ),
        rx.el.input(type="hidden", name="action"),
        error_note(AuditReviewState.error),
        rx.el.input(
            name="reason",
            aria_label="Reason, shown to the author",
            placeholder="Reason, shown to the author",
            max_length=MAX_REASON_CHARS,
            auto_complete="off",
            auto_focus=True,
            class_name="input grow",
            custom_attrs={"data-reason": "true"},
        ),
        button("Keep", kind="good", type="submit", custom_attrs={"data-decide": "keep"}),
        button("Remove", kind="danger", type="submit", custom_attrs={"data-decide": "remove"}),
        button("Later", kind="ghost", on_click=AuditReviewState.leave),
        on_submit=AuditReviewState.decide,
        aria_label="Review",
        class_name="log-review",
    )
