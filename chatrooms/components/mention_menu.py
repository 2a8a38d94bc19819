"""The menu of members that opens while one writes `@`. `mentions.js` places and steers it."""

import reflex as rx

from chatrooms.components.avatar import avatar
from chatrooms.state.mentions import MentionState
from chatrooms.state.rows import PersonRow

MENU_ID = "mention-menu"


def mention_menu() -> rx.Component:
    """The list, hidden until the script shows it, and the form with which it asks."""
    return rx.fragment(
        rx.el.ul(
            rx.foreach(MentionState.people, _person),
            id=MENU_ID,
            role="listbox",
            aria_label="People to mention",
            hidden=True,
            class_name="mention-menu",
            custom_attrs={"data-mentions": MentionState.query},
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="query"),
            on_submit=MentionState.search,
            hidden=True,
            custom_attrs={"data-mention-form": "true"},
        ),
    )


def _person(person: rx.Var[PersonRow]) -> rx.Component:
    return rx.el.li(
        avatar(person, size="sm"),
        rx.el.span(person.name, class_name="cut"),
        rx.el.small("@", person.username, class_name="cut"),
        role="option",
        id="mention-" + person.username,
        key=person.username,
        custom_attrs={"data-username": person.username, "aria-selected": "false"},
    )
