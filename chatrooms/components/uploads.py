"""Files on their way into a message. `uploads.js` fills the list and sends the files."""

import reflex as rx

from chatrooms.components.controls import icon_button


def attach_button() -> rx.Component:
    """Asks the browser for files."""
    return icon_button("paperclip", "Attach files", custom_attrs={"data-attach": "true"})


def upload_list(whose: str | rx.Var[str] = "") -> rx.Component:
    """The files of one text box; takes no room while there are none. Inside an element of the
    class `composer`; `whose` tells several text boxes of one room apart."""
    return rx.el.ul(
        class_name="uploads", aria_label="Files to send", custom_attrs={"data-files": whose}
    )
