"""What the person wants to hear: of the open room, and at which hours."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, InvalidInput
from chatrooms.live.offload import off_loop
from chatrooms.services import hearing
from chatrooms.state import caller, screens


class HearingState(rx.State):
    """The choice in the room's info pane, and the do-not-disturb hours of the settings."""

    error: str = ""
    message: str = ""

    @rx.event
    async def choose(self, notify: str):
        """Hear all, mentions or nothing of the open room."""
        access = await screens.look_up(self, screens.slug_of(self))
        await off_loop(
            hearing.set_notify,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
            notify=str(notify),
        )

    @rx.event
    async def save_hours(self, form: dict[str, Any]):
        """Store the do-not-disturb hours, or say what is wrong with them."""
        self.error = self.message = ""
        try:
            await off_loop(
                hearing.set_quiet_hours,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                begin=_minute(caller.text(form, "begin")),
                end=_minute(caller.text(form, "end")),
                timezone=caller.text(form, "timezone"),
            )
        except ChatError as error:
            self.error = str(error)
            return
        self.message = "Saved."


def _minute(time: str) -> int | None:
    """A time such as 22:30 in minutes after midnight; none for an empty one."""
    if not time:
        return None
    hour, _, minute = time[:5].partition(":")
    if not (hour.isascii() and hour.isdecimal() and minute.isascii() and minute.isdecimal()):
        raise InvalidInput("That is no time of the day, such as 22:30.")
    return int(hour) * 60 + int(minute)
