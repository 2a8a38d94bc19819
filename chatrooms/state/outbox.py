"""What the person writes, on its way into a room. Apart from the open room's state and small: this
is the handler that runs most."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.services import messages
from chatrooms.state import caller, screens, thread_screens
from chatrooms.state.rows import RefusedRow

_MAX_REFUSED = 20


class OutboxState(rx.State):
    """Messages that were sent and will not appear by themselves."""

    refused: list[RefusedRow] = []

    @rx.event
    async def send(self, form: dict[str, Any]):
        """Post a message. The room is the one that the page says it was written in, so that going
        to another room meanwhile sends nothing astray; the service checks the right to post."""
        client_id = caller.text(form, "client_id")
        room_id = caller.number_in(form, "room_id")
        thread_id = caller.number_in(form, "thread_id")
        if any(row.client_id == client_id for row in self.refused):
            self.refused = [row for row in self.refused if row.client_id != client_id]
        try:
            message_id = await off_loop(
                messages.post_message,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room_id,
                client_id=client_id,
                body=caller.text(form, "body"),
                reply_to_id=caller.number_in(form, "reply_to_id") or None,
                files=caller.text(form, "files").split(),
                thread_id=thread_id or None,
            )
        except ChatError as error:
            _answer(self, client_id, str(error))
            return
        is_shown = thread_screens.has_open(self, thread_id)
        if not is_shown if thread_id else screens.is_out_of_sight(room_id, message_id):
            _answer(self, client_id, "")


def _answer(state: OutboxState, client_id: str, reason: str) -> None:
    state.refused = [*state.refused, RefusedRow(client_id[:64], reason)][-_MAX_REFUSED:]
