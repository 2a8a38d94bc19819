"""One's own data in the settings: having it handed out, and deleting one's account."""

import reflex as rx
from reflex_components_core.el.elements.inline import A

from chatrooms.components.browser import local_date_time
from chatrooms.components.controls import button, error_note, field, icon
from chatrooms.state.own_data import OwnDataState


def data_export() -> rx.Component:
    """Asking for one's data, and the link to it once it is collected."""
    return rx.el.section(
        rx.el.h2("Your data"),
        rx.el.p(
            "Everything that is kept of you, in one file: profile, messages and what they said "
            "before, files, votes, drafts, notifications, what you asked the assistant, where you "
            "spent time. To read in a browser, and for programs.",
            class_name="hint",
        ),
        error_note(OwnDataState.error),
        rx.el.div(
            rx.el.div(_progress(), role="status", class_name="hint grow"),
            button(
                rx.cond(OwnDataState.has_failed, "Try again", "Export my data"),
                kind="ghost",
                class_name="sm",
                disabled=OwnDataState.is_being_made,
                on_click=OwnDataState.request_export,
            ),
            class_name="form-row below",
        ),
        class_name="panel",
    )


def _progress() -> rx.Component:
    """How far the file is; nothing while none was asked for."""
    return rx.cond(
        OwnDataState.is_being_made,
        rx.el.p(
            icon("loader", 14),
            "Your data is being collected. The link appears here.",
            class_name="with-icon",
        ),
        rx.cond(
            OwnDataState.has_failed,
            rx.el.p(
                icon("circle-alert", 14),
                "Your data could not be collected.",
                class_name="with-icon",
            ),
            rx.cond(
                OwnDataState.path != "",
                rx.el.p(
                    A.create(
                        icon("download", 14),
                        "Download (",
                        OwnDataState.size,
                        ")",
                        href=OwnDataState.path,
                        download="my-data.zip",
                        class_name="btn btn-soft sm",
                    ),
                    rx.el.span(" until ", local_date_time(OwnDataState.expires_at)),
                ),
            ),
        ),
    )


def account_deletion() -> rx.Component:
    """Deleting the account, with the choice what becomes of its messages."""
    return rx.el.section(
        rx.el.h2("Delete account"),
        rx.el.form(
            rx.el.p(
                "You are signed out everywhere at once and leave all rooms. Your name, e-mail "
                "address, picture, drafts, saved messages, notifications and what you asked the "
                "assistant are deleted. This cannot be undone.",
                class_name="hint",
            ),
            rx.el.div(
                _choice(
                    "keep",
                    "Keep my messages",
                    'They stay in their rooms, written by "Deleted account".',
                    is_default=True,
                ),
                _choice(
                    "delete",
                    "Delete my messages",
                    "With all their files. That takes a while if there are many.",
                ),
                role="radiogroup",
                aria_label="Your messages",
                class_name="modes",
            ),
            field(
                "Your password",
                "password",
                type="password",
                required=True,
                auto_complete="current-password",
            ),
            error_note(OwnDataState.deletion_error),
            rx.el.div(button("Delete my account", kind="danger", type="submit")),
            on_submit=OwnDataState.delete_account,
            class_name="form",
        ),
        class_name="panel",
    )


def _choice(value: str, word: str, hint: str, *, is_default: bool = False) -> rx.Component:
    described_by = f"messages-{value}"
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="messages",
            value=value,
            default_checked=is_default,
            aria_label=word,
            aria_describedby=described_by,
        ),
        rx.el.span(rx.el.b(word), rx.el.small(hint, id=described_by), class_name="stack"),
        class_name="mode-choice",
    )
