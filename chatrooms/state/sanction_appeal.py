"""Appealing against an own time-out or ban, from the bell, which is there also for the banned."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import sanction_appeals
from chatrooms.state import caller, notifications, screens
from chatrooms.state.notifications import NotificationsState


class SanctionAppealState(rx.State):
    """The appeal that is being written."""

    appealing_id: int = 0
    """The sanction that it is against; 0 for none."""
    error: str = ""

    @rx.event
    def start(self, sanction_id: int):
        """Show the text box."""
        self.appealing_id, self.error = caller.number(sanction_id), ""

    @rx.event
    def stop(self):
        """Close the text box."""
        self.appealing_id, self.error = 0, ""

    @rx.event
    async def send(self, form: dict[str, Any]):
        """Ask that somebody else looks at the sanction, or say in the form why not."""
        try:
            await off_loop(
                sanction_appeals.appeal,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                sanction_id=self.appealing_id,
                text=caller.text(form, "appeal"),
            )
        except ChatError as error:
            self.error = str(error)
            return
        self.appealing_id, self.error = 0, ""
        # With the list as it is now, or the way to appeal would show once more.
        await NotificationsState.load.fn(await self.get_state(NotificationsState))

    @rx.event
    async def start_here(self, here: str):
        """Open the bell where it tells of the sanction in the open room, with the text box."""
        access = await screens.look_up(self, screens.slug_of(self))
        self.appealing_id, self.error = 0, ""
        found = await off_loop(
            sanction_appeals.find_own,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
        )
        self.appealing_id = found
        bell = await self.get_state(NotificationsState)
        await notifications.show(bell, sanction_id=found, here=here)
