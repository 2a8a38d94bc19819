"""The pane "Catch-up": what was said in the open room while the person was away. What is being
written meanwhile is in `AnswerState`."""

from typing import Any

import reflex as rx

from chatrooms.domain.assistant import Kind, Outcome
from chatrooms.domain.errors import ChatError, NotSignedIn, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services.ai import missed, turns
from chatrooms.state import caller, on_screen, pane
from chatrooms.state.assistant_rows import turn_row
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
            await off_loop(
                missed.ask_catch_up,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=on_screen.screen(self)[1].room_id,
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
        """After the room was shown anew, or was lost: show what belongs to it."""
        if await pane.shown(self) == "catch_up":
            await _open(self)
        elif self.room_id:
            _forget(self)

    @rx.event
    async def load(self):
        """Read it anew, if it is on the screen."""
        room_id, _ = on_screen.message_ids(self)
        if room_id == self.room_id != 0 and await pane.shown(self) == "catch_up":
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
    await off_loop(
        service,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=on_screen.screen(state)[1].room_id,
        turn_id=state.turn.id,
    )
    await _read(state)


async def _open(state: CatchUpState) -> None:
    """Show the newest one in the caller's room, and what is written of it from now on."""
    try:
        tab, room = on_screen.screen(state)
    except RoomUnavailable:
        # The room's own page says so.
        _forget(state)
        return
    if state.room_id != room.room_id:
        error = state.error
        _forget(state)
        state.error = error
    state.room_id, state.model = room.room_id, caller.deps().chat.name
    # Before it is read: what ends in between is heard of.
    caller.hub().answers.show(tab, Kind.CATCH_UP)
    await _read(state)


async def _read(state: CatchUpState) -> None:
    tab, room = on_screen.screen(state)
    found = await off_loop(
        turns.list_turns,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        limit=1,
        kind=Kind.CATCH_UP,
    )
    newest = found[-1] if found else None
    if newest is not None and newest.outcome is Outcome.RUNNING:
        await caller.hub().answers.catch_up(tab, newest)
    caller.put(
        state,
        turn=turn_row(newest, slug=room.view.facts.slug) if newest else TurnRow(),
        stretch=newest.question.partition(" ")[0] if newest else "",
    )


def _forget(state: CatchUpState) -> None:
    state.room_id, state.turn, state.stretch, state.error = 0, TurnRow(), "", ""
