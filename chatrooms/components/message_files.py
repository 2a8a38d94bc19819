"""The files of a message."""

import reflex as rx

from chatrooms.components.controls import icon
from chatrooms.state.rows import FileRow


def message_file(file: rx.Var[FileRow]) -> rx.Component:
    """One file: its name and size."""
    return rx.el.span(icon("paperclip", 14), file.name, " ", rx.el.small(file.size))
