"""Judging the newest messages of a room again, with its progress."""

import asyncio
from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import rejudging
from chatrooms.services.moderation.rejudging import Progress
from chatrooms.state import caller, screens

_LOOK_EVERY_S = 0.4
_MAX_LOOKS = 1_500


class RejudgingState(rx.State):
    """How far it is."""

    done: int = 0
    total: int = 0
    is_running: bool = False
    error: str = ""
    _looks: int = 0

    @rx.event
    async def load(self):
        """Read how far it is, should it run already."""
        self.error, self._looks = "", 0
        _show(self, await _progress(self))
        return RejudgingState.follow if self.is_running else None

    @rx.event
    async def start(self, form: dict[str, Any]):
        """Have the newest messages judged again, or say why not."""
        self.error, self._looks = "", 0
        try:
            found = await off_loop(
                rejudging.rejudge,
                caller.deps(),
                **await _where(self),
                newest=caller.number_in(form, "newest"),
            )
        except ChatError as error:
            self.error = str(error)
            return None
        if not found.total:
            self.error = "There is nothing here that nobody decided about."
        _show(self, found)
        return RejudgingState.follow if self.is_running else None

    @rx.event
    async def follow(self):
        """Look again in a moment, for as long as it runs."""
        await asyncio.sleep(_LOOK_EVERY_S)
        self._looks += 1
        _show(self, await _progress(self))
        return RejudgingState.follow if self.is_running and self._looks < _MAX_LOOKS else None


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
