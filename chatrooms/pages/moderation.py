"""The moderators' page: what waits, one case large, the person who wrote it."""

import reflex as rx

from chatrooms.components.browser import is_here
from chatrooms.components.controls import (
    button,
    empty_state,
    error_note,
    icon,
    icon_button,
    link,
)
from chatrooms.components.desk_list import case_list, queues
from chatrooms.components.desk_person import case_person
from chatrooms.pages.frame import frame, page_head
from chatrooms.state.audit_address import PATH as LOG_PATH
from chatrooms.state.decision import DecisionState
from chatrooms.state.desk import DeskState


def moderation_page() -> rx.Component:
    """Queues over all rooms that the person moderates."""
    return frame(
        page_head("Moderation", "What waits in the rooms that you moderate", _log_link()),
        rx.cond(
            DeskState.waiting >= 0,
            _desk(),
            rx.cond(
                DeskState.answers != "",
                empty_state(
                    "shield-off", "For moderators", "You do not moderate any room at the moment."
                ),
            ),
        ),
        _question(),
        name="moderation",
    )


def _log_link() -> rx.Component:
    return rx.cond(
        DeskState.waiting >= 0,
        link(icon("scroll-text", 14), "Log", to=LOG_PATH, class_name="btn btn-ghost sm"),
    )


def _desk() -> rx.Component:
    return rx.el.div(
        queues(),
        case_list(),
        rx.cond(DeskState.open_id > 0, case_person()),
        _told(),
        _step("next", 1),
        _step("previous", -1),
        class_name="desk",
        custom_attrs={
            "data-desk": DeskState.pane,
            # Until all is loaded, what is shown is not yet what the address asks for.
            "data-address": rx.cond(rx.State.is_hydrated, DeskState.address, ""),
            "data-answers": DeskState.answers,
        },
    )


def _step(name: str, by: int) -> rx.Component:
    return rx.el.button(
        type="button",
        hidden=True,
        on_click=DeskState.step(by),
        custom_attrs={"data-desk-key": name},
    )


def _told() -> rx.Component:
    """What was done last, with the way back. Stays until it is closed or something else is done."""
    return rx.el.div(
        rx.cond(
            (DecisionState.told != "") | (DeskState.notice != ""),
            rx.el.div(
                rx.el.span(
                    rx.cond(DeskState.notice != "", DeskState.notice, DecisionState.told),
                    class_name="grow cut",
                ),
                rx.cond(
                    DecisionState.can_undo,
                    button(
                        "Undo",
                        rx.el.kbd("U", aria_hidden="true", class_name="wide"),
                        kind="quiet",
                        class_name="sm",
                        on_click=DecisionState.undo,
                        custom_attrs={"aria-keyshortcuts": "U", "data-desk-key": "undo"},
                    ),
                ),
                icon_button("x", "Dismiss", on_click=DecisionState.dismiss),
                class_name="desk-toast",
            ),
        ),
        role="status",
        class_name="told-last",
    )


def _question() -> rx.Component:
    count = DeskState.picked.length().to_string()
    is_removing = DecisionState.asking == "remove"
    word = rx.cond(is_removing, "Remove ", "Keep ").to(str)
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(word + count + " messages?", class_name="dialog-title"),
            rx.dialog.description("Type " + count + " to go on."),
            rx.el.form(
                rx.el.input(
                    name="count",
                    aria_label="Number of messages",
                    input_mode="numeric",
                    auto_complete="off",
                    auto_focus=True,
                    class_name="input",
                ),
                error_note(DecisionState.ask_error),
                rx.el.div(
                    rx.dialog.close(button("Cancel", kind="ghost")),
                    button(word + "all", kind="danger", type="submit"),
                    class_name="dialog-actions",
                ),
                on_submit=DecisionState.confirm,
                class_name="form",
            ),
            max_width="420px",
        ),
        open=(DecisionState.asking != "") & is_here(DecisionState.asked_in),
        on_open_change=DecisionState.set_asking,
    )
