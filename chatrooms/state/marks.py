"""What the person put on the messages on the screen: votes, reactions, choices, saved
messages, threads followed."""

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import marks
from chatrooms.state import caller, screens


class MarksState(rx.State):
    """The person's own marks, by message id. Everybody's sums are in `LiveState`."""

    votes: dict[int, int] = {}
    reactions: dict[int, list[str]] = {}
    choices: dict[int, list[int]] = {}
    saved: list[int] = []
    follows: dict[int, int] = {}
    """The threads that the person follows, with the position up to which they are read."""

    @rx.event
    async def load(self):
        """Read the marks on what this tab shows; asked for again whenever another tab of the
        person changes one, and whenever the tab shows other messages."""
        room_id, message_ids = screens.on_screen(self)
        if not room_id:
            return
        found = await off_loop(
            marks.list_marks,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id,
            message_ids=message_ids,
        )
        self.votes, self.reactions, self.choices = found.votes, found.reactions, found.choices
        self.saved, self.follows = sorted(found.saved), found.follows
