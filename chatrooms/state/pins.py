"""The open room's pinned messages."""

import reflex as rx

from chatrooms.domain.errors import RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services import pins
from chatrooms.state import caller, on_screen, pane
from chatrooms.state.links import link_row
from chatrooms.state.rows import MessageLinkRow


class PinsState(rx.State):
    """What is pinned in the open room."""

    pins: list[MessageLinkRow] = []

    @rx.event
    async def load(self):
        """Read the pins; asked for again whenever one of them changes."""
        try:
            _, room = on_screen.screen(self)
            found = await off_loop(
                pins.list_pins,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
            )
        except RoomUnavailable:
            # The room's own page says so.
            found = []
        caller.put(self, pins=[link_row(each) for each in found])

    @rx.event
    async def show(self):
        """Open the pane that lists the pins."""
        await pane.switch(self, "pins")
        return PinsState.load

    @rx.event
    async def set_pinned(self, message_id: int, is_pinned: bool):
        """Pin a message for everybody, or take its pin off."""
        _, room = on_screen.screen(self)
        await off_loop(
            pins.set_pinned,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room.room_id,
            message_id=caller.number(message_id),
            is_pinned=bool(is_pinned),
        )
