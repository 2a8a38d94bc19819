"""The bell: what the person was told and has not read."""

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import notifications
from chatrooms.state import caller


class NotificationsState(rx.State):
    """How many notifications wait."""

    unread_count: int = 0

    @rx.event
    async def load(self):
        """Count what waits; asked for again whenever something is told or read."""
        self.unread_count = await off_loop(
            notifications.count_unread, caller.deps(), actor_id=await caller.actor_id(self)
        )
