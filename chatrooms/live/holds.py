"""Releases held messages whose verdict is late, so that rooms go on while no worker does."""

import asyncio
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.bootstrap import Deps
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import holding

log = structlog.get_logger(__name__)

_LOOK_S = 1.0
_IDLE_LOOKS = 5
"""Every how many of these the database is asked although nothing is known to be held, in case an
announcement was lost."""
_UNHEARD_S = 60.0
"""How long after the start something may be held that was announced before."""
_MARGIN_S = 5.0
"""How long after the hold limit a message may still be about to be released."""


class HoldKeeper:
    """Looks for late messages from every web process that heard of one that is held: whichever is
    first releases it."""

    def __init__(self, deps: Deps, *, unheard_s: float = _UNHEARD_S) -> None:
        self._deps = deps
        self.is_deaf: Callable[[], bool] = lambda: True
        """Whether announcements do not reach this process at present."""
        self._until = time.monotonic() + unheard_s
        """Until which time of `time.monotonic` something may be held."""

    @property
    def is_expecting(self) -> bool:
        """Whether something may be held, or be announced so unheard."""
        return self.is_deaf() or time.monotonic() < self._until

    def held(self, *, limit_ms: int) -> None:
        """A message or an edit is held, for so long at the most."""
        self._until = max(self._until, time.monotonic() + limit_ms / 1000 + _MARGIN_S)

    async def run(self) -> None:
        """Look until cancelled: every second while something may be held, else seldom."""
        looks = 0
        while True:
            await asyncio.sleep(_LOOK_S)
            looks += 1
            if self.is_expecting or looks % _IDLE_LOOKS == 0:
                await self._look()

    async def _look(self) -> None:
        try:
            await off_loop(holding.release_overdue, self._deps)
        except SQLAlchemyError as error:
            log.warning("holds_not_released", error=type(error).__name__)
