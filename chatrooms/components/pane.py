"""The frame that all panes at the right share: title, tools, a way to close it."""

from typing import Any

import reflex as rx

from chatrooms.components.controls import icon_button
from chatrooms.state.live import LiveState
from chatrooms.state.pane import PaneState


def pane(
    name: str,
    title: str,
    *body: rx.Component,
    tools: tuple[rx.Component, ...] = (),
    role: str = "region",
    class_name: str = "pane-body",
    attributes: dict[str, Any] | None = None,
) -> rx.Component:
    """A pane that is on the page while `PaneState` names it. `tools` stand beside the title."""
    return rx.cond(
        PaneState.name == name,
        rx.el.aside(
            rx.el.header(
                rx.el.h2(title, class_name="grow cut"),
                *tools,
                icon_button(
                    "x",
                    f"Close {title[0].lower()}{title[1:]}",
                    on_click=PaneState.close,
                    custom_attrs={"data-close-pane": "true"},
                ),
                class_name="pane-head",
            ),
            rx.el.div(*body, class_name=class_name),
            role=role,
            class_name="right",
            aria_label=title,
            tab_index=-1,
            custom_attrs={"data-pane": name, **(attributes or {})},
        ),
    )


def is_of_open_room(room_id: int | rx.Var[int]) -> rx.Var[bool]:
    """Whether what a pane holds belongs to the open room: the page shows a room before the pane was
    loaded for it."""
    held = rx.Var.create(room_id).to(int)
    return (held != 0) & (held == LiveState.room.id)
