"""The page that lists public rooms."""

import reflex as rx

from chatrooms.components.controls import button, empty_state, search_field, skeleton
from chatrooms.components.room_card import room_card
from chatrooms.pages.frame import frame, page_head
from chatrooms.state.discover import DiscoverState


def discover_page() -> rx.Component:
    """Public rooms to search, look into and join."""
    return frame(
        page_head("Discover", "Public rooms: read first, join when you like"),
        rx.el.div(
            search_field("Find a room", DiscoverState.query, DiscoverState.search),
            rx.cond(
                DiscoverState.rooms.length() > 0,
                rx.el.div(rx.foreach(DiscoverState.rooms, room_card), class_name="cards"),
                rx.cond(DiscoverState.is_loaded, _nothing(), skeleton(5)),
            ),
            rx.cond(
                DiscoverState.has_more,
                button("Show more", kind="ghost", on_click=DiscoverState.load_more),
            ),
            class_name="scroll",
        ),
        name="discover",
    )


def _nothing() -> rx.Component:
    return rx.cond(
        DiscoverState.query != "",
        empty_state(
            "search-x",
            "No room matches",
            "Try another word of its name, topic, or one of its tags.",
        ),
        empty_state(
            "sprout", "No public rooms yet", "Be the first: open a room with the plus sign."
        ),
    )
