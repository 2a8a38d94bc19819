"""Where the person spends time: what pages tell of it, and what the person has kept of it."""

from typing import Any

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import visits
from chatrooms.state import caller
from chatrooms.state.session import SessionState


class VisitsState(rx.State):
    """Time spent in rooms. `visits.js` tells of it; the settings show how much is kept."""

    spent: str = ""
    """How much is kept, in words; empty if nothing is."""

    @rx.event
    async def load(self):
        """Read how much is kept."""
        found = await off_loop(visits.get_kept, caller.deps(), actor_id=await caller.actor_id(self))
        self.spent = _words(found) if found.visits else ""

    @rx.event
    async def report(self, form: dict[str, Any]):
        """The page tells how long, since it told last, a room was looked at."""
        tab = caller.tab(self)
        if tab is not None:
            caller.visits().report(
                tab,
                room_id=caller.number_in(form, "room_id"),
                seconds=caller.number_in(form, "seconds"),
                has_left=caller.text(form, "has_left") == "yes",
            )

    @rx.event
    async def keep(self, is_on: bool):
        """Have it recorded from now on, or no longer."""
        await off_loop(
            visits.set_kept,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            is_on=bool(is_on),
        )
        (await self.get_state(SessionState)).keeps_visits = bool(is_on)

    @rx.event
    async def forget(self):
        """Forget all of it."""
        await off_loop(visits.forget, caller.deps(), actor_id=await caller.actor_id(self))
        self.spent = ""


def _words(kept: visits.Kept) -> str:
    rooms = f"{kept.rooms} room" + ("s" if kept.rooms != 1 else "")
    return f"{_duration(kept.seconds)} in {rooms}"


def _duration(seconds: int) -> str:
    """A stretch of time in words: minutes, and hours if there are any."""
    if seconds < 60:
        return "less than a minute"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
