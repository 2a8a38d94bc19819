"""A person's face in the interface: initials on a colour of their own."""

import reflex as rx

from chatrooms.state.rows import PersonRow


def avatar(person: rx.Var[PersonRow], size: str = "") -> rx.Component:
    """Initials on the person's hue; decorative, for the name stands beside it. `size`: sm or xs."""
    return rx.el.span(
        person.initials,
        class_name=f"av {size}".strip(),
        aria_hidden="true",
        custom_attrs={"style": {"--hue": person.hue}},
    )
