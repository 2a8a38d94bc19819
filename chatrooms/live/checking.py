"""Tells authors that their message is being checked, once that takes longer than a moment."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from chatrooms.domain.events import Message
from chatrooms.live.nudges import Nudges
from chatrooms.live.room import LiveRoom

_MOMENT_S = 0.3
"""Most verdicts come within it: then the message itself is what its author sees next."""


class Checking:
    """The held messages of people with tabs here. Every method runs on the event loop."""

    def __init__(self, nudges: Nudges, *, rooms: Mapping[int, LiveRoom]) -> None:
        self._nudges = nudges
        self._rooms = rooms
        self._untold: dict[tuple[int, int], set[int]] = defaultdict(set)
        """Messages held a moment ago, by author and room."""

    def held(self, room_id: int, message_id: int, *, author_id: int) -> None:
        """A message is held: unless it is published within a moment, its author's tabs show so."""
        room = self._rooms.get(room_id)
        if room is None or not any(t.signed_in.account_id == author_id for t in room.tabs.values()):
            return
        key = (author_id, room_id)
        if key not in self._untold:
            asyncio.get_running_loop().call_later(_MOMENT_S, self._tell, key)
        self._untold[key].add(message_id)

    def _tell(self, key: tuple[int, int]) -> None:
        if self._untold.pop(key):
            author_id, room_id = key
            self._nudges.accounts({author_id}, "standing", in_room=room_id)

    def published(self, room: LiveRoom, message: Message) -> None:
        """A message took its place in the room: tabs that show it as held read anew what is."""
        author_id = message.author.id
        untold = self._untold.get((author_id, room.room_id))
        if untold is not None:
            untold.discard(message.id)
        if any(t.shows_held and t.signed_in.account_id == author_id for t in room.tabs.values()):
            self._nudges.accounts({author_id}, "standing", in_room=room.room_id)
