"""The three panes that every page behind the sign-in shares, and the sheet of those before it."""

import reflex as rx

from chatrooms.components.connection import connection_banner
from chatrooms.components.controls import back_link, icon, link
from chatrooms.components.draft_controls import draft_controls
from chatrooms.components.key_map import key_map
from chatrooms.components.new_room import new_room_dialog
from chatrooms.components.notifications import notifications_pane
from chatrooms.components.saved_pane import saved_pane
from chatrooms.components.sidebar import logo, sidebar
from chatrooms.components.switcher import switcher
from chatrooms.components.threads_pane import threads_pane
from chatrooms.components.visits import visit_reports
from chatrooms.state.session import SessionState


def frame(
    *middle: rx.Component, right: rx.Component | None = None, name: str = "page"
) -> rx.Component:
    """Side bar, `middle`, and `right` if given. `name` tells the style sheet which page it is."""
    me = SessionState.me
    return rx.el.div(
        rx.cond(
            SessionState.is_signed_in,
            rx.el.div(
                sidebar(),
                rx.el.main(
                    connection_banner(),
                    *middle,
                    class_name="mid",
                    tab_index=-1,
                    custom_attrs={"data-region": "main"},
                ),
                right or rx.fragment(),
                threads_pane(),
                saved_pane(),
                notifications_pane(),
                new_room_dialog(),
                key_map(),
                switcher(),
                draft_controls(),
                visit_reports(),
                class_name="app",
                custom_attrs={
                    "data-page": name,
                    "data-me": me.id,
                    "data-me-name": me.name,
                    "data-me-initials": me.initials,
                    "data-me-hue": me.hue,
                    "data-me-avatar": me.avatar,
                },
            ),
            rx.el.div(connection_banner(), class_name="app-loading"),
        ),
    )


def page_head(title: str, text: str, *more: rx.Component) -> rx.Component:
    """The heading of a page without a room, with the way back on a phone; at its end, `more`."""
    return rx.el.header(
        back_link(),
        rx.el.div(rx.el.h1(title), rx.el.p(text, class_name="cut"), class_name="grow cut"),
        *more,
        class_name="pane-head",
    )


def room_page_head(
    title: str, *more: rx.Component, slug: rx.Var[str], room_name: rx.Var[str]
) -> rx.Component:
    """The heading of a page about a room, with the way back to it; at its end, `more`."""
    return rx.el.header(
        link(
            icon("arrow-left", 18),
            to="/rooms/" + slug,
            class_name="icon-btn",
            aria_label="Back to the room",
        ),
        rx.el.div(rx.el.h1(title), rx.el.p(room_name, class_name="cut"), class_name="grow cut"),
        *more,
        class_name="pane-head",
    )


def bare_head() -> rx.Component:
    """Only the way back, and only on a phone: for pages that speak for themselves."""
    return rx.el.header(back_link(), class_name="pane-head room-head bare")


def sheet(title: str | rx.Var[str], *children: rx.Component) -> rx.Component:
    """A centred card for pages that need no side bar."""
    return rx.el.div(
        connection_banner(),
        rx.el.main(
            rx.el.div(logo(), rx.el.b("Chatrooms"), class_name="brand"),
            rx.el.h1(title),
            *children,
            class_name="sheet",
        ),
        class_name="sheet-page",
    )
