"""What is quoted in the message being written."""

import reflex as rx

from chatrooms.components.controls import icon, icon_button


def quoting(
    author: rx.Var[str], text: rx.Var[str], *, on_cancel: rx.event.EventCallback
) -> rx.Component:
    """The line above a text box that tells which message will be quoted."""
    return rx.el.div(
        icon("quote", 14),
        rx.el.span("Quoting ", rx.el.b(author), rx.el.span(text, class_name="excerpt")),
        icon_button(
            "x", "Cancel quote", on_click=on_cancel, custom_attrs={"data-cancel-quote": "true"}
        ),
        class_name="replying",
    )
