"""The page for an address that leads nowhere."""

import reflex as rx

from chatrooms.components.controls import link
from chatrooms.pages.frame import sheet


def not_found_page() -> rx.Component:
    """Says so, and shows the way home."""
    return sheet(
        "Nothing here",
        rx.el.p("This address leads nowhere.", class_name="muted"),
        link("Go to your rooms", to="/", class_name="btn btn-solid full"),
    )
