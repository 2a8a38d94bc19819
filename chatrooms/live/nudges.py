"""Asks pages to load anew what they list beside the room itself."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chatrooms.live.room import LiveRoom
from chatrooms.live.tab import Tab
from chatrooms.live.wire import Wire

_NUDGE_S = 0.2
_SHARED_S = {"moderation": 1.0}
"""What of a person's own changes so often in a busy room that changes within this time share one
nudge."""


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


class Nudges:
    """The nudges of one web process. Every method runs on the event loop."""

    def __init__(
        self,
        wire: Wire,
        pages: PageEvents,
        *,
        rooms: Mapping[int, LiveRoom],
        tabs: Mapping[str, Tab],
    ) -> None:
        self._wire = wire
        self._pages = pages
        self._rooms = rooms
        self._tabs = tabs
        self._waiting: set[tuple[int, str]] = set()
        self._sharing: set[tuple[int, str]] = set()

    def accounts(self, account_ids: Collection[int], changed: str, *, from_sid: str = "") -> None:
        """Have the tabs of people load anew what changed of their own, except the one on that
        socket."""
        if changed in _SHARED_S:
            self._share(account_ids, changed)
            return
        self._tell_accounts(account_ids, changed, from_sid=from_sid)

    def _share(self, account_ids: Collection[int], changed: str) -> None:
        loop = asyncio.get_running_loop()
        for account_id in set(account_ids) - {
            each for each, what in self._sharing if what == changed
        }:
            self._sharing.add((account_id, changed))
            loop.call_later(_SHARED_S[changed], self._tell_shared, account_id, changed)

    def _tell_shared(self, account_id: int, changed: str) -> None:
        self._sharing.discard((account_id, changed))
        self._tell_accounts({account_id}, changed)

    def _tell_accounts(
        self, account_ids: Collection[int], changed: str, *, from_sid: str = ""
    ) -> None:
        packet = self._wire.events(self._pages.own.get(changed, ()))
        for tab in self._tabs.values():
            if tab.signed_in.account_id in account_ids and tab.address.sid != from_sid:
                tab.send(self._wire, packet)

    def lists(self) -> None:
        """Have every tab load its side bar anew: notices may have been missed."""
        packet = self._wire.events(self._pages.own.get("unread", ()))
        for tab in self._tabs.values():
            tab.send(self._wire, packet)

    def room(self, room_id: int, changed: str, *, after_s: float = _NUDGE_S) -> None:
        """Have the screens that list what changed load it anew, after a moment in which further
        changes share it: in a busy room members come and go all the time."""
        if (room_id, changed) not in self._waiting:
            self._waiting.add((room_id, changed))
            loop = asyncio.get_running_loop()
            loop.call_later(after_s, self._tell_room, room_id, changed)

    def _tell_room(self, room_id: int, changed: str) -> None:
        self._waiting.discard((room_id, changed))
        room = self._rooms.get(room_id)
        if room is None:
            return
        packet = self._wire.events(self._pages.of_room(changed))
        for tab in list(room.tabs.values()):
            if tab.lists(changed):
                tab.send(self._wire, packet)

    def access_lost(self, tab: Tab) -> None:
        """Have a tab find out what it may still show, however far behind its socket is."""
        lost = self._wire.events(self._pages.access_lost)
        self._wire.send(tab.address, lost, in_any_case=True)
