"""The first page: my rooms, or how to find the first one."""

import reflex as rx

from chatrooms.components.browser import here
from chatrooms.components.controls import button, empty_state, icon, link, skeleton
from chatrooms.components.recommended import interest_chooser, recommended
from chatrooms.components.room_header import room_sign
from chatrooms.components.unread import is_unread, muted_sign, unread_pills
from chatrooms.pages.frame import frame, page_head
from chatrooms.state.new_room import NewRoomState
from chatrooms.state.recommended import InterestsState
from chatrooms.state.rows import RoomLink
from chatrooms.state.session import SessionState
from chatrooms.state.sidebar import SidebarState


def home_page() -> rx.Component:
    """My rooms as cards, a welcome when there are none, and rooms to go to next."""
    return frame(
        page_head("Home", "Your rooms"),
        rx.el.div(
            rx.cond(
                SidebarState.rooms.length() > 0,
                rx.el.div(rx.foreach(SidebarState.rooms, _room), class_name="cards"),
                rx.cond(SidebarState.is_loaded, _welcome(), skeleton(4)),
            ),
            recommended(),
            class_name="scroll",
        ),
        name="home",
    )


def _welcome() -> rx.Component:
    return rx.el.div(
        empty_state(
            "message-circle",
            "Welcome, " + SessionState.me.name,
            "Find a room where people talk about what you care about, or open one of your own.",
            link(icon("compass"), "Discover rooms", to="/discover", class_name="btn btn-solid"),
            button(icon("plus"), "Start a room", kind="ghost", on_click=NewRoomState.show(here())),
        ),
        rx.cond(
            InterestsState.subjects.length() > 0,
            rx.el.section(
                rx.el.h2("What are you interested in?"),
                interest_chooser(),
                aria_label="What are you interested in?",
                class_name="first-interests",
            ),
        ),
        class_name="first",
    )


def _room(room: rx.Var[RoomLink]) -> rx.Component:
    return link(
        room_sign(room.is_private),
        rx.el.span(
            rx.el.b(room.name, class_name="cut"),
            rx.el.small(room.topic, class_name="cut"),
            class_name="stack grow",
        ),
        rx.cond(room.is_archived, rx.el.small("archived")),
        muted_sign(room),
        unread_pills(room),
        icon("chevron-right"),
        to="/rooms/" + room.slug,
        class_name="card card-link",
        custom_attrs={
            "data-unread": rx.cond(is_unread(room), "true", "false"),
            "data-notify": room.notify,
        },
        key=room.slug,
    )
