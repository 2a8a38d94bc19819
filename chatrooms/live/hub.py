"""The hub: one per web process. Holds the views of the rooms that somebody looks at, folds events
into them, and writes what changed onto the sockets that were granted the room."""

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from engineio.packet import Packet

from chatrooms.adapters import metrics
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError, ServiceUnavailable
from chatrooms.domain.events import (
    MessageDeleted,
    MessageEdited,
    PollVoted,
    ReactionsChanged,
    RoomEvent,
    Sequenced,
    VoteChanged,
)
from chatrooms.live.offload import off_loop
from chatrooms.live.pace import SETTLED_SUMS_S, SUMS_S, Pace
from chatrooms.live.room import NO_THREAD, LiveRoom
from chatrooms.live.tab import NO_LINE, NOTHING_SEEN, PRESENT, Line, Past, Seen, Tab
from chatrooms.live.wire import Address, SocketGone, Wire, encode
from chatrooms.services import event_log, history
from chatrooms.services.sessions import SignedIn

log = structlog.get_logger(__name__)

_BATCH = 500
"""Events read at a time to fill a gap; a longer gap loads the view anew."""
_NUDGE_S = 0.2
_SUMS = VoteChanged | ReactionsChanged | PollVoted
_TOP_S = 1.0
"""How often a list of best messages may be read anew while people vote."""
_THREAD_RETRY_S = 0.01
_MAX_THREAD_TRIES = 100
_MAX_TICKS = 4
"""How many ticks a busy room waits between two packets at the most."""


@dataclass(frozen=True, slots=True)
class PageEvents:
    """Full names of the handlers that pages are asked to run."""

    own: Mapping[str, tuple[str, ...]]
    """What is a person's alone, by what changed of it: the person's own rooms, and rights in the
    open one (`rooms`); the list of rooms with what is unread there (`unread`);
    own votes and such (`marks`); followed threads (`threads`); the bell (`notifications`)."""
    facts: tuple[str, ...]
    """What a page shows of a room beside the room itself."""
    info: tuple[str, ...]
    """Members, join requests and invitations of the open room."""
    top: tuple[str, ...]
    """The best messages of the open room."""
    pins: tuple[str, ...]
    """Pinned messages of the open room."""
    access_lost: tuple[str, ...]
    """Find out what, if anything, the tab may still show."""

    def of_room(self, changed: str) -> tuple[str, ...]:
        """The handlers that load what changed of a room."""
        known = {"facts": self.facts, "top": self.top, "pins": self.pins}
        return known.get(changed, self.info)


