"""Who is in the room right now."""

import reflex as rx

from chatrooms.components.avatar import avatar, face_link, name_link
from chatrooms.state.live import LiveState
from chatrooms.state.rows import PersonRow


def online_faces() -> rx.Component:
    """The first faces of the people online in a row; all of them for assistive technology."""
    return rx.el.ul(
        rx.foreach(LiveState.online, _face), class_name="faces", aria_label="People online"
    )


def online_people() -> rx.Component:
    """The people online with their names, for the info pane."""
    return rx.el.ul(
        rx.foreach(LiveState.online, _person), class_name="people", aria_label="People online"
    )


def _face(person: rx.Var[PersonRow]) -> rx.Component:
    return rx.el.li(
        avatar(person, "xs"),
        rx.el.span(person.name, class_name="sr-only"),
        title=person.name,
        key=person.id.to_string(),
    )


def _person(person: rx.Var[PersonRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(face_link(person, "sm"), class_name="with-dot"),
        rx.el.span(name_link(person), class_name="cut"),
        key=person.id.to_string(),
        class_name="person",
    )
