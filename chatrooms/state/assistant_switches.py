"""Turning the assistant off: for a room, and for oneself."""

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import rooms
from chatrooms.services.ai import hiding
from chatrooms.state import caller, on_screen
from chatrooms.state.session import SessionState


class AssistantSwitchesState(rx.State):
    """Both switches; what they stand at is in the room's facts and in who is signed in."""

    @rx.event
    async def hide(self, is_hidden: bool):
        """See nothing of the assistant in any room, or see it again."""
        await off_loop(
            hiding.set_hidden,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            is_hidden=bool(is_hidden),
        )
        (await self.get_state(SessionState)).hides_assistant = bool(is_hidden)

    @rx.event
    async def turn(self, is_on: bool):
        """Let a language model read the open room, or not any more."""
        _, room = on_screen.screen(self)
        await off_loop(
            rooms.set_assistant,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room.room_id,
            is_on=bool(is_on),
        )
