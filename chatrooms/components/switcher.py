"""The room switcher, opened with Ctrl or Cmd and K: type a few letters, press Enter."""

import reflex as rx

from chatrooms.components.avatar import avatar, profile_path
from chatrooms.components.controls import icon
from chatrooms.components.room_header import room_sign
from chatrooms.state.rows import PersonRow, PlaceRow
from chatrooms.state.switcher import SwitcherState

_LIST_ID = "switcher-list"


def switcher() -> rx.Component:
    """A dialog with a combobox; `switcher.js` opens it and moves in its list."""
    return rx.el.dialog(
        rx.el.div(
            icon("search"),
            rx.el.input(
                type="text",
                role="combobox",
                aria_label="Go to room or person",
                aria_expanded=True,
                aria_autocomplete="list",
                aria_controls=_LIST_ID,
                placeholder="Go to room or person",
                auto_complete="off",
                spell_check=False,
                on_change=SwitcherState.search.debounce(80),  # milliseconds
                custom_attrs={"data-switcher-input": "true"},
            ),
            rx.el.kbd("Esc"),
            class_name="find",
        ),
        rx.el.ul(
            rx.foreach(SwitcherState.places, _place),
            rx.foreach(SwitcherState.people, _person),
            id=_LIST_ID,
            role="listbox",
            aria_label="Rooms and people",
            custom_attrs={"data-listed-for": SwitcherState.query},
        ),
        rx.cond(
            SwitcherState.places.length() + SwitcherState.people.length() == 0,
            rx.el.p(
                rx.cond(SwitcherState.query == "", "No rooms yet", "Nothing fits"),
                role="status",
                class_name="side-note",
            ),
        ),
        rx.el.button(
            type="button",
            hidden=True,
            on_click=SwitcherState.search(""),
            custom_attrs={"data-press": "list-places"},
        ),
        aria_label="Room switcher",
        class_name="switcher",
        custom_attrs={"data-switcher": "true"},
    )


def _person(person: rx.Var[PersonRow], index: rx.Var[int]) -> rx.Component:
    return rx.el.li(
        avatar(person, "xs"),
        rx.el.span(person.name, class_name="cut place-name"),
        rx.el.small("@", person.username, class_name="cut grow"),
        id="switcher-person-" + index.to_string(),
        role="option",
        on_click=rx.redirect(profile_path(person)),
        custom_attrs={"data-path": profile_path(person)},
        class_name="row",
        key=person.username,
    )


def _place(place: rx.Var[PlaceRow], index: rx.Var[int]) -> rx.Component:
    return rx.el.li(
        room_sign(place.is_private, 15),
        rx.el.span(place.name, class_name="cut place-name"),
        rx.el.small(place.topic, class_name="cut grow"),
        rx.cond(place.is_archived, rx.el.small("archived")),
        rx.cond(~place.is_mine, rx.el.small("not joined")),
        rx.cond(
            place.unread > 0,
            rx.el.span(
                place.unread, rx.el.span(" unread", class_name="sr-only"), class_name="pill"
            ),
        ),
        id="switcher-" + index.to_string(),
        role="option",
        on_click=rx.redirect(place.path),
        custom_attrs={"data-path": place.path},
        class_name="row",
        key=place.path,
    )
