"""The left pane: my rooms, the ways to other pages, and my account."""

import reflex as rx

from chatrooms.components.account_menu import account_menu
from chatrooms.components.browser import current_path, here
from chatrooms.components.controls import icon, icon_button, link, skeleton
from chatrooms.components.notifications import bell
from chatrooms.components.room_header import room_sign
from chatrooms.components.search_box import search_box
from chatrooms.components.unread import is_unread, muted_sign, unread_count, unread_pills
from chatrooms.services.moderation.queue import MANY
from chatrooms.state.desk import DeskState
from chatrooms.state.drafts import DraftsState
from chatrooms.state.live import ReaderState
from chatrooms.state.new_room import NewRoomState
from chatrooms.state.pane import PaneState
from chatrooms.state.rows import RoomLink
from chatrooms.state.saved import SavedState
from chatrooms.state.session import SessionState
from chatrooms.state.sidebar import SidebarState
from chatrooms.state.threads import ThreadsState


def sidebar() -> rx.Component:
    """My rooms and everything that is one click away from every page."""
    return rx.el.nav(
        rx.el.div(
            link(logo(), rx.el.b("Chatrooms"), to="/", class_name="brand"),
            bell(),
            class_name="side-head",
        ),
        search_box(_switcher_button()),
        rx.el.div(
            _pane_button(
                "messages-square",
                "Threads",
                "threads",
                ThreadsState.show,
                unread=ThreadsState.unread_count,
            ),
            _pane_button("bookmark", "Saved messages", "saved", SavedState.show),
            rx.cond(ReaderState.unread.length() > 0, _unread_rooms()),
            rx.el.div(
                rx.el.h2("Rooms"),
                icon_button("plus", "New room", on_click=NewRoomState.show(here())),
                class_name="side-title",
            ),
            _rooms(),
            rx.el.div(rx.el.h2("More"), class_name="side-title"),
            _page_link("compass", "Discover", "/discover"),
            rx.cond(DeskState.waiting >= 0, _moderation_link()),
            rx.cond(SessionState.is_admin, _page_link("shield-check", "Administration", "/admin")),
            class_name="side-scroll",
        ),
        account_menu(),
        class_name="side",
        aria_label="Rooms and pages",
        custom_attrs={"data-region": "rooms"},
    )


def _switcher_button() -> rx.Component:
    return rx.el.button(
        rx.el.kbd("Ctrl K"),
        icon("arrow-right-left", 18),
        type="button",
        aria_label="Go to room or person",
        title="Go to room or person",
        class_name="switcher-btn",
        custom_attrs={"data-open-switcher": "true"},
    )


def logo() -> rx.Component:
    """The product's mark."""
    return rx.el.img(src="/favicon.svg", alt="", class_name="logo")


def _unread_rooms() -> rx.Component:
    def row(room: rx.Var[RoomLink]) -> rx.Component:
        return rx.cond(is_unread(room), _room(room))

    return rx.fragment(
        rx.el.div(rx.el.h2("Unread"), class_name="side-title"),
        rx.el.ul(rx.foreach(SidebarState.rooms, row), aria_label="Unread rooms"),
    )


def _rooms() -> rx.Component:
    def row(room: rx.Var[RoomLink]) -> rx.Component:
        return rx.cond(is_unread(room), rx.fragment(), _room(room))

    return rx.cond(
        SidebarState.rooms.length() > 0,
        rx.el.ul(rx.foreach(SidebarState.rooms, row), aria_label="My rooms"),
        rx.cond(
            SidebarState.is_loaded,
            rx.fragment(
                rx.el.p("Rooms you join appear here.", class_name="side-note"),
                link(
                    icon("compass"),
                    "Discover rooms",
                    to="/discover",
                    class_name="btn btn-solid narrow",
                ),
            ),
            skeleton(4),
        ),
    )


def _room(room: rx.Var[RoomLink]) -> rx.Component:
    return rx.el.li(
        _row(
            room_sign(room.is_private, 15),
            rx.el.span(room.name, class_name="cut"),
            rx.cond(DraftsState.rooms.contains(room.slug), _draft_sign()),
            rx.cond(room.is_archived, rx.el.small("archived")),
            muted_sign(room),
            unread_pills(room),
            to="/rooms/" + room.slug,
            is_unread=is_unread(room),
            notify=room.notify,
            count=unread_count(room),
        ),
        key=room.slug,
    )


def _draft_sign() -> rx.Component:
    return rx.el.span(
        icon("pencil", 12),
        rx.el.span("draft", class_name="sr-only"),
        title="You began to write here",
        class_name="draft-sign",
    )


def _page_link(icon_name: str, word: str, path: str) -> rx.Component:
    return _row(rx.el.span(icon(icon_name, 15)), rx.el.span(word), to=path)


def _moderation_link() -> rx.Component:
    waiting = DeskState.waiting
    shown = rx.cond(waiting >= MANY, f"{MANY}+", waiting.to_string())
    return _row(
        rx.el.span(icon("gavel", 15)),
        rx.el.span("Moderation"),
        rx.cond(
            waiting > 0,
            rx.el.span(shown, rx.el.span(" waiting", class_name="sr-only"), class_name="pill"),
        ),
        to="/moderation",
    )


def _pane_button(
    icon_name: str,
    word: str,
    pane: str,
    show: rx.EventHandler,
    unread: rx.Var[int] | None = None,
) -> rx.Component:
    is_open = PaneState.name == pane
    badge = (
        rx.cond(unread > 0, rx.el.span(unread, class_name="badge")) if unread is not None else ""
    )
    name = (
        rx.cond(unread > 0, word + ", " + unread.to_string() + " unread", word)
        if unread is not None
        else word
    )
    return rx.el.button(
        rx.el.span(icon(icon_name, 15)),
        rx.el.span(word, class_name="cut grow"),
        badge,
        type="button",
        aria_label=name,
        aria_expanded=is_open,
        class_name="row",
        on_click=rx.cond(is_open, PaneState.close(), show()),
    )


def _row(
    *children: rx.Component,
    to: str | rx.Var[str],
    is_unread: bool | rx.Var[bool] = False,
    notify: str | rx.Var[str] = "",
    count: int | rx.Var[int] = 0,
) -> rx.Component:
    is_here = current_path() == to
    return link(
        *children,
        to=to,
        class_name="row",
        custom_attrs={
            "aria-current": rx.cond(is_here, "page", "false"),
            "data-unread": rx.cond(is_unread, "true", "false"),
            "data-notify": notify,
            "data-count": count,
        },
    )
