"""A public room as a card of the Discover page."""

import reflex as rx

from chatrooms.components.controls import button, icon, link, tags
from chatrooms.state.discover import DiscoverState
from chatrooms.state.rows import PublicRoomRow


def room_card(room: rx.Var[PublicRoomRow]) -> rx.Component:
    """Name, topic, description and size, with Join or Open."""
    return rx.el.article(
        rx.el.div(
            link(icon("hash", 16), room.name, to="/rooms/" + room.slug, class_name="card-title"),
            rx.cond(
                room.is_member,
                link("Open", to="/rooms/" + room.slug, class_name="btn btn-ghost sm"),
                button("Join", class_name="sm", on_click=DiscoverState.join(room.slug)),
            ),
            class_name="form-row between",
        ),
        rx.cond(room.topic != "", rx.el.p(room.topic, class_name="card-topic")),
        rx.cond(room.description != "", rx.el.p(room.description, class_name="card-text")),
        rx.el.footer(
            rx.el.span(icon("users", 14), room.member_count, class_name="with-icon"),
            tags(room.tags),
        ),
        aria_label=room.name,
        class_name="card",
        key=room.slug,
    )
