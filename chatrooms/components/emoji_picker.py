"""Choosing an emoji: a row of usual ones, and all of them below. The browser loads the full picker
when somebody opens it for the first time; it uses the system's own emoji and asks no other host."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex_base.components.component import NoSSRComponent, field
from reflex_base.vars.base import Var

from chatrooms.components.browser import function
from chatrooms.components.controls import icon_button
from chatrooms.services.emojis import emoji_name
from chatrooms.state.marks import MarksState

USUAL = ("👍", "❤️", "😂", "🎉", "😮", "👀")

Chosen = Callable[[Any], list[Any]]
"""The events of an emoji being chosen."""


def _picked(data: Var[dict[str, str]], _event: Var[Any]) -> list[Var[Any]]:
    return [data["emoji"]]


class FullPicker(NoSSRComponent):
    """The picker with search, categories and skin tones."""

    library = "emoji-picker-react@5.1.4"
    tag = "FullPicker"
    is_default = True

    emoji_style: Var[str] = field(doc="Whose pictures of emoji are shown.")
    color_scheme: Var[str] = field(doc="Light or dark.")
    width: Var[str] = field(doc="As in a style sheet.")
    height: Var[int] = field(doc="Pixels.")
    preview_config: Var[dict[str, bool]] = field(doc="Whether there is a line about the emoji.")
    search_placeholder: Var[str] = field(doc="The search box while it is empty.")
    on_emoji_click: rx.EventHandler[_picked] = field(doc="An emoji was chosen.")


@rx.memo
def react_button(message_id: rx.Var[int]) -> rx.Component:
    """The button "React" of a message and what it opens."""

    def put_on(emoji: Any) -> list[Any]:
        return [MarksState.react(message_id, emoji, True), _close()]

    button = icon_button("smile-plus", "React", custom_attrs={"data-action": "react"})
    return _popover(button, put_on)


@rx.memo
def insert_emoji_button() -> rx.Component:
    """The composer's button for an emoji in the text, at the place of writing."""

    def insert(emoji: Any) -> list[Any]:
        return [rx.call_function(function("insertEmoji").partial(emoji)), _close()]

    button = icon_button("smile", "Insert emoji")
    back = rx.call_function(function("backToWriting"))
    return _popover(button, insert, on_close_auto_focus=back)


def _popover(trigger: rx.Component, chosen: Chosen, **props: Any) -> rx.Component:
    """What `trigger` opens: a row of usual emoji, and the full picker."""
    return rx.popover.root(
        rx.popover.trigger(trigger),
        rx.popover.content(
            rx.el.div(
                *(_usual(emoji, chosen) for emoji in USUAL),
                role="group",
                aria_label="Usual emoji",
                class_name="usual-emoji",
            ),
            FullPicker.create(
                emoji_style="native",
                color_scheme=rx.color_mode_cond("light", "dark"),
                width="100%",
                height=340,
                preview_config={"showPreview": False},
                search_placeholder="Search emoji",
                on_emoji_click=chosen,
            ),
            rx.popover.close(
                rx.el.button(
                    type="button",
                    hidden=True,
                    tab_index=-1,
                    custom_attrs={"data-close-picker": "true"},
                )
            ),
            class_name="emoji-popover",
            aria_label="Choose an emoji",
            side="top",
            align="end",
            **props,
        ),
    )


def _usual(emoji: str, chosen: Chosen) -> rx.Component:
    return rx.el.button(
        emoji,
        type="button",
        aria_label=emoji_name(emoji),
        on_click=chosen(emoji),
        class_name="icon-btn",
    )


def _close() -> rx.event.EventSpec:
    return rx.call_function(function("closePicker"))
