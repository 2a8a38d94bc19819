"""Judging the newest messages of a room again, with its progress."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, NotAllowed, RoomArchived, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import rejudging
from chatrooms.services.moderation.rejudging import Progress
from chatrooms.state import caller, screens


class RejudgingState(rx.State):
    """How far it is."""

    done: int = 0
    total: int = 0
    is_running: bool = False
    error: str = ""

    @rx.event
    async def load(self):
        """Read how far it is, should it run already."""
        self.error = ""
        _show(self, await _progress(self))

    @rx.event
    async def start(self, form: dict[str, Any]):
        """Have the newest messages judged again, or say why not."""
        self.error = ""
        try:
            found = await off_loop(
                rejudging.rejudge,
                caller.deps(),
                **await _where(self),
                newest=caller.number_in(form, "newest"),
            )
        except ChatError as error:
            self.error = str(error)
            return
        if not found.total:
            self.error = "There is nothing here that nobody decided about."
        _show(self, found)

    @rx.event
    async def follow(self):
        """Read anew how far it is, after messages were judged again."""
        if not screens.is_at_settings(self):
            return
        try:
            _show(self, await _progress(self))
        except (RoomUnavailable, NotAllowed, RoomArchived):
            return


async def _where(state: rx.State) -> dict[str, int]:
    """Who asks, and about which room."""
    access = await screens.look_up(state, screens.slug_of(state))
    return {"actor_id": access.actor.id, "room_id": access.room_id}


async def _progress(state: RejudgingState) -> Progress:
    return await off_loop(
        rejudging.get_progress,
        caller.deps(),
        **await _where(state),
    )


def _show(state: RejudgingState, found: Progress) -> None:
    state.done, state.total, state.is_running = found.done, found.total, found.is_running