class Hub:
    """Views, tabs and grants of one web process. Every method runs on the event loop.

    A tab's vars are read from a view only through a standing grant: `show` makes one after a
    service has checked the right, `drop` takes it back.
    """

    def __init__(self, deps: Deps, wire: Wire, pages: PageEvents, empty: dict[str, str]) -> None:
        """`empty` are the vars of a page that shows no room, as JSON by name."""
        self._deps = deps
        self._wire = wire
        self._pages = pages
        self._empty = empty
        self._tick_s = deps.settings.tick_ms / 1000
        self._paces: dict[int, Pace] = {}
        self._nudging: set[tuple[int, str]] = set()
        self._heard: dict[int, int] = {}
        self._opening: dict[int, asyncio.Task[LiveRoom]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.rooms: dict[int, LiveRoom] = {}
        self.tabs: dict[str, Tab] = {}
        self.access_epoch = 0
        """Grows whenever access may have been lost, so that a check made before is made again."""
        self.watch: Callable[[int], None] = lambda room_id: None
        """Called with a room's id before its view is loaded, to hear of its events."""
        self.unwatch: Callable[[int], None] = lambda room_id: None
        self.presence_changed: Callable[[int], None] = lambda room_id: None
        self.stopped_following: Callable[[Tab, Seen], None] = lambda tab, seen: None
        """Called with how far the tab's room was read, before the tab leaves it."""
        self.tabs_changed: Callable[[int], None] = lambda account_id: None
        """Called with a person's account id when a tab of that person came or went."""

    # Tabs

    def attach(self, sid: str, signed_in: SignedIn) -> Tab:
        """The tab of a socket, shown no room yet. What it showed before is taken back.

        Raises: SocketGone.
        """
        address = self._wire.find(sid)
        if address is None:
            raise SocketGone
        self.detach(sid)
        tab = Tab(address, signed_in)
        self.tabs[sid] = tab
        self.tabs_changed(signed_in.account_id)
        metrics.CONNECTIONS.set(len(self.tabs))
        return tab

    def detach(self, sid: str) -> None:
        """Forget a socket and what it was granted."""
        tab = self.tabs.pop(sid, None)
        if tab is not None:
            self._leave(tab)
            self.tabs_changed(tab.signed_in.account_id)
            metrics.CONNECTIONS.set(len(self.tabs))

    def _leave(self, tab: Tab) -> None:
        self.stop_following(tab)
        tab.line, tab.marked = NO_LINE, NOTHING_SEEN
        room_id, tab.room_id = tab.room_id, None
        tab.show_thread(None)
        tab.show_past(PRESENT)
        room = self.rooms.get(room_id) if room_id is not None else None
        if room is not None:
            room.tabs.pop(tab.address.sid, None)
            self.presence_changed(room.room_id)

    def drop(self, tab: Tab) -> None:
        """Take a tab's grant back: its screen is emptied and it asks what it may show instead."""
        if tab.room_id is not None:
            self._leave(tab)
            nothing = self._wire.vars(self._empty, _line_vars(tab))
            self._wire.send(tab.address, nothing, in_any_case=True)
        lost = self._wire.events(self._pages.access_lost)
        self._wire.send(tab.address, lost, in_any_case=True)

    def sweep(self) -> None:
        """Forget sockets that closed and send snapshots to those that had fallen behind."""
        for sid, tab in list(self.tabs.items()):
            if not self._wire.is_open(tab.address):
                self.detach(sid)
            elif tab.is_behind:
                self._catch_up_tab(tab)

    def _catch_up_tab(self, tab: Tab) -> None:
        room = self.rooms.get(tab.room_id) if tab.room_id is not None else None
        tab.is_behind = False
        if room is not None:
            self._send(tab, self._wire.vars(room.all_vars(tab), _line_vars(tab)))
        unread, tab.unread = tab.unread, None
        if unread is not None:
            self.show_unread(tab, unread)

    def _send(self, tab: Tab, packet: Packet) -> None:
        if not self._wire.send(tab.address, packet):
            tab.is_behind = True

    # Rooms

    async def open(self, room_id: int) -> LiveRoom:
        """The live room, loaded if nobody looked at it. Raises: RoomUnavailable."""
        room = self.rooms.get(room_id)
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
        self.rooms[room_id] = room
        room.wanted_seq = self._heard.pop(room_id, 0)
        if room.wanted_seq > room.view.seq:
            self.catch_up(room)
        metrics.LIVE_ROOMS.set(len(self.rooms))
        return room

    def show(
        self, tab: Tab, room: LiveRoom, past: Past, *, is_staff: bool, line: Line = NO_LINE
    ) -> None:
        """Grant the room to the tab and send it everything, then all changes, in this order.

        The caller has just checked the right, and that `access_epoch` did not change meanwhile.
        """
        if tab.room_id != room.room_id:
            self._leave(tab)
        tab.room_id, tab.is_staff = room.room_id, is_staff
        room.tabs[tab.address.sid] = tab
        tab.show_past(past)
        tab.line, tab.visit = line, secrets.randbits(32)
        self._send(tab, self._wire.vars(room.all_vars(tab), _line_vars(tab)))
        self.presence_changed(room.room_id)

    def blank(self, tab: Tab) -> None:
        """Show the tab no room."""
        self._leave(tab)
        self._send(tab, self._wire.vars(self._empty, _line_vars(tab)))

    def forget_unseen(self) -> None:
        """Give up the views that nobody looks at any more."""
        for room_id, room in list(self.rooms.items()):
            self._forget_threads(room)
            if not room.tabs and not room.is_catching_up:
                del self.rooms[room_id]
                self._paces.pop(room_id, None)
                self.unwatch(room_id)
        metrics.LIVE_ROOMS.set(len(self.rooms))

    # The past

    def show_past(self, tab: Tab, past: Past) -> None:
        """Have a tab show other pages of the past, or none."""
        room = self.rooms.get(tab.room_id) if tab.room_id is not None else None
        if room is None:
            return
        tab.show_past(past)
        self._send(tab, self._wire.vars(room.own_vars(tab)))

    # Reading

    def latest_seen(self, tab: Tab) -> Seen | None:
        """The newest message of the tab's room; None if it shows no room or one without any."""
        room = self.rooms.get(tab.room_id) if tab.room_id is not None else None
        if room is None or not room.view.messages:
            return None
        latest = room.view.messages[-1]
        return Seen(latest.position, latest.ordinal)

    def stop_following(self, tab: Tab) -> None:
        """The person no longer has the newest message in sight; what came so far was seen."""
        seen = self.latest_seen(tab)
        if tab.is_following and seen is not None:
            self.stopped_following(tab, seen)
        tab.is_following = False

    def show_line(self, tab: Tab, line: Line) -> None:
        """Have a tab show elsewhere where what is new begins."""
        tab.line = line
        self._send(tab, self._wire.vars({}, _line_vars(tab)))

    def show_unread(self, tab: Tab, counts: dict[int, int]) -> None:
        """Have a tab's side bar show these unread counts, unless it does."""
        if tab.unread != counts:
            tab.unread = counts
            self._send(tab, self._wire.vars({}, {"unread": encode(counts)}))

    def reload_lists(self) -> None:
        """Have every tab load its side bar anew: notices may have been missed."""
        packet = self._wire.events(self._pages.own.get("unread", ()))
        for tab in self.tabs.values():
            self._send(tab, packet)

    # Threads

    async def open_thread(self, tab: Tab, room: LiveRoom, root_id: int) -> None:
        """Show a thread of the tab's room beside it, and all its changes from then on. The caller
        has just checked the right to read the room.

        Raises: MessageUnavailable if `root_id` is no message of the room's timeline;
            ServiceUnavailable if the room changes faster than the thread can be read.
        """
        await self.load_thread(tab, room, root_id)
        self.send_thread(tab)

    async def load_thread(self, tab: Tab, room: LiveRoom, root_id: int) -> None:
        """Do as `open_thread`, without sending what is there already: the caller adds older
        replies first and calls `send_thread`."""
        tab.show_thread(root_id)
        try:
            if root_id not in room.threads:
                await self._load_thread(room, root_id)
        except ChatError:
            if tab.thread_id == root_id:
                tab.show_thread(None)
            raise

    def send_thread(self, tab: Tab) -> None:
        """Send the tab all of its open thread, unless the room was taken from it meanwhile."""
        room = self.rooms.get(tab.room_id) if tab.room_id is not None else None
        if room is not None and tab.thread_id in room.threads:
            shown = room.thread_vars(tab.thread_id) | room.own_thread_vars(tab)
            self._send(tab, self._wire.vars(shown))

    def send_older_replies(self, tab: Tab) -> None:
        """Send the tab the older replies that it shows of its open thread."""
        room = self.rooms.get(tab.room_id) if tab.room_id is not None else None
        if room is not None:
            self._send(tab, self._wire.vars(room.own_thread_vars(tab)))

    async def _load_thread(self, room: LiveRoom, root_id: int) -> None:
        for _ in range(_MAX_THREAD_TRIES):
            thread = await off_loop(
                history.load_thread, self._deps, room_id=room.room_id, root_id=root_id
            )
            if thread.seq > room.view.seq:
                # The thread shows what the room has not heard of yet.
                room.wanted_seq = max(room.wanted_seq, thread.seq)
                self.catch_up(room)
            if thread.seq == room.view.seq or root_id in room.threads:
                room.threads.setdefault(root_id, thread)
                return
            await asyncio.sleep(_THREAD_RETRY_S)
        raise ServiceUnavailable

    async def _reopen_threads(self, room: LiveRoom) -> None:
        """Show open threads anew after the room was loaded anew."""
        for tab in list(room.tabs.values()):
            if tab.thread_id is not None:
                try:
                    await self.open_thread(tab, room, tab.thread_id)
                except ChatError as error:
                    log.warning("thread_not_reopened", room_id=room.room_id, code=error.code)

    def close_thread(self, tab: Tab) -> None:
        """Show the tab no thread."""
        tab.show_thread(None)
        self._send(tab, self._wire.vars(NO_THREAD))

    def _forget_threads(self, room: LiveRoom) -> None:
        wanted = {tab.thread_id for tab in room.tabs.values()}
        for root_id in list(room.threads):
            if root_id not in wanted:
                del room.threads[root_id]

    # Events

    def receive(self, entry: Sequenced) -> None:
        """Take in an event from the bus: fold it if it is next, fill the gap if it is not."""
        room = self.rooms.get(entry.room_id)
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
        room.unsent += 1
        if not room.oldest_unsent:
            room.oldest_unsent = entry.created_at.timestamp()
        if isinstance(entry.event, VoteChanged | MessageEdited | MessageDeleted):
            self.nudge_room(room.room_id, "top", after_s=_TOP_S)
        self.schedule_flush(room, gap_s=_gap_s(room, entry.event))

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
            for tab in list(room.tabs.values()):
                self._send(tab, self._wire.vars(room.all_vars(tab)))
            self._spawn(self._reopen_threads(room))
        for entry in entries:
            if entry.seq == room.view.seq + 1:
                self._fold(room, entry)

    async def heal(self) -> None:
        """Compare every live room with the database and read what is missing.

        Raises: sqlalchemy.exc.SQLAlchemyError.
        """
        if not self.rooms:
            return
        seqs = await off_loop(event_log.last_seqs, self._deps, room_ids=list(self.rooms))
        for room_id, seq in seqs.items():
            room = self.rooms.get(room_id)
            if room is not None and seq > room.view.seq:
                room.wanted_seq = max(room.wanted_seq, seq)
                self.catch_up(room)

    # Sending

    def schedule_flush(self, room: LiveRoom, *, gap_s: float = 0.0) -> None:
        """Send what changed: at once after a pause, else with the room's next tick, and not within
        `gap_s` after the last packet."""
        self._pace(room).schedule(partial(self._flush, room), gap_s=gap_s)

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
                    self._send(tab, packet)
            elif "older" in names:
                self._send(tab, self._wire.vars(shared | room.own_vars(tab)))
            elif shared:
                self._send(tab, self._wire.vars(shared))
        self._flush_threads(room)

    def _flush_threads(self, room: LiveRoom) -> None:
        roots, room.dirty_threads = room.dirty_threads & set(room.threads), set()
        for root_id in roots:
            shared = room.thread_vars(root_id)
            packet = self._wire.vars(shared)
            for tab in list(room.tabs.values()):
                if tab.thread_id != root_id:
                    continue
                own = room.own_thread_vars(tab) if tab.older_replies else {}
                self._send(tab, self._wire.vars(shared | own) if own else packet)

    def nudge_accounts(
        self, account_ids: Collection[int], changed: str, *, from_sid: str = ""
    ) -> None:
        """Have the tabs of people load anew what changed of their own, except the one on that
        socket."""
        packet = self._wire.events(self._pages.own.get(changed, ()))
        for tab in self.tabs.values():
            if tab.signed_in.account_id in account_ids and tab.address.sid != from_sid:
                self._send(tab, packet)

    def nudge_room(self, room_id: int, changed: str, *, after_s: float = _NUDGE_S) -> None:
        """Have the screens that list what changed load it anew, after a moment in which further
        changes share it: in a busy room members come and go all the time."""
        if (room_id, changed) not in self._nudging:
            self._nudging.add((room_id, changed))
            loop = asyncio.get_running_loop()
            loop.call_later(after_s, self._nudge_room, room_id, changed)

    def _nudge_room(self, room_id: int, changed: str) -> None:
        self._nudging.discard((room_id, changed))
        room = self.rooms.get(room_id)
        if room is None:
            return
        packet = self._wire.events(self._pages.of_room(changed))
        for tab in list(room.tabs.values()):
            if tab.lists(changed):
                self._send(tab, packet)

    def matching(
        self,
        *,
        account_id: int | None = None,
        room_id: int | None = None,
        session_id: int | None = None,
    ) -> Iterable[Tab]:
        """The tabs that fit all the ids given."""
        for tab in list(self.tabs.values()):
            if (
                account_id in (None, tab.signed_in.account_id)
                and session_id in (None, tab.signed_in.session_id)
                and room_id in (None, tab.room_id)
            ):
                yield tab

    def find_tab(self, sid: str) -> Tab | None:
        """The tab of a socket, if it has an identity."""
        return self.tabs.get(sid)

    def address(self, sid: str) -> Address | None:
        """Where a socket is, or None if it is gone."""
        return self._wire.find(sid)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _line_vars(tab: Tab) -> dict[str, str]:
    return {
        "new_from": encode(tab.line.message_id),
        "new_count": encode(tab.line.count),
        "visit": encode(tab.visit),
    }


def _gap_s(room: LiveRoom, event: RoomEvent) -> float:
    """How long after the last packet an event that was just folded may have to wait."""
    if not isinstance(event, _SUMS):
        return 0.0
    return SETTLED_SUMS_S if room.dirty & {"settled", "older"} else SUMS_S
