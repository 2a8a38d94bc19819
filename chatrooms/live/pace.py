"""When a room may send its next packet."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

_CHANGES_S = 0.12
"""Sums that change (votes, reactions, polls) share packets, at most eight a second: they are
looked at, not waited for, and hundreds of people may vote at once."""


@dataclass(slots=True)
class Pace:
    """The rhythm of one room. Times are those of the event loop."""

    messages_at: float = 0.0
    """When a packet may be sent for a message."""
    changes_at: float = 0.0
    """When one may be sent for nothing but sums."""
    _timer: asyncio.TimerHandle | None = None

    def schedule(self, send: Callable[[], None], *, can_wait: bool) -> None:
        """Have `send` run when it may: at once after a pause. What is scheduled already is brought
        forward if this cannot wait as long."""
        loop = asyncio.get_running_loop()
        at = max(self.changes_at if can_wait else self.messages_at, loop.time())
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = loop.call_at(at, send)

    def note_sent(self, *, pause_s: float) -> None:
        """A packet is being sent; the next one for a message may follow after `pause_s`."""
        now = asyncio.get_running_loop().time()
        self._timer = None
        self.messages_at = now + pause_s
        self.changes_at = now + max(pause_s, _CHANGES_S)
