"""Tells authors what became of their messages that moderation looks at or keeps back."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import partial

from chatrooms.domain.events import Message
from chatrooms.live.nudges import Nudges
from chatrooms.live.room import LiveRoom
from chatrooms.live.sharing import Sharing
from chatrooms.live.tab import Tab

_MOMENT_S = 0.3
"""Most verdicts come within it: then the message itself is what its author sees next."""
_SHARED_S = 1.0
"""The first change is told at once, those within so many seconds after it together."""

_Key = tuple[int, int]
"""An author and a room."""


class Checking:
    """The messages of people with tabs here that are held, or were decided about. Tabs are told
    which ones to read anew. Every method runs on the event loop."""

    def __init__(self, nudges: Nudges, *, rooms: Mapping[int, LiveRoom]) -> None:
        self._nudges = nudges
        self._rooms = rooms
        self._sharing = Sharing()
        self._untold: dict[_Key, set[int]] = defaultdict(set)
        """Messages held a moment ago."""
        self._changed: dict[_Key, set[int]] = defaultdict(set)
        """Messages that tabs are to read anew."""

    def held(self, room_id: int, message_id: int, *, author_id: int) -> None:
        """A message is held: unless it is decided within a moment, its author's tabs show so."""
        if not self._tabs(author_id, room_id):
            return
        key = (author_id, room_id)
        if key not in self._untold:
            asyncio.get_running_loop().call_later(_MOMENT_S, self._late, key)
        self._untold[key].add(message_id)

    def _late(self, key: _Key) -> None:
        self._tell(key, self._untold.pop(key))

    def decided(self, room_id: int, authors: Iterable[tuple[int, int]]) -> None:
        """Moderation decided about messages, given with their authors: tabs of these show it."""
        for message_id, author_id in authors:
            self._is_told(room_id, message_id, author_id)
            if self._tabs(author_id, room_id):
                self._tell((author_id, room_id), [message_id])

    def published(self, room: LiveRoom, message: Message) -> None:
        """A message took its place in the room: tabs that show it as held read it anew."""
        author_id = message.author.id
        self._is_told(room.room_id, message.id, author_id)
        if any(tab.shows_held(message.id) for tab in self._tabs(author_id, room.room_id)):
            self._tell((author_id, room.room_id), [message.id])

    def _is_told(self, room_id: int, message_id: int, author_id: int) -> None:
        untold = self._untold.get((author_id, room_id))
        if untold is not None:
            untold.discard(message_id)

    def _tabs(self, author_id: int, room_id: int) -> list[Tab]:
        room = self._rooms.get(room_id)
        tabs = room.tabs.values() if room is not None else ()
        return [tab for tab in tabs if tab.signed_in.account_id == author_id]

    def _tell(self, key: _Key, message_ids: Collection[int]) -> None:
        if message_ids:
            self._changed[key].update(message_ids)
            self._sharing.run(key, partial(self._send, key), within_s=_SHARED_S)

    def _send(self, key: _Key) -> None:
        author_id, room_id = key
        message_ids = sorted(self._changed.pop(key, ()))
        self._nudges.standing(self._tabs(author_id, room_id), message_ids)
