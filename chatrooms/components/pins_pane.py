"""The list of messages that are pinned in the open room."""

import reflex as rx

from chatrooms.components.controls import empty_state
from chatrooms.components.message_links import message_link
from chatrooms.components.pane import pane
from chatrooms.state.live import LiveState
from chatrooms.state.pins import PinsState
from chatrooms.state.room import RoomState


def pins_pane() -> rx.Component:
    """What is pinned, the last pinned first."""
    can_pin = RoomState.rights.can_pin & ~LiveState.room.is_archived
    return pane(
        "pins",
        "Pins",
        rx.cond(
            PinsState.pins.length() > 0,
            rx.el.ul(
                rx.foreach(
                    PinsState.pins,
                    lambda row: message_link(
                        row,
                        remove="Unpin",
                        on_remove=PinsState.set_pinned(row.id, False),
                        can_remove=can_pin,
                    ),
                ),
                aria_label="Pins",
                class_name="links",
            ),
            empty_state("pin", "Nothing is pinned", "Moderators pin what everybody should find."),
        ),
    )
