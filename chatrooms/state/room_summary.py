"""The rolling summary of the open room, in its info pane."""

import reflex as rx

from chatrooms.domain.citing import without_marks
from chatrooms.domain.errors import RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services.ai.summaries import NO_SUMMARY, RoomSummary, get_room_summary
from chatrooms.state import caller, on_screen, pane
from chatrooms.state.assistant_rows import source_row
from chatrooms.state.rows import SourceRow

_MARKS = 3
"""Of the messages that a sentence rests on, so many are named."""


class RoomSummaryState(rx.State):
    """What the open room's summary says."""

    text: str = ""
    """A list of sentences with marks such as [2]: the second of its sources."""
    sources: list[SourceRow] = []
    updated_at: str = ""
    model: str = ""
    """Name of the model that wrote it."""

    @rx.event
    async def load(self):
        """Read the summary, if the pane is open; asked for again whenever it changes."""
        if await pane.shown(self) != "info":
            return
        try:
            _, room = on_screen.screen(self)
        except RoomUnavailable:
            # The room's own page says so.
            _show(self, NO_SUMMARY)
            return
        found = await off_loop(
            get_room_summary,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room.room_id,
        )
        _show(self, found)


def _show(state: RoomSummaryState, summary: RoomSummary) -> None:
    named = dict.fromkeys(id_ for each in summary.sentences for id_ in each.ids[:_MARKS])
    places = {id_: number for number, id_ in enumerate(named, 1)}
    known = {each.message_id: each for each in summary.sources}
    state.text = "\n".join(
        f"- {without_marks(each.text)} " + " ".join(f"[{places[i]}]" for i in each.ids[:_MARKS])
        for each in summary.sentences
    )
    state.sources = [source_row(number, known[id_]) for id_, number in places.items()]
    state.updated_at = iso(summary.updated_at) if summary.updated_at else ""
    state.model = summary.model
