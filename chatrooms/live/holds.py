"""Releases held messages whose verdict is late, so that rooms go on while no worker does."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.bootstrap import Deps
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import holding

log = structlog.get_logger(__name__)

_LOOK_S = 1.0


class HoldKeeper:
    """Looks for late messages from every web process: whichever is first releases them."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def run(self) -> None:
        """Look every second until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await off_loop(holding.release_overdue, self._deps)
            except SQLAlchemyError as error:
                log.warning("holds_not_released", error=type(error).__name__)
