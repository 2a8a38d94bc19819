"""How moderation of the room of this address went."""

from datetime import timedelta

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import numbers
from chatrooms.state import caller, screens
from chatrooms.state.rows import DayRow


class NumbersState(rx.State):
    """Outcomes per day, and how well model and moderators agree."""

    days: list[DayRow] = []
    overturned: str = ""
    agreed: str = ""
    waited: str = ""

    @rx.event
    async def load(self):
        """Read them."""
        access = await screens.look_up(self, screens.slug_of(self))
        found = await off_loop(
            numbers.count, caller.deps(), actor_id=access.actor.id, room_id=access.room_id
        )
        self.days = [
            DayRow(
                day=each.day.isoformat(),
                approved=each.approved,
                waiting=each.waiting,
                flagged=each.flagged,
                removed=each.removed,
            )
            for each in found.days
        ]
        self.overturned = _share(found.overturned, found.removed)
        self.agreed = _share(found.agreed, found.compared)
        self.waited = _words(found.median_wait)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} ({part} of {whole})" if whole else "none yet"


def _words(wait: timedelta | None) -> str:
    if wait is None:
        return "none yet"
    seconds = round(wait.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7_200 else f"{seconds // 3_600} h"
