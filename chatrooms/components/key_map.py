"""The dialog that lists the keys. `keys.js` opens it with "?"."""

import reflex as rx

from chatrooms.components.controls import icon_button

_KEYS = {
    "Everywhere": (
        ("Ctrl K", "Go to a room or person"),
        ("/", "Search"),
        ("N", "Go to the next unread room"),
        ("F6", "Go to the next part of the page"),
        ("Esc", "Close or cancel; what you wrote is kept"),
        ("?", "Show this list"),
    ),
    "On a message in focus or under the pointer": (
        ("↑ ↓", "Go from message to message"),
        ("R", "Reply in its thread"),
        ("Q", "Quote"),
        ("E", "Edit, if it is yours"),
    ),
    "On the moderation page": (
        ("J K", "Next case, previous case"),
        ("A", "Keep, or lift a time-out or ban"),
        ("R", "Remove, or uphold a time-out or ban"),
        ("T", "Time the author out"),
        ("X", "Select"),
        ("Shift A", "Keep what is selected"),
        ("Shift R", "Remove what is selected"),
        ("U", "Undo"),
        ("/", "Filter the queue"),
    ),
    "While writing": (
        ("Enter", "Send"),
        ("Shift Enter", "Break the line"),
        ("↑", "Edit your last message, when the box is empty"),
        ("@", "Name somebody"),
    ),
}


def key_map() -> rx.Component:
    """The list of keys that work everywhere."""
    return rx.el.dialog(
        rx.el.form(
            rx.el.header(
                rx.el.h2("Keys", class_name="grow"),
                icon_button("x", "Close", custom_attrs={"data-close-dialog": "true"}),
                class_name="form-row",
            ),
            *(_section(title, keys) for title, keys in _KEYS.items()),
            rx.el.p("Single keys are off while you type. On a Mac, Ctrl is ⌘.", class_name="hint"),
            method="dialog",
        ),
        aria_label="Keys",
        class_name="key-map",
        custom_attrs={"data-key-map": "true"},
    )


def _section(title: str, keys: tuple[tuple[str, str], ...]) -> rx.Component:
    return rx.el.section(
        rx.el.h3(title),
        rx.el.dl(*(rx.el.div(rx.el.dt(_combination(k)), rx.el.dd(what)) for k, what in keys)),
    )


def _combination(keys: str) -> rx.Component:
    return rx.fragment(*(rx.el.kbd(key) for key in keys.split()))
