"""What everybody put on a message: its score and reactions."""

import reflex as rx

from chatrooms.components.controls import icon
from chatrooms.state.rows import MessageRow, ReactionRow


def message_marks(message: rx.Var[MessageRow]) -> rx.Component:
    """Score and reactions, if there are any."""
    return rx.cond(
        (message.score != 0) | (message.reactions.length() > 0),
        rx.el.div(
            rx.cond(message.score != 0, _score(message)),
            rx.foreach(message.reactions, _reaction),
            class_name="marks",
        ),
    )


def _score(message: rx.Var[MessageRow]) -> rx.Component:
    return rx.el.span(
        icon("arrow-big-up", 14),
        rx.el.span(message.score, custom_attrs={"data-testid": "score"}),
        class_name="mark",
    )


def _reaction(reaction: rx.Var[ReactionRow]) -> rx.Component:
    return rx.el.span(reaction.emoji, " ", reaction.count, title=reaction.people, class_name="mark")
