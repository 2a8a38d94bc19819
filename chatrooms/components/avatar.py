"""A person's face in the interface: a picture, or initials on a colour of their own."""

import reflex as rx

from chatrooms.components.controls import link
from chatrooms.state.rows import PersonRow


def avatar(person: rx.Var[PersonRow], size: str = "") -> rx.Component:
    """The person's picture, or initials on the person's hue; decorative, for the name stands
    beside it. `size`: lg, sm or xs."""
    return rx.el.span(
        rx.cond(
            person.avatar != "",
            rx.el.img(src=person.avatar, alt="", loading="lazy"),
            person.initials,
        ),
        # A class that depends on the person has Reflex see that the element does: it does not look
        # into `custom_attrs`.
        class_name=rx.cond(person.avatar != "", f"av {size} pictured", f"av {size}"),
        aria_hidden="true",
        custom_attrs={"style": {"--hue": person.hue}},
    )


def face_link(person: rx.Var[PersonRow], size: str = "") -> rx.Component:
    """The face as a link to the person's page, for the pointer alone: the name beside it is one for
    everybody."""
    return link(
        avatar(person, size),
        to=profile_path(person),
        class_name="face",
        tab_index=-1,
        aria_hidden="true",
    )


def name_link(person: rx.Var[PersonRow], **props) -> rx.Component:
    """The person's name as a link to the person's page."""
    return link(person.name, to=profile_path(person), class_name="name", **props)


def profile_path(person: rx.Var[PersonRow]) -> rx.Var[str]:
    """The address of the person's page."""
    return "/people/" + person.username
