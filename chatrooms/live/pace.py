"""When a room may send its next packet."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

SUMS_S = 0.12
"""Between packets for nothing but sums (votes, reactions, polls), so at most eight a second: they
are looked at, not waited for, and hundreds of people may vote at once."""
SETTLED_SUMS_S = 0.5
"""The same where a sum is under one of the settled messages, which are all sent again with it."""


@dataclass(slots=True)
class Pace:
    """The rhythm of one room. Times are those of the event loop."""

    _due: float = 0.0
    """When a packet may be sent that cannot wait."""
    _sent_at: float = float("-inf")
    _timer: asyncio.Handle | None = None
    _timer_at: float = 0.0
    """When the timer runs. Not every event loop's handles know it of themselves."""

    def schedule(self, send: Callable[[], None], *, gap_s: float = 0.0) -> None:
        """Have `send` run when it may: at once after a pause, and not within `gap_s` after the last
        time. What is scheduled already is brought forward if this cannot wait as long."""
        loop = asyncio.get_running_loop()
        at = max(self._due, self._sent_at + gap_s, loop.time())
        if self._timer is not None:
            if self._timer_at <= at:
                return
            self._timer.cancel()
        self._timer, self._timer_at = loop.call_at(at, send), at

    def note_sent(self, *, pause_s: float) -> None:
        """A packet is being sent; no other one follows within `pause_s`."""
        self._sent_at = asyncio.get_running_loop().time()
        self._due = self._sent_at + pause_s
        self._timer = None
