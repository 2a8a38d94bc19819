"""Who is writing right now."""

import reflex as rx

from chatrooms.state.rows import PersonRow
from chatrooms.state.session import SessionState


def typing_line(people: rx.Var[list[PersonRow]]) -> rx.Component:
    """Those of the people who are not oneself. Keeps its height, so that nothing moves."""
    others = people.length() - rx.cond(_am_among(people), 1, 0)
    return rx.el.div(
        rx.cond(
            others > 3,
            rx.el.span("Several people are typing"),
            rx.cond(
                others > 0,
                rx.el.span(
                    rx.foreach(people, _typist),
                    rx.cond(
                        others == 1,
                        rx.cond(_is_ai_among(people), " is writing a reply", " is typing"),
                        " are typing",
                    ),
                ),
            ),
        ),
        class_name="typing",
    )


def _is_ai_among(people: rx.Var[list[PersonRow]]) -> rx.Var[bool]:
    return people.map(lambda person: person.is_ai).contains(True)


def _am_among(people: rx.Var[list[PersonRow]]) -> rx.Var[bool]:
    return people.map(lambda person: person.id).contains(SessionState.me.id)


def _typist(person: rx.Var[PersonRow]) -> rx.Component:
    return rx.cond(person.id != SessionState.me.id, rx.el.b(person.name))
