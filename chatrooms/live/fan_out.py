"""Sends what changed in rooms to the tabs that show them: one encoding per room and tick."""

import time
from functools import partial

from chatrooms.adapters import metrics
from chatrooms.domain.events import PollVoted, ReactionsChanged, RoomEvent, VoteChanged
from chatrooms.live.pace import SETTLED_SUMS_S, SUMS_S, Pace
from chatrooms.live.room import LiveRoom
from chatrooms.live.threads import OpenThreads
from chatrooms.live.wire import Wire, encode

_SUMS = VoteChanged | ReactionsChanged | PollVoted
_LONG = frozenset({"settled", "older", "replies", "older_replies"})
"""Lists that cost much to send again."""
_MAX_TICKS = 4
"""How many ticks a busy room waits between two packets at the most."""


class FanOut:
    """The packets of one web process. Every method runs on the event loop."""

    def __init__(self, wire: Wire, threads: OpenThreads, *, tick_s: float) -> None:
        self._wire = wire
        self._threads = threads
        self._tick_s = tick_s
        self._paces: dict[int, Pace] = {}

    def note(self, room: LiveRoom, event: RoomEvent, *, made_at: float) -> None:
        """Have what an event changed be sent. It was just folded into the room, and made at that
        time, in seconds since 1970."""
        room.unsent += 1
        if not room.oldest_unsent:
            room.oldest_unsent = made_at
        self.schedule(room, gap_s=_gap_s(room, event))

    def schedule(self, room: LiveRoom, *, gap_s: float = 0.0) -> None:
        """Send what changed: at once after a pause, else with the room's next tick, and not within
        `gap_s` after the last packet."""
        self._pace(room).schedule(partial(self._flush, room), gap_s=gap_s)

    def forget(self, room_id: int) -> None:
        """Forget the rhythm of a room that nobody looks at."""
        self._paces.pop(room_id, None)

    def _pace(self, room: LiveRoom) -> Pace:
        return self._paces.setdefault(room.room_id, Pace())

    def _flush(self, room: LiveRoom) -> None:
        # The busier the room, the longer the tick: nobody reads a hundred messages a second, and
        # what they cost is mostly the number of packets.
        ticks = min(max(room.unsent, 1), _MAX_TICKS)
        self._pace(room).note_sent(pause_s=ticks * self._tick_s)
        room.unsent = 0
        names, room.dirty = room.dirty, set()
        if room.oldest_unsent:
            metrics.DELIVERY_LAG.observe(max(0.0, time.time() - room.oldest_unsent))
            room.oldest_unsent = 0.0
        shared = room.shared_vars(names)
        own = {"has_older": encode(room.has_older)} if "has_older" in names else {}
        packet = self._wire.vars(shared | own) if shared | own else None
        for tab in list(room.tabs.values()):
            if not tab.past.messages:
                if packet is not None:
                    tab.send(self._wire, packet)
            elif "older" in names:
                tab.send(self._wire, self._wire.vars(shared | room.own_vars(tab)))
            elif shared:
                tab.send(self._wire, self._wire.vars(shared))
        self._threads.flush(room)


def _gap_s(room: LiveRoom, event: RoomEvent) -> float:
    """How long after the last packet an event that was just folded may have to wait."""
    if not isinstance(event, _SUMS):
        return 0.0
    dirty = room.dirty.union(*(thread.dirty for thread in room.threads.values()))
    return SETTLED_SUMS_S if dirty & _LONG else SUMS_S
