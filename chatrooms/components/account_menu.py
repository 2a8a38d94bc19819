"""Who one is, at the foot of the side bar: settings, light or dark, the way out."""

import reflex as rx
from reflex.style import color_mode, set_color_mode

from chatrooms.components.avatar import avatar, profile_path
from chatrooms.components.controls import icon
from chatrooms.state.session import SessionState

_MODES = {"system": ("monitor", "System"), "light": ("sun", "Light"), "dark": ("moon", "Dark")}


def account_menu() -> rx.Component:
    """The reader's name as a button that opens a menu."""
    me = SessionState.me
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(
            rx.el.button(
                avatar(me),
                rx.el.span(
                    rx.el.b(me.name, class_name="cut"),
                    rx.el.small("@", me.username, class_name="cut"),
                    class_name="grow cut stack",
                ),
                icon("chevrons-up-down", 14),
                type="button",
                class_name="me",
                aria_label="Account menu, " + me.name,
            )
        ),
        rx.dropdown_menu.content(
            rx.dropdown_menu.item(icon("user"), "Profile", on_select=rx.redirect(profile_path(me))),
            rx.dropdown_menu.item(icon("settings"), "Settings", on_select=rx.redirect("/settings")),
            rx.dropdown_menu.item(
                icon("keyboard"), "Keys", custom_attrs={"data-show-keys": "true"}
            ),
            rx.dropdown_menu.separator(),
            *(_mode_item(mode) for mode in _MODES),
            rx.dropdown_menu.separator(),
            rx.dropdown_menu.item(icon("log-out"), "Sign out", on_select=SessionState.sign_out),
            side="top",
            align="start",
            class_name="menu",
        ),
    )


def _mode_item(mode: str) -> rx.Component:
    icon_name, word = _MODES[mode]
    return rx.dropdown_menu.item(
        icon(icon_name),
        rx.el.span(f"{word} theme", class_name="grow"),
        rx.cond(color_mode == mode, icon("check")),
        on_select=set_color_mode(mode),
    )
