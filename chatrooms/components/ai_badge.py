"""The sign of what a language model writes: an icon and a word, wherever its name stands."""

import reflex as rx

from chatrooms.components.controls import icon
from chatrooms.state.rows import PersonRow


def ai_badge(person: rx.Var[PersonRow]) -> rx.Component:
    """The sign beside the name of the assistant or the agent; nothing beside a person's."""
    return rx.cond(person.is_ai, ai_sign())


def ai_sign() -> rx.Component:
    """The sign itself."""
    return rx.el.small(icon("bot", 12), "AI", class_name="ai-badge", title="Written by an AI")
