"""How long the open room keeps messages."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.services import retention
from chatrooms.state import caller, on_screen


class RetentionState(rx.State):
    """The form in which owners choose it, with what that would delete."""

    older: int = 0
    """How many messages go with what is typed."""
    is_changed: bool = False
    error: str = ""
    message: str = ""

    @rx.event
    def begin(self):
        """Show the form as the room stands."""
        self.older, self.is_changed = 0, False
        self.error = self.message = ""

    @rx.event
    async def count(self, typed: str):
        """Tell what the typed number of days would delete."""
        self.error = self.message = ""
        self.older, self.is_changed = 0, True
        _, room = on_screen.screen(self)
        try:
            days = _days(typed)
            if days is not None:
                self.older = await off_loop(
                    retention.count_older,
                    caller.deps(),
                    actor_id=await caller.actor_id(self),
                    room_id=room.room_id,
                    days=days,
                )
        except ChatError as error:
            self.error = str(error)

    @rx.event
    async def save(self, form: dict[str, Any]):
        """Have the room keep messages so long; older ones go."""
        self.error = self.message = ""
        _, room = on_screen.screen(self)
        try:
            await off_loop(
                retention.set_keep_days,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
                days=_days(caller.text(form, "keep_days")),
            )
        except ChatError as error:
            self.error = str(error)
            return
        self.message = "Saved. Older messages are gone within minutes." if self.older else "Saved."
        self.older, self.is_changed = 0, False


def _days(typed: object) -> int | None:
    """The number of days in a field; None, for ever, if it is empty. What is no number is 0, which
    no room may choose."""
    return caller.number(typed) if str(typed).strip() else None
