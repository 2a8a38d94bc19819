"""A poll in its message."""

import reflex as rx

from chatrooms.state.rows import ChoiceRow, PollRow


def poll_card(poll: rx.Var[PollRow]) -> rx.Component:
    """The question, and each choice with its bar and count."""
    return rx.el.div(
        rx.el.h3(poll.question),
        rx.foreach(poll.choices, _choice),
        role="group",
        aria_label="Poll: " + poll.question,
        class_name="poll",
    )


def _choice(choice: rx.Var[ChoiceRow]) -> rx.Component:
    return rx.el.div(
        rx.el.span(choice.text, class_name="grow"),
        rx.el.b(choice.count, custom_attrs={"data-testid": "poll-count"}),
        class_name="choice",
    )
