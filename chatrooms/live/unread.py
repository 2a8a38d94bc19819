"""What is unread: keeps the counts in the side bars of this process's tabs right, and moves the
read markers of the people who follow a room."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.bootstrap import Deps
from chatrooms.domain.notifications import Notify
from chatrooms.live.hub import Hub
from chatrooms.live.offload import off_loop
from chatrooms.live.tab import Seen, Tab
from chatrooms.services import reading
from chatrooms.services.room_lists import MyRoom

log = structlog.get_logger(__name__)

_TICK_S = 0.25
COUNTS_S = 1.0
"""How long news waits for more to join it before side bars are told."""
MARKERS_S = 2.0
"""How often the markers of the people who follow a busy room are moved."""
_STILL_THERE_S = MARKERS_S + COUNTS_S
"""How long somebody who was told to follow a room elsewhere counts as doing so."""
_LONG_AGO = -1e9

Due = tuple[int, Seen, bool]
"""A room, how far it was read, and whether the people concerned go on following it."""


@dataclass(slots=True)
class Standing:
    """How far a person has read one room."""

    read_ordinal: int
    is_muted: bool = False
    """Whether the person wants to hear nothing of the room: then nothing in it counts."""
    followed_at: float = _LONG_AGO
    """When another process last told that the person follows the room there."""


@dataclass(slots=True)
class Reader:
    """A person with open tabs here, and the rooms in the side bar."""

    rooms: dict[int, Standing] = field(default_factory=dict[int, Standing])
    counts: dict[int, int] = field(default_factory=dict[int, int])
    """What is unread, by room; rooms without anything unread are not in it."""
    changed: set[int] = field(default_factory=set[int])
    """Rooms whose count is to be looked at again."""
    since: float = 0.0
    """Since when the first of them waits."""
    epoch: int = 0
    """Grows with each notice about the person, so that a list read before it is read again."""


class UnreadKeeper:
    """Unread counts and read markers of one web process. Every method runs on the event loop."""

    def __init__(self, deps: Deps, hub: Hub) -> None:
        self._deps = deps
        self._hub = hub
        self._readers: dict[int, Reader] = {}
        self._latest: dict[int, int] = {}
        """By room: the ordinal of its newest message, as far as it was told."""
        self._in_room: defaultdict[int, set[int]] = defaultdict(set)
        """By room: whose side bars list it."""
        self._heard: dict[int, float] = {}
        """Rooms with news that side bars were not told of, and since when."""
        self._marked: dict[int, float] = {}
        """By room: when markers were moved last."""
        self._pending: dict[Due, set[int]] = {}
        hub.stopped_following = self._stopped_following

    # What handlers tell

    def epoch(self, account_id: int) -> int:
        """The number of notices about the person so far."""
        return self._readers.setdefault(account_id, Reader()).epoch

    def show(self, tab: Tab, rooms: Sequence[MyRoom], *, epoch: int) -> bool:
        """Show a tab the counts of its person's rooms and keep them right from then on. False if
        the list is out of date already, which the epoch at which it was read tells."""
        account_id = tab.signed_in.account_id
        reader = self._readers.setdefault(account_id, Reader())
        if reader.epoch != epoch:
            return False
        for room_id in reader.rooms.keys() - {room.id for room in rooms}:
            self._in_room[room_id].discard(account_id)
        before, reader.rooms = reader.rooms, {}
        for room in rooms:
            standing = before.get(room.id, Standing(0))
            standing.read_ordinal = room.read_ordinal
            standing.is_muted = room.notify == Notify.NOTHING
            reader.rooms[room.id] = standing
            self._latest[room.id] = max(room.message_count, self._latest.get(room.id, 0))
            self._in_room[room.id].add(account_id)
        reader.counts, reader.changed = {}, set(reader.rooms)
        self._count(account_id, [*self._hub.matching(account_id=account_id)])
        return True

    def _stopped_following(self, tab: Tab, seen: Seen) -> None:
        room_id, account_id = tab.room_id, tab.signed_in.account_id
        if room_id is None:
            return
        if seen != tab.marked:
            self._pending.setdefault((room_id, seen, False), set()).add(account_id)
        reader = self._readers.get(account_id)
        if reader is not None and room_id in reader.rooms:
            reader.rooms[room_id].followed_at = _LONG_AGO
            self._note(reader, room_id, time.monotonic())

    # What the bus tells

    def posted(self, room_id: int, *, ordinal: int, author_id: int) -> None:
        """A room has a new message, which its author has read."""
        self._latest[room_id] = max(ordinal, self._latest.get(room_id, 0))
        if self._in_room.get(room_id):
            self._heard.setdefault(room_id, time.monotonic())
            self._move(room_id, author_id, ordinal)

    def read(
        self, room_id: int, account_ids: Iterable[int], *, ordinal: int, is_following: bool
    ) -> None:
        """The markers of these people were moved, forward or back."""
        for account_id in account_ids:
            standing = self._move(room_id, account_id, ordinal)
            if standing is None:
                continue
            standing.followed_at = time.monotonic() if is_following else _LONG_AGO
            if not is_following:
                self._stop_following(room_id, account_id, ordinal)

    def _move(self, room_id: int, account_id: int, ordinal: int) -> Standing | None:
        reader = self._readers.get(account_id)
        if reader is None:
            return None
        reader.epoch += 1
        standing = reader.rooms.get(room_id)
        if standing is not None:
            standing.read_ordinal = ordinal
            self._note(reader, room_id, time.monotonic())
        return standing

    def _note(self, reader: Reader, room_id: int, since: float) -> None:
        if not reader.changed:
            reader.since = since
        reader.changed.add(room_id)

    def _stop_following(self, room_id: int, account_id: int, ordinal: int) -> None:
        for tab in self._hub.matching(account_id=account_id, room_id=room_id):
            if tab.is_following and tab.marked.ordinal > ordinal:
                # Marked unread: what this tab shows must not mark it read again.
                tab.is_following = False
        for (where, seen, _), account_ids in self._pending.items():
            if where == room_id and seen.ordinal > ordinal:
                account_ids.discard(account_id)

    # What happens by itself

    async def run(self) -> None:
        """Move markers and tell side bars until cancelled."""
        while True:
            await asyncio.sleep(_TICK_S)
            try:
                await self.move_markers()
            except SQLAlchemyError as error:
                log.warning("markers_not_moved", error=type(error).__name__)
            self.send_counts()

    async def move_markers(self) -> None:
        """Store how far people have read, in one statement for all who follow a room.

        Raises: sqlalchemy.exc.SQLAlchemyError; what was not stored is tried again.
        """
        self._collect()
        while self._pending:
            due, account_ids = self._pending.popitem()
            try:
                await self._mark(due, account_ids)
            except SQLAlchemyError:
                self._pending.setdefault(due, set()).update(account_ids)
                raise

    async def _mark(self, due: Due, account_ids: set[int]) -> None:
        room_id, seen, is_following = due
        await off_loop(
            reading.mark_read,
            self._deps,
            room_id=room_id,
            account_ids=account_ids,
            position=seen.position,
            ordinal=seen.ordinal,
            are_following=is_following,
        )

    def _collect(self) -> None:
        now = time.monotonic()
        for tab in self._hub.tabs.values():
            seen = self._hub.latest_seen(tab) if tab.is_following else None
            if seen is None or tab.room_id is None or seen.ordinal <= tab.marked.ordinal:
                continue
            marked = self._marked.get(tab.room_id, _LONG_AGO)
            if marked in (now, _LONG_AGO) or now - marked >= MARKERS_S:
                self._marked[tab.room_id] = now
                due = tab.room_id, seen, True
                self._pending.setdefault(due, set()).add(tab.signed_in.account_id)
                tab.marked = seen

    def send_counts(self) -> None:
        """Tell side bars what changed, once that has waited for more to join it."""
        before = time.monotonic() - COUNTS_S
        for room_id, since in list(self._heard.items()):
            if since <= before:
                del self._heard[room_id]
                for account_id in self._in_room[room_id]:
                    self._note(self._readers[account_id], room_id, since)
        due = [a for a, each in self._readers.items() if each.changed and each.since <= before]
        tabs: defaultdict[int, list[Tab]] = defaultdict(list)
        for tab in self._hub.tabs.values() if due else ():
            tabs[tab.signed_in.account_id].append(tab)
        for account_id in due:
            self._count(account_id, tabs[account_id])

    def _count(self, account_id: int, tabs: Sequence[Tab]) -> None:
        reader, now = self._readers[account_id], time.monotonic()
        followed = {tab.room_id for tab in tabs if tab.is_following}
        changed, reader.changed = reader.changed, set()
        counts = reader.counts.copy()
        for room_id in changed & reader.rooms.keys():
            standing = reader.rooms[room_id]
            unread = self._latest.get(room_id, 0) - standing.read_ordinal
            is_elsewhere = now - standing.followed_at < _STILL_THERE_S
            counts.pop(room_id, None)
            if standing.is_muted:
                continue
            if unread > 0 and room_id not in followed and not is_elsewhere:
                counts[room_id] = unread
            elif unread > 0 and is_elsewhere:
                # The process where it is followed is about to tell how far; if not, it counts.
                self._note(reader, room_id, now)
        reader.counts = counts
        for tab in tabs:
            self._hub.show_unread(tab, counts)

    # Healing

    async def heal(self) -> None:
        """Compare the rooms in side bars with the database, in case a notice was lost; forget
        people without tabs here.

        Raises: sqlalchemy.exc.SQLAlchemyError.
        """
        here = {tab.signed_in.account_id for tab in self._hub.tabs.values()}
        for account_id in self._readers.keys() - here:
            for room_id in self._readers.pop(account_id).rooms:
                self._in_room[room_id].discard(account_id)
        listed = [room_id for room_id, accounts in self._in_room.items() if accounts]
        if not listed:
            return
        counts = await off_loop(reading.count_messages, self._deps, room_ids=listed)
        for room_id, count in counts.items():
            if count > self._latest.get(room_id, 0):
                self._latest[room_id] = count
                self._heard.setdefault(room_id, time.monotonic())
