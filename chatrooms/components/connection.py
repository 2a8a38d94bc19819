"""What the page says while it cannot reach the server, or when it fails itself."""

from collections.abc import Callable

import reflex as rx
from reflex_base.vars.base import Var
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors
from reflex_components_core.el.elements.inline import A

from chatrooms.components.browser import is_offline
from chatrooms.components.controls import icon


def app_wraps() -> dict[tuple[int, str], Callable[[bool], rx.Component | None]]:
    """The app's wraps in place of Reflex's: our words for a broken page, no messages of its own
    about the connection (its toaster and banner load fonts from another host)."""
    return {(55, "ErrorBoundary"): lambda _stateful: _error_boundary()}


def connection_banner() -> rx.Component:
    """A quiet line, read out politely, while the connection is lost. Reading goes on."""
    return rx.el.div(
        rx.cond(
            has_connection_errors | is_offline(),
            rx.el.p(
                icon("wifi-off"),
                rx.el.strong("Reconnecting"),
                rx.el.span("You can go on reading. What you write is kept."),
                class_name="offline-note",
                custom_attrs={"data-down": "true"},
            ),
        ),
        role="status",
        class_name="connection",
    )


def _error_boundary() -> rx.Component:
    fallback = rx.el.div(
        rx.el.h1("This page stumbled"),
        rx.el.p("Loading it again usually helps. What you wrote is kept."),
        A.create("Load again", href="", class_name="btn btn-solid"),
        class_name="empty page-error",
        role="alert",
    )
    return ErrorBoundary.create(
        fallback_render=ArgsFunctionOperation.create(("event_args",), Var.create(fallback))
    )


def toaster() -> rx.Component:
    """Where short messages of the server appear, such as why something was refused."""
    return rx.toast.provider(
        position="bottom-center",
        close_button=True,
        offset="96px",
        custom_attrs={"containerAriaLabel": "Notices"},
    )
