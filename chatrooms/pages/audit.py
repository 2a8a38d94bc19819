"""The moderation log: who decided what about whom, why, and what became of it."""

import reflex as rx
from reflex_components_core.el.elements.inline import A

from chatrooms.components.audit_filters import audit_filters
from chatrooms.components.audit_list import audit_list, audit_told
from chatrooms.components.controls import empty_state, error_note, icon, link
from chatrooms.pages.frame import frame
from chatrooms.state.audit import AuditState


def audit_page() -> rx.Component:
    """The log of all rooms that the person moderates."""
    return frame(
        _head(),
        rx.el.div(
            rx.cond(
                AuditState.status == "unavailable",
                empty_state(
                    "shield-off", "For moderators", "You do not moderate any room at the moment."
                ),
                rx.el.div(
                    audit_filters(), error_note(AuditState.error), audit_list(), class_name="audit"
                ),
            ),
            class_name="scroll",
        ),
        audit_told(),
        name="moderation-log",
    )


def _head() -> rx.Component:
    return rx.el.header(
        link(
            icon("arrow-left", 18),
            to="/moderation",
            class_name="icon-btn",
            aria_label="Back to moderation",
        ),
        rx.el.div(
            rx.el.h1("Moderation log"),
            rx.el.p("Every decision in the rooms that you moderate", class_name="cut"),
            class_name="grow cut",
        ),
        rx.cond(
            AuditState.export_path != "",
            A.create(
                icon("download", 14),
                "Export CSV",
                href=AuditState.export_path,
                download="moderation-log.csv",
                class_name="btn btn-ghost sm",
            ),
        ),
        class_name="pane-head",
    )
