"""The page of one's own account: profile, password and sessions."""

import reflex as rx

from chatrooms.components.assistant_switches import assistant_settings
from chatrooms.components.browser import device_name, local_date_time
from chatrooms.components.controls import (
    button,
    chip,
    error_note,
    field,
    icon,
    success_note,
)
from chatrooms.components.notify_settings import notify_settings
from chatrooms.components.own_data import account_deletion, data_export
from chatrooms.components.profile_form import profile_form
from chatrooms.components.recommended import interest_settings
from chatrooms.components.visits import visit_settings
from chatrooms.pages.frame import frame, page_head
from chatrooms.state.rows import SessionRow
from chatrooms.state.settings import SettingsState


def settings_page() -> rx.Component:
    """Change profile and password; see and end the sessions."""
    return frame(
        page_head("Settings", "Your profile, your password, and where you are signed in"),
        rx.el.div(
            profile_form(),
            notify_settings(),
            assistant_settings(),
            interest_settings(),
            visit_settings(),
            _password(),
            _sessions(),
            data_export(),
            account_deletion(),
            class_name="scroll narrow-column",
        ),
        name="settings",
    )


def _password() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Password"),
        rx.el.form(
            field(
                "Current password",
                "current",
                type="password",
                required=True,
                auto_complete="current-password",
            ),
            field(
                "New password",
                "new",
                type="password",
                required=True,
                auto_complete="new-password",
            ),
            error_note(SettingsState.error),
            success_note(SettingsState.message),
            rx.el.div(button("Change password", type="submit"), class_name="form-row"),
            on_submit=SettingsState.change_password,
            class_name="form",
        ),
        class_name="panel",
    )


def _sessions() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Where you are signed in", class_name="grow"),
            rx.cond(
                SettingsState.sessions.length() > 1,
                button(
                    "End all other sessions",
                    kind="ghost",
                    class_name="sm",
                    on_click=SettingsState.end_other_sessions,
                ),
            ),
            class_name="form-row",
        ),
        rx.el.ul(
            rx.foreach(SettingsState.sessions, _session),
            aria_label="Sessions",
            class_name="lines",
        ),
        class_name="panel",
    )


def _session(session: rx.Var[SessionRow]) -> rx.Component:
    return rx.el.li(
        icon("monitor-smartphone", 18),
        rx.el.div(
            rx.el.b(device_name(session.device)),
            rx.el.small(session.address, " · last seen ", local_date_time(session.last_seen_at)),
            class_name="grow stack",
        ),
        rx.cond(
            session.is_current,
            chip("This one"),
            button(
                "End",
                kind="ghost",
                class_name="sm",
                aria_label="End session on " + device_name(session.device),
                on_click=SettingsState.end_session(session.id),
            ),
        ),
        key=session.id.to_string(),
    )
