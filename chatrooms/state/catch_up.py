"""The pane "Catch-up": what was said in the open room while the person was away. What is being
written meanwhile is in `AnswerState`."""

from typing import Any

import reflex as rx

from chatrooms.domain.assistant import Kind
from chatrooms.domain.errors import ChatError, NotSignedIn
from chatrooms.services.ai import missed, turns
from chatrooms.state import caller, own_turns, pane
from chatrooms.state.rows import TurnRow


class CatchUpState(rx.State):
    """The newest catch-up of one person in one room."""

    room_id: int = 0
    """The room that it is about."""
    turn: TurnRow = TurnRow()
    """Without an id while there is none."""
    stretch: str = ""
    """What it covers: `missed`, `today` or `week`."""
    model: str = ""
    """The name of what writes it."""
    error: str = ""
    """Why the last one was not begun."""

    @rx.event
    async def show(self):
        """Open the pane."""
        await pane.switch(self, "catch_up")
        await _open(self)

    @rx.event
    async def tell(self, stretch: str, begin: str, client_id: str):
        """Open the pane and have it tell what was said since then, or say why that cannot be."""
        await pane.switch(self, "catch_up")
        self.error = ""
        try:
            await own_turns.act(
                self,
                missed.ask_catch_up,
                client_id=str(client_id),
                since=f"{stretch} {begin}",
            )
        except NotSignedIn:
            raise
        except ChatError as error:
            self.error = str(error)
        await _open(self)

    @rx.event
    async def restore(self):
        """After the room was shown anew, or was lost: show what belongs to it. What was told of one
        room is no reason to open the pane in another, where on a phone it would be all one sees."""
        before = self.room_id
        if await pane.shown(self) == "catch_up":
            await _open(self)
            if self.room_id != before and not self.turn.id:
                await pane.switch(self, "")
        elif self.room_id:
            _forget(self)

    @rx.event
    async def load(self):
        """Read it anew, if it is on the screen."""
        if await own_turns.is_shown(self, "catch_up"):
            await _read(self)

    @rx.event
    async def stop(self):
        """Have no more of it written."""
        await _change(self, turns.stop_turn)

    @rx.event
    async def again(self):
        """Have it written anew."""
        await _change(self, turns.regenerate_turn)


async def _change(state: CatchUpState, service: Any) -> None:
    state.error = ""
    await own_turns.act(state, service, turn_id=state.turn.id)
    await _read(state)


async def _open(state: CatchUpState) -> None:
    """Show the newest one in the caller's room, and what is written of it from now on."""
    room, error = own_turns.find_room(state), state.error
    if room is None or room.room_id != state.room_id:
        _forget(state)
    if room is None:
        return
    state.room_id, state.model, state.error = room.room_id, caller.deps().chat.name, error
    own_turns.watch(state, Kind.CATCH_UP)
    await _read(state)


async def _read(state: CatchUpState) -> None:
    found = await own_turns.read(state, Kind.CATCH_UP, limit=1)
    caller.put(
        state,
        turn=own_turns.row_of(state, found[-1]) if found else TurnRow(),
        stretch=found[-1].question.partition(" ")[0] if found else "",
    )


def _forget(state: CatchUpState) -> None:
    state.room_id, state.turn, state.stretch, state.error = 0, TurnRow(), "", ""
