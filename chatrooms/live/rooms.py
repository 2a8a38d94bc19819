"""The rooms that somebody looks at, each kept up with its log: an event that is next is folded, a
gap is read, and what nobody announced is found by comparing with the database."""

import asyncio
from collections.abc import Callable, Coroutine

import structlog

from chatrooms.adapters import metrics
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError
from chatrooms.domain.events import Sequenced
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.services import event_log, history

log = structlog.get_logger(__name__)

_BATCH = 500
"""Events read at a time to fill a gap; a longer gap loads the view anew."""


class LiveRooms:
    """The live rooms of one web process. Every method runs on the event loop."""

    def __init__(
        self,
        deps: Deps,
        *,
        folded: Callable[[LiveRoom, Sequenced], None],
        restarted: Callable[[LiveRoom], Coroutine[None, None, None]],
    ) -> None:
        """`folded` is called with each event that a view took in, `restarted` with a room whose
        view was loaded anew: it sends the tabs everything, and what it returns is run beside."""
        self._deps = deps
        self._folded = folded
        self._restarted = restarted
        self._heard: dict[int, int] = {}
        self._opening: dict[int, asyncio.Task[LiveRoom]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.by_id: dict[int, LiveRoom] = {}
        self.watch: Callable[[int], None] = lambda room_id: None
        """Called with a room's id before its view is loaded, to hear of its events."""
        self.unwatch: Callable[[int], None] = lambda room_id: None

    async def open(self, room_id: int) -> LiveRoom:
        """The live room, loaded if nobody looked at it. Raises: RoomUnavailable."""
        room = self.by_id.get(room_id)
        if room is not None:
            return room
        task = self._opening.get(room_id)
        if task is None:
            task = asyncio.create_task(self._load(room_id))
            self._opening[room_id] = task
            task.add_done_callback(lambda _: self._opening.pop(room_id, None))
        return await asyncio.shield(task)

    async def _load(self, room_id: int) -> LiveRoom:
        # Listening starts before reading, and what is heard meanwhile is remembered.
        self._heard.pop(room_id, None)
        self.watch(room_id)
        room = LiveRoom(await off_loop(history.load_view, self._deps, room_id=room_id))
        self.by_id[room_id] = room
        room.wanted_seq = self._heard.pop(room_id, 0)
        if room.wanted_seq > room.view.seq:
            self.catch_up(room)
        metrics.LIVE_ROOMS.set(len(self.by_id))
        return room

    def forget_unseen(self) -> list[int]:
        """Give up the views that nobody looks at any more; the ids of their rooms."""
        unseen = [
            room_id
            for room_id, room in self.by_id.items()
            if not room.tabs and not room.is_catching_up
        ]
        for room_id in unseen:
            del self.by_id[room_id]
            self.unwatch(room_id)
        metrics.LIVE_ROOMS.set(len(self.by_id))
        return unseen

    def receive(self, entry: Sequenced) -> None:
        """Take in an event from the bus: fold it if it is next, fill the gap if it is not."""
        room = self.by_id.get(entry.room_id)
        if room is None:
            if entry.room_id in self._opening:
                self._heard[entry.room_id] = entry.seq
            return
        room.wanted_seq = max(room.wanted_seq, entry.seq)
        if entry.seq == room.view.seq + 1:
            self._fold(room, entry)
        elif entry.seq > room.view.seq:
            self.catch_up(room)

    def _fold(self, room: LiveRoom, entry: Sequenced) -> None:
        room.apply(entry.seq, entry.event)
        self._folded(room, entry)

    def catch_up(self, room: LiveRoom) -> None:
        """Read the events that are missing, unless that is under way."""
        if not room.is_catching_up:
            room.is_catching_up = True
            self._spawn(self._catch_up(room))

    async def _catch_up(self, room: LiveRoom) -> None:
        try:
            while room.view.seq < room.wanted_seq:
                await self._read_missing(room)
        except ChatError as error:
            log.warning("catch_up_refused", room_id=room.room_id, code=error.code)
        finally:
            room.is_catching_up = False

    async def _read_missing(self, room: LiveRoom) -> None:
        after = room.view.seq
        entries = await off_loop(
            event_log.list_events,
            self._deps,
            room_id=room.room_id,
            after_seq=after,
            limit=_BATCH,
        )
        if len(entries) == _BATCH or not entries:
            room.restart(await off_loop(history.load_view, self._deps, room_id=room.room_id))
            if not entries:
                # The database holds no such events, whatever was announced.
                room.wanted_seq = room.view.seq
            self._spawn(self._restarted(room))
        for entry in entries:
            if entry.seq == room.view.seq + 1:
                self._fold(room, entry)

    async def heal(self) -> None:
        """Compare every live room with the database and read what is missing.

        Raises: sqlalchemy.exc.SQLAlchemyError.
        """
        if not self.by_id:
            return
        seqs = await off_loop(event_log.last_seqs, self._deps, room_ids=list(self.by_id))
        for room_id, seq in seqs.items():
            room = self.by_id.get(room_id)
            if room is not None and seq > room.view.seq:
                room.wanted_seq = max(room.wanted_seq, seq)
                self.catch_up(room)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
