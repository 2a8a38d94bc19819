"""Reporting a message to the room's moderators."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import reports
from chatrooms.state import caller, on_screen


class ReportState(rx.State):
    """The report dialog."""

    opened_in: str = ""
    """Which visit to which page the dialog is open in; empty while it is closed."""
    is_sent: bool = False
    author: str = ""
    excerpt: str = ""
    error: str = ""
    _room_id: int = 0
    _message_id: int = 0

    @rx.event
    async def show(self, message_id: int, here: str):
        """Open the dialog for a message of the open room."""
        room_id, _ = on_screen.message_ids(self)
        found = await on_screen.find_message(self, room_id, caller.number(message_id))
        self._room_id, self._message_id = room_id, found.id
        self.author, self.excerpt = found.author.name, on_screen.excerpt_of(found)
        self.error, self.is_sent, self.opened_in = "", False, caller.place(here)

    @rx.event
    def set_open(self, is_open: bool):
        """Follow the dialog's own closing; it is opened by `show` alone."""
        if is_open is not True:
            self.opened_in = ""

    @rx.event
    async def send(self, form: dict[str, Any]):
        """Tell the moderators, or say in the dialog why not."""
        try:
            await off_loop(
                reports.report,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=self._room_id,
                message_id=self._message_id,
                reason=caller.text(form, "reason"),
            )
        except ChatError as error:
            self.error = str(error)
            return
        self.error, self.is_sent = "", True
