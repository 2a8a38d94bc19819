"""The page of a room that one cannot see. The same for an absent and for a private room."""

import reflex as rx

from chatrooms.components.browser import current_path
from chatrooms.components.controls import button, empty_state, icon, skeleton
from chatrooms.state.room import RoomState
from chatrooms.state.sidebar import SidebarState


def room_unavailable() -> rx.Component:
    """Says that the room cannot be opened and lets one ask to join it. Opens as soon as one may."""
    return rx.cond(
        _is_among_my_rooms(),
        rx.el.div(skeleton(6), on_mount=RoomState.open_room),
        empty_state(
            "door-closed",
            "This room cannot be opened",
            "It does not exist, or it is private and you are not a member.",
            rx.cond(RoomState.has_asked, _asked(), _ask()),
        ),
    )


def _is_among_my_rooms() -> rx.Var[bool]:
    """True once somebody has let the person in: the side bar hears of it first."""
    return SidebarState.rooms.map(lambda room: "/rooms/" + room.slug).contains(current_path())


def _ask() -> rx.Component:
    return button("Request to join", on_click=RoomState.request_to_join)


def _asked() -> rx.Component:
    return rx.el.p(
        icon("circle-check"),
        rx.el.span("Request sent. If the room exists, its owners will see it."),
        role="status",
        class_name="note ok",
    )
