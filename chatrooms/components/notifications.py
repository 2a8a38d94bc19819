"""The bell in the side bar, and the list of what the person was told."""

import reflex as rx

from chatrooms.components.appeal_form import appeal_form
from chatrooms.components.browser import here, is_here, is_quiet, local_moment
from chatrooms.components.controls import button, empty_state, icon, icon_button
from chatrooms.state.notifications import NotificationsState
from chatrooms.state.rows import NotificationRow
from chatrooms.state.sanction_appeal import SanctionAppealState

_ICONS = {
    "mention": "at-sign",
    "reply": "reply",
    "unanswered": "bot",
    "thread_reply": "messages-square",
    "poll_votes": "chart-bar",
    "poll_closed": "chart-bar",
    "join_request": "user-plus",
    "join_accepted": "user-check",
    "join_declined": "user-x",
    "invitation": "mail",
    "role_changed": "shield",
    "moderated": "shield-alert",
    "report_decided": "flag",
    "appeal_decided": "scale",
    "sanctioned": "timer",
    "unsafe": "triangle-alert",
    "auto_removed": "trash-2",
    "appeal": "scale",
    "sanction_appeal": "scale",
}


def is_disturbing() -> rx.Var[bool]:
    """Whether the person may be pointed to what waits: not in do-not-disturb hours."""
    state = NotificationsState
    return ~is_quiet(state.quiet_from, state.quiet_until, state.timezone)


def _is_open() -> rx.Var[bool]:
    return is_here(NotificationsState.opened_in)


def bell() -> rx.Component:
    """Opens the list. Its name tells how much is unread."""
    count = NotificationsState.unread_count
    name = rx.cond(count > 0, "Notifications, " + count.to_string() + " unread", "Notifications")
    return rx.el.button(
        icon("bell", 18),
        rx.cond(
            count > 0,
            rx.el.span(
                rx.cond(count > 99, "99+", count.to_string()),
                class_name=rx.cond(is_disturbing(), "bell-count", "bell-count quiet"),
                aria_hidden="true",
            ),
        ),
        type="button",
        class_name="icon-btn bell",
        aria_label=name,
        title=name,
        aria_expanded=_is_open(),
        on_click=NotificationsState.toggle(here()),
        custom_attrs={"data-bell": "true"},
    )


def notifications_pane() -> rx.Component:
    """The list while it is open, and what the browser's own notifications are made of."""
    return rx.fragment(
        rx.cond(
            _is_open(),
            rx.el.section(
                _head(),
                rx.cond(
                    NotificationsState.rows.length() > 0,
                    _list(),
                    empty_state(
                        "bell",
                        "Nothing yet",
                        "Mentions, replies and what concerns your rooms appear here.",
                    ),
                ),
                role="region",
                aria_label="Notifications",
                class_name="notes",
                custom_attrs={"data-notes": "true"},
            ),
        ),
        _for_browser(),
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.h2("Notifications", class_name="grow"),
        rx.cond(
            NotificationsState.unread_count > 0,
            button(
                "Mark all read",
                kind="ghost",
                class_name="sm",
                on_click=NotificationsState.mark_all_read,
            ),
        ),
        icon_button(
            "x",
            "Close notifications",
            on_click=NotificationsState.close,
            custom_attrs={"data-close-notes": "true"},
        ),
        class_name="pane-head",
    )


def _list() -> rx.Component:
    return rx.el.div(
        rx.el.ul(rx.foreach(NotificationsState.rows, _row), aria_label="Notifications"),
        rx.cond(
            NotificationsState.has_more,
            rx.el.div(
                button(
                    "Show earlier ones",
                    kind="ghost",
                    class_name="sm",
                    on_click=NotificationsState.load_more,
                ),
                class_name="notes-end",
            ),
        ),
        class_name="notes-list",
    )


def _row(row: rx.Var[NotificationRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(_icon(row.kind), class_name="note-icon"),
            rx.el.span(
                rx.el.span(row.title, class_name="note-title"),
                rx.cond(row.text != "", rx.el.span(row.text, class_name="note-text")),
                rx.el.small(
                    row.word,
                    " · ",
                    local_moment(row.at),
                    rx.cond(row.is_read, "", rx.el.span(" · unread", class_name="sr-only")),
                ),
                class_name="grow stack",
            ),
            type="button",
            class_name="note-row",
            on_click=NotificationsState.go(row.id, row.path),
        ),
        rx.cond(
            row.is_read,
            "",
            icon_button(
                "check",
                "Mark as read",
                on_click=NotificationsState.mark_read(row.id),
                custom_attrs={"data-mark-note": "true"},
            ),
        ),
        rx.cond(row.can_appeal | (row.answer != ""), _own_sanction(row)),
        class_name="told",
        custom_attrs={"data-read": row.is_read},
        key=row.id.to_string(),
    )


def _own_sanction(row: rx.Var[NotificationRow]) -> rx.Component:
    """Beneath a time-out or ban of the person: the way to appeal, or what became of it."""
    return rx.el.div(
        rx.cond(row.answer != "", rx.el.p(row.answer, class_name="hint", role="status")),
        rx.cond(
            row.can_appeal,
            rx.cond(
                SanctionAppealState.appealing_id == row.sanction_id,
                appeal_form(
                    "Why should it be lifted?",
                    SanctionAppealState.error,
                    on_submit=SanctionAppealState.send,
                    on_cancel=SanctionAppealState.stop,
                ),
                button(
                    icon("scale", 14),
                    "Appeal",
                    kind="ghost",
                    class_name="sm",
                    on_click=SanctionAppealState.start(row.sanction_id),
                ),
            ),
        ),
        class_name="told-appeal",
    )


def _icon(kind: rx.Var[str]) -> rx.Component:
    cases = [(name, icon(sign)) for name, sign in _ICONS.items()]
    return rx.fragment(rx.match(kind, *cases, icon("bell")))


def _for_browser() -> rx.Component:
    """What `notices.js` shows while the page is hidden."""
    newest = NotificationsState.newest
    return rx.el.span(
        hidden=True,
        custom_attrs={
            "data-newest": newest.id.to_string() + " " + newest.at,
            "data-newest-title": newest.title,
            "data-newest-text": newest.text,
            "data-newest-path": newest.path,
            "data-newest-read": newest.is_read,
            "data-quiet": rx.cond(is_disturbing(), "false", "true"),
        },
    )
