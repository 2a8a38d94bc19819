"""The best messages of the week in the open room."""

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import votes
from chatrooms.state import caller, on_screen, pane, screens
from chatrooms.state.rows import TopRow


class TopState(rx.State):
    """The pane "Top this week"."""

    rows: list[TopRow] = []

    @rx.event
    async def show(self):
        """Open the pane."""
        await pane.switch(self, "top")
        await _read(self)

    @rx.event
    async def load(self):
        """Read the list anew if it is shown; asked for again after votes."""
        if await pane.shown(self) == "top":
            screens.note_top(self, is_open=True)
            await _read(self)


async def _read(state: TopState) -> None:
    room_id, _ = on_screen.message_ids(state)
    if not room_id:
        state.rows = []
        return
    found = await off_loop(
        votes.list_top,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
    )
    state.rows = [
        TopRow(
            id=each.id,
            author=each.author,
            text=each.excerpt,
            score=each.score,
            is_reply=each.thread_id is not None,
        )
        for each in found
    ]
