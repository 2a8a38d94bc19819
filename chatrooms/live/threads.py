"""Threads that tabs have open beside their room: loaded once, then sent as they change."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial

import structlog

from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Progress
from chatrooms.domain.errors import ChatError, ServiceUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.pace import Pace
from chatrooms.live.room import LiveRoom
from chatrooms.live.tab import Tab
from chatrooms.live.thread import NO_THREAD, LiveThread
from chatrooms.live.wire import Wire, encode
from chatrooms.live.written import NOTHING_WRITTEN
from chatrooms.services import history

log = structlog.get_logger(__name__)

WRITTEN_S = 0.05
"""Between two packets with what is being written in a thread."""
_RETRY_S = 0.01
_MAX_TRIES = 100


class OpenThreads:
    """The open threads of one web process. Every method runs on the event loop."""

    def __init__(
        self,
        deps: Deps,
        wire: Wire,
        *,
        rooms: Mapping[int, LiveRoom],
        catch_up: Callable[[LiveRoom], None],
    ) -> None:
        """`catch_up` has a room read its log up to what it wants."""
        self._deps = deps
        self._wire = wire
        self._rooms = rooms
        self._catch_up = catch_up
        self._paces: dict[tuple[int, int], Pace] = {}
        """When threads may be sent again what is being written in them."""

    async def open(self, tab: Tab, room: LiveRoom, root_id: int) -> None:
        """Show a thread of the tab's room beside it, and all its changes from then on. The caller
        has just checked the right to read the room.

        Raises: MessageUnavailable if `root_id` is no message of the room's timeline;
            ServiceUnavailable if the room changes faster than the thread can be read.
        """
        await self.load(tab, room, root_id)
        self.send(tab)

    async def load(self, tab: Tab, room: LiveRoom, root_id: int) -> None:
        """Do as `open`, without sending what is there already: the caller adds older replies first
        and calls `send`."""
        tab.show_thread(root_id)
        try:
            if root_id not in room.threads:
                await self._load(room, root_id)
        except ChatError:
            if tab.thread_id == root_id:
                tab.show_thread(None)
            raise

    async def _load(self, room: LiveRoom, root_id: int) -> None:
        for _ in range(_MAX_TRIES):
            thread = await off_loop(
                history.load_thread, self._deps, room_id=room.room_id, root_id=root_id
            )
            if thread.seq > room.view.seq:
                # The thread shows what the room has not heard of yet.
                room.wanted_seq = max(room.wanted_seq, thread.seq)
                self._catch_up(room)
            if thread.seq == room.view.seq or root_id in room.threads:
                room.threads.setdefault(root_id, LiveThread(thread))
                return
            await asyncio.sleep(_RETRY_S)
        raise ServiceUnavailable

    def send(self, tab: Tab) -> None:
        """Send the tab all of its open thread, unless the room was taken from it meanwhile."""
        room, thread = self._room(tab), self._thread(tab)
        if room is not None and thread is not None:
            shown = thread.shared_vars() | thread.own_vars(tab)
            typing = {"thread_typing": room.typing_at(thread.root.id)}
            reader = thread.reader_vars(tab) | typing
            tab.send(self._wire, self._wire.vars(shown, reader, room.written.vars(tab.thread_id)))

    def send_older(self, tab: Tab) -> None:
        """Send the tab the older replies that it shows of its open thread."""
        thread = self._thread(tab)
        if thread is not None:
            shown = self._wire.vars(thread.own_vars(tab), thread.reader_vars(tab))
            tab.send(self._wire, shown)

    def _room(self, tab: Tab) -> LiveRoom | None:
        return self._rooms.get(tab.room_id) if tab.room_id is not None else None

    def _thread(self, tab: Tab) -> LiveThread | None:
        room = self._room(tab)
        return room.threads.get(tab.thread_id or 0) if room is not None else None

    async def reopen(self, room: LiveRoom) -> None:
        """Show the room's open threads anew after the room was loaded anew."""
        for tab in list(room.tabs.values()):
            if tab.thread_id is not None:
                try:
                    await self.open(tab, room, tab.thread_id)
                except ChatError as error:
                    log.warning("thread_not_reopened", room_id=room.room_id, code=error.code)

    def close(self, tab: Tab) -> None:
        """Show the tab no thread."""
        tab.show_thread(None)
        tab.send(self._wire, self._wire.vars(NO_THREAD, answer=NOTHING_WRITTEN))

    def forget_unseen(self) -> None:
        """Give up the threads that nobody has open any more."""
        self._paces = {key: pace for key, pace in self._paces.items() if key[0] in self._rooms}
        for room in self._rooms.values():
            wanted = {tab.thread_id for tab in room.tabs.values()}
            for root_id in list(room.threads):
                if root_id not in wanted:
                    del room.threads[root_id]

    # What the assistant is writing

    def written(self, progress: Progress) -> None:
        """Show how far a reply of the assistant's is to those who have its thread open, at most
        twenty times a second, or take it away if nothing comes of it."""
        room = self._rooms.get(progress.room_id)
        if room is None:
            return
        if progress.is_over:
            is_news = room.written.drop(progress)
        else:
            ends = asyncio.get_running_loop().time() + self._deps.settings.typing_ttl_s
            is_news = room.written.note(progress, ends=ends)
        if is_news:
            self._show_written(room, progress.thread_id)

    def expire_written(self) -> None:
        """Take away what nobody writes on any more."""
        now = asyncio.get_running_loop().time()
        for room in self._rooms.values():
            for root_id in room.written.expire(now):
                self._show_written(room, root_id)

    def _show_written(self, room: LiveRoom, root_id: int) -> None:
        pace = self._paces.setdefault((room.room_id, root_id), Pace())
        pace.schedule(partial(self._send_written, room, root_id))

    def _send_written(self, room: LiveRoom, root_id: int) -> None:
        self._paces.setdefault((room.room_id, root_id), Pace()).note_sent(pause_s=WRITTEN_S)
        # What waits for the flush goes with the message that it became.
        tabs = [tab for tab in room.tabs.values() if tab.thread_id == root_id]
        if tabs and root_id not in room.dirty_written:
            packet = self._wire.vars({}, answer=room.written.vars(root_id))
            for tab in tabs:
                tab.send(self._wire, packet)

    def flush(self, room: LiveRoom) -> None:
        """Send what changed of the room's open threads."""
        typed, room.dirty_typing = room.dirty_typing, set()
        for root_id in typed & set(room.threads):
            packet = self._wire.vars({}, {"thread_typing": room.typing_at(root_id)})
            for tab in [each for each in room.tabs.values() if each.thread_id == root_id]:
                tab.send(self._wire, packet)
        written, room.dirty_written = room.dirty_written, set()
        for root_id, thread in room.threads.items():
            names, thread.dirty = thread.dirty, set()
            # In one packet, so that a reply never shows twice and never not at all.
            answer = room.written.vars(root_id) if root_id in written else None
            if names:
                tabs = [tab for tab in room.tabs.values() if tab.thread_id == root_id]
                self._flush(thread, names, tabs, answer)

    def _flush(
        self,
        thread: LiveThread,
        names: set[str],
        tabs: Iterable[Tab],
        answer: Mapping[str, str] | None,
    ) -> None:
        shared = thread.shared_vars(names)
        if "has_older_replies" in names:
            shared["has_older_replies"] = encode(thread.has_older)
        packet = self._wire.vars(shared, answer=answer) if shared else None
        for tab in tabs:
            if tab.older_replies and "older_replies" in names:
                own = shared | thread.own_vars(tab)
                tab.send(self._wire, self._wire.vars(own, answer=answer))
            elif packet is not None:
                tab.send(self._wire, packet)
