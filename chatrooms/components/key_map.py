"""The dialog that lists the keys. `keys.js` opens it with "?"."""

import reflex as rx

from chatrooms.components.controls import icon_button

_KEYS = (
    ("Enter", "Send the message"),
    ("Shift + Enter", "Break the line"),
    ("↑", "Edit your last message, when the box is empty"),
    ("R", "Reply to the message under the pointer or in focus"),
    ("E", "Edit it, if it is yours"),
    ("N", "Go to the next unread room"),
    ("↑ ↓", "Go from message to message, in the list"),
    ("Esc", "Close or cancel; what you wrote is kept"),
    ("F6", "Go to the next region of the page"),
    ("?", "Show this list"),
)


def key_map() -> rx.Component:
    """The list of keys that work everywhere."""
    return rx.el.dialog(
        rx.el.form(
            rx.el.header(
                rx.el.h2("Keys", class_name="grow"),
                icon_button("x", "Close", custom_attrs={"data-close-dialog": "true"}),
                class_name="form-row",
            ),
            rx.el.dl(
                *(rx.el.div(rx.el.dt(rx.el.kbd(key)), rx.el.dd(meaning)) for key, meaning in _KEYS)
            ),
            method="dialog",
        ),
        aria_label="Keys",
        class_name="key-map",
        custom_attrs={"data-key-map": "true"},
    )
