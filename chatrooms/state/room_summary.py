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

    room_id: int = 0
    """The room that it is about."""
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
            forget(self)
            return
        try:
            _, room = on_screen.screen(self)
            found = await off_loop(
                get_room_summary,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
            )
        except RoomUnavailable:
            # The room's own page says so.
            forget(self)
            return
        _show(self, found, room_id=room.room_id)


def forget(state: RoomSummaryState) -> None:
    """Show none: what was read before may have been taken back since."""
    _show(state, NO_SUMMARY, room_id=0)


def _show(state: RoomSummaryState, summary: RoomSummary, *, room_id: int) -> None:
    named = dict.fromkeys(id_ for each in summary.sentences for id_ in each.ids[:_MARKS])
    places = {id_: number for number, id_ in enumerate(named, 1)}
    known = {each.message_id: each for each in summary.sources}
    lines = [
        f"- {without_marks(each.text)} " + " ".join(f"[{places[i]}]" for i in each.ids[:_MARKS])
        for each in summary.sentences
    ]
    caller.put(
        state,
        room_id=room_id,
        text="\n".join(lines),
        sources=[source_row(number, known[id_]) for id_, number in places.items()],
        updated_at=iso(summary.updated_at) if summary.updated_at else "",
        model=summary.model,
    )
