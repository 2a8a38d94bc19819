"""Texts in which it is marked what moderation found, or what was looked for."""

import reflex as rx

from chatrooms.components.controls import icon
from chatrooms.state.rows import ChoiceTextRow, SegmentRow


def segment(piece: rx.Var[SegmentRow]) -> rx.Component:
    """A piece of a text."""
    return rx.cond(piece.is_marked, rx.el.mark(piece.text), rx.el.span(piece.text))


def poll_line(choices: rx.Component | rx.Var[str]) -> rx.Component:
    """That a message is a poll, and what it offers, where there is room for little."""
    return rx.el.span(icon("chart-bar-big", 12), rx.el.b("Poll: "), choices, class_name="poll-line")


def offered(choices: rx.Var[list[ChoiceTextRow]]) -> rx.Component:
    """What a poll offers, where nobody votes; nothing without a poll."""

    def choice(row: rx.Var[ChoiceTextRow]) -> rx.Component:
        return rx.el.li(rx.foreach(row.segments, segment))

    return rx.cond(
        choices.length() > 0,
        rx.el.ul(
            rx.foreach(choices, choice),
            aria_label="Choices of the poll",
            class_name="offered",
        ),
    )
