"""The messages that the person saved, over all rooms."""

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import saved
from chatrooms.state import caller, on_screen, pane
from chatrooms.state.links import link_row
from chatrooms.state.rows import MessageLinkRow

_PAGE = 30


class SavedState(rx.State):
    """The list of saved messages, as far as it was scrolled. Which ones on the screen are saved is
    in `MarksState`."""

    messages: list[MessageLinkRow] = []
    has_more: bool = False
    is_loaded: bool = False

    @rx.event
    async def show(self):
        """Open the pane that lists what is saved."""
        await pane.switch(self, "saved")
        await _read(self, count=_PAGE)

    @rx.event
    async def refresh(self):
        """Read anew what is listed, if it is on the screen."""
        if await pane.shown(self) == "saved":
            await _read(self, count=max(len(self.messages), _PAGE))

    @rx.event
    async def load_more(self):
        """List the next page too."""
        await _read(self, count=len(self.messages) + _PAGE)

    @rx.event
    async def set_saved(self, message_id: int, is_saved: bool):
        """Save a message of the open room, or forget it."""
        _, room = on_screen.screen(self)
        await _set(self, room.room_id, message_id, is_saved=is_saved)

    @rx.event
    async def forget(self, room_id: int, message_id: int):
        """Take a message off the list."""
        await _set(self, room_id, message_id, is_saved=False)


async def _set(state: rx.State, room_id: int, message_id: int, *, is_saved: bool) -> None:
    await off_loop(
        saved.set_saved,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=caller.number(room_id),
        message_id=caller.number(message_id),
        is_saved=bool(is_saved),
    )


async def _read(state: SavedState, *, count: int) -> None:
    found = await off_loop(
        saved.list_saved,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        limit=count + 1,
    )
    state.messages = [link_row(each) for each in found[:count]]
    state.has_more, state.is_loaded = len(found) > count, True
