"""What the person writes, on its way into a room. Apart from the open room's state and small: this
is the handler that runs most."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.services import mentions, messages
from chatrooms.state import caller, on_screen, thread_screens
from chatrooms.state.rows import RefusedRow

_MAX_REFUSED = 20


class OutboxState(rx.State):
    """Messages that were sent and will not appear by themselves."""

    refused: list[RefusedRow] = []
    unheard: str = ""
    """Whom the person's last message named and did not reach, in words."""
    unheard_in: int = 0
    """Where it stands: the message whose thread it is in, or else the room's id, negative."""

    @rx.event
    async def send(self, form: dict[str, Any]):
        """Post a message. The room is the one that the page says it was written in, so that going
        to another room meanwhile sends nothing astray; the service checks the right to post."""
        client_id = caller.text(form, "client_id")
        room_id = caller.number_in(form, "room_id")
        thread_id, body = caller.number_in(form, "thread_id"), caller.text(form, "body")
        if any(row.client_id == client_id for row in self.refused):
            self.refused = [row for row in self.refused if row.client_id != client_id]
        try:
            message_id = await off_loop(
                messages.post_message,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room_id,
                client_id=client_id,
                body=body,
                reply_to_id=caller.number_in(form, "reply_to_id") or None,
                files=caller.text(form, "files").split(),
                thread_id=thread_id or None,
            )
        except ChatError as error:
            _answer(self, client_id, str(error))
            return
        is_shown = thread_screens.has_open(self, thread_id)
        if not is_shown if thread_id else on_screen.is_out_of_sight(room_id, message_id):
            _answer(self, client_id, "")
        await tell_unheard(self, room_id=room_id, message_id=message_id, body=body)

    @rx.event
    def dismiss_unheard(self):
        """The person knows whom the message did not reach."""
        self.unheard = ""


def _answer(state: OutboxState, client_id: str, reason: str) -> None:
    state.refused = [*state.refused, RefusedRow(client_id[:64], reason)][-_MAX_REFUSED:]


async def tell_unheard(state: rx.State, *, room_id: int, message_id: int, body: str) -> None:
    """Tell the person beside the text box whom a message of theirs, just stored, named in vain."""
    outbox = await state.get_state(OutboxState)
    if "@" not in body:
        outbox.unheard = ""
        return
    found = await off_loop(
        mentions.find_unheard,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        message_id=message_id,
    )
    outbox.unheard = unheard_words(
        found.names,
        is_everybody=found.is_everybody,
        is_assistant_off=found.is_assistant_off,
    )
    outbox.unheard_in = found.thread_id or -room_id


def unheard_words(
    names: Sequence[str], *, is_everybody: bool, is_assistant_off: bool = False
) -> str:
    """Who was not told, in words; empty if everybody was who was meant."""
    parts: list[str] = []
    if names:
        people = [f"@{name}" for name in names]
        listed = " and ".join([", ".join(people[:-1]), people[-1]] if people[1:] else people)
        rest = "are not in this room and were" if people[1:] else "is not in this room and was"
        parts.append(f"{listed} {rest} not told.")
    if is_everybody:
        parts.append("Only moderators can call everybody with @room.")
    if is_assistant_off:
        parts.append("The assistant is turned off in this room and does not answer.")
    return " ".join(parts)
