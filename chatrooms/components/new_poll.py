"""The dialog that opens a poll, and the button that leads to it."""

import reflex as rx

from chatrooms.components.browser import here, is_here
from chatrooms.components.controls import button, error_note, field, icon, icon_button, switch_field
from chatrooms.services.polls import MAX_CHOICE_CHARS, MAX_CHOICES, MAX_QUESTION_CHARS, MIN_CHOICES
from chatrooms.state.new_poll import NewPollState


def new_poll_button() -> rx.Component:
    """The button in the composer, with its dialog."""
    return rx.fragment(
        button(
            icon("chart-bar-big"),
            rx.el.span("New poll", class_name="wide"),
            kind="quiet",
            aria_label="New poll",
            title="New poll",
            on_click=NewPollState.show(here()),
        ),
        _dialog(),
    )


def _dialog() -> rx.Component:
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("New poll", class_name="dialog-title"),
            rx.dialog.description("Everybody in the room can vote until it closes."),
            rx.el.form(
                field(
                    "Question",
                    "question",
                    max_length=MAX_QUESTION_CHARS,
                    auto_complete="off",
                    auto_focus=True,
                ),
                rx.el.div(rx.foreach(NewPollState.boxes, _choice), class_name="stack poll-choices"),
                button(
                    icon("plus", 14),
                    "Add a choice",
                    kind="ghost",
                    class_name="sm",
                    disabled=NewPollState.boxes.length() >= MAX_CHOICES,
                    on_click=NewPollState.add_choice,
                ),
                switch_field("Several choices", "multiple", "One may vote for more than one."),
                switch_field("Anonymous", "anonymous", "Nobody can see who voted for what."),
                _closing_time(),
                error_note(NewPollState.error),
                rx.el.div(
                    rx.dialog.close(button("Cancel", kind="ghost")),
                    button("Open poll", type="submit"),
                    class_name="dialog-actions",
                ),
                on_submit=NewPollState.create,
                class_name="form",
            ),
            max_width="460px",
        ),
        open=is_here(NewPollState.opened_in),
        on_open_change=NewPollState.set_open,
    )


def _choice(box: rx.Var[int], index: rx.Var[int]) -> rx.Component:
    label = "Choice " + (index + 1).to_string()
    return rx.el.div(
        rx.el.input(
            name="choice_" + box.to_string(),
            aria_label=label,
            placeholder=label,
            max_length=MAX_CHOICE_CHARS,
            auto_complete="off",
            class_name="input",
        ),
        rx.cond(
            NewPollState.boxes.length() > MIN_CHOICES,
            icon_button(
                "x",
                "Remove choice " + (index + 1).to_string(),
                on_click=NewPollState.remove_choice(box),
            ),
        ),
        key=box.to_string(),
        class_name="form-row",
    )


def _closing_time() -> rx.Component:
    """A time in the reader's zone. `actions.js` writes it into the hidden field as the same moment
    in UTC, which is what is sent."""
    return rx.el.div(
        field("Closes (optional)", "closes_local", type="datetime-local"),
        rx.el.input(type="hidden", name="closes_at"),
        custom_attrs={"data-local-time": "true"},
    )
