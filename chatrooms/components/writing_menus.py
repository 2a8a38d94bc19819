"""What opens while one writes `@` or `:`. `menus.js` places and steers it."""

import reflex as rx

from chatrooms.components.ai_badge import ai_badge
from chatrooms.components.avatar import avatar
from chatrooms.state.emojis import EmojiState
from chatrooms.state.mentions import MentionState
from chatrooms.state.rows import EmojiRow, PersonRow


def writing_menus() -> rx.Component:
    """The lists, hidden until the script shows one, and the forms with which it asks."""
    return rx.fragment(
        _menu(
            "people",
            "People to mention",
            rx.foreach(MentionState.people, _person),
            query=MentionState.query,
            search=MentionState.search,
        ),
        _menu(
            "emoji",
            "Emoji to insert",
            rx.foreach(EmojiState.found, _emoji),
            query=EmojiState.query,
            search=EmojiState.search,
        ),
    )


def _menu(
    name: str,
    label: str,
    options: rx.Component,
    *,
    query: rx.Var[str],
    search: rx.EventHandler,
) -> rx.Component:
    return rx.fragment(
        rx.el.ul(
            options,
            id=f"{name}-menu",
            role="listbox",
            aria_label=label,
            hidden=True,
            class_name="writing-menu",
            custom_attrs={"data-menu": name, "data-offers": query},
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="query"),
            on_submit=search,
            hidden=True,
            custom_attrs={"data-menu-form": name},
        ),
    )


def _person(person: rx.Var[PersonRow]) -> rx.Component:
    return _option(
        avatar(person, size="sm"),
        rx.el.span(person.name, class_name="cut"),
        ai_badge(person),
        rx.el.small("@", person.username, class_name="cut"),
        key="mention-" + person.username,
        value=person.username,
    )


def _emoji(emoji: rx.Var[EmojiRow]) -> rx.Component:
    return _option(
        rx.el.span(emoji.symbol, class_name="emoji"),
        rx.el.span(":", emoji.shortcode, ":", class_name="cut"),
        key="emoji-" + emoji.shortcode,
        value=emoji.symbol,
    )


def _option(*children: rx.Component, key: rx.Var[str], value: rx.Var[str]) -> rx.Component:
    return rx.el.li(
        *children,
        role="option",
        id=key,
        key=key,
        custom_attrs={"data-value": value, "aria-selected": "false"},
    )
