"""Asks pages to load anew what they list beside the room itself."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from chatrooms.domain.assistant import Kind
from chatrooms.live.room import LiveRoom
from chatrooms.live.sharing import Sharing
from chatrooms.live.tab import Tab
from chatrooms.live.wire import Wire

_NUDGE_S = 0.2
_ROOM_S = {"top": 1.0, "sources": 1.0}
"""How often what of a room changes all the time may be read anew: the best messages while people
vote; what the assistant wrote, which is shown so long after a message that it rests on changed."""
_SHARED_S = {"moderation": 1.0, "rejudging": 0.5, "notifications": 2.0, "replies": 2.0}
"""What of a person's own may change many times a second in a busy room: the first change is told at
once, those within so many seconds after it together."""


@dataclass(frozen=True, slots=True)
class _Own:
    """What changed of one person's own, and which tabs of theirs it concerns."""

    account_id: int
    changed: str
    from_sid: str
    """The socket of the tab that knows already."""
    in_room: int | None
    """The room that tabs must show; None for any or none."""


@dataclass(frozen=True, slots=True)
class PageEvents:
    """Full names of the handlers that pages are asked to run."""

    own: Mapping[str, tuple[str, ...]]
    """What is a person's alone, by what changed of it: the person's own rooms, and rights in the
    open one (`rooms`); the list of rooms with what is unread there (`unread`);
    own votes and such (`marks`); followed threads (`threads`); the bell (`notifications`), also
    where it tells of replies (`replies`); what waits for them as moderators (`moderation`);
    policies and rules that they see (`policy`); trainings (`learning`) and judging again
    (`rejudging`) in rooms that they moderate; rooms recommended to them (`recommended`)."""
    turns: Mapping[Kind, tuple[str, ...]]
    """What the assistant wrote for a person, by what of it the tab shows."""
    standing: tuple[str, ...]
    """Own messages that moderation keeps back, those with the ids that the event carries."""
    facts: tuple[str, ...]
    """What a page shows of a room beside the room itself."""
    info: tuple[str, ...]
    """Members, join requests and invitations of the open room."""
    top: tuple[str, ...]
    """The best messages of the open room."""
    pins: tuple[str, ...]
    """Pinned messages of the open room."""
    sources: tuple[str, ...]
    """What the assistant wrote, the summary too, after a message of the open room that it may rest
    on changed."""
    summary: tuple[str, ...]
    """The summary of the open room, and what shows a line of it."""
    agent: tuple[str, ...]
    """What the open room's agent proposes, did, and may do."""
    access_lost: tuple[str, ...]
    """Find out what, if anything, the tab may still show."""

    def of_room(self, changed: str) -> tuple[str, ...]:
        """The handlers that load what changed of a room."""
        known = {
            "facts": self.facts,
            "top": self.top,
            "pins": self.pins,
            "sources": self.sources,
            "summary": self.summary,
            "agent": self.agent,
        }
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
        self._sharing = Sharing()

    def accounts(
        self,
        account_ids: Collection[int],
        changed: str,
        *,
        from_sid: str = "",
        in_room: int | None = None,
    ) -> None:
        """Have the tabs of people load anew what changed of their own, except the one on that
        socket, and only those that show that room if one is given."""
        here = {tab.signed_in.account_id for tab in self._tabs.values()}
        for account_id in here.intersection(account_ids):
            own = _Own(account_id, changed, from_sid, in_room)
            if changed in _SHARED_S:
                within_s = _SHARED_S[changed]
                self._sharing.run(own, partial(self._tell_own, own), within_s=within_s)
            else:
                self._tell_own(own)

    def _tell_own(self, own: _Own) -> None:
        for tab in self._tabs.values():
            if (
                tab.signed_in.account_id == own.account_id
                and tab.address.sid != own.from_sid
                and own.in_room in (None, tab.room_id)
                and (names := self._of_own(own.changed, tab))
            ):
                tab.send(self._wire, self._wire.events(names))

    def _of_own(self, changed: str, tab: Tab) -> tuple[str, ...]:
        """The handlers by which the tab loads what changed of its person's own."""
        if changed != "turns":
            return self._pages.own.get(changed, ())
        return self._pages.turns.get(tab.answers, ()) if tab.answers is not None else ()

    def standing(self, tabs: Collection[Tab], message_ids: Sequence[int]) -> None:
        """Have an author's tabs read anew what became of these messages."""
        packet = self._wire.events(self._pages.standing, {"message_ids": message_ids})
        for tab in tabs:
            tab.send(self._wire, packet)

    def lists(self) -> None:
        """Have every tab load its side bar anew, and what became of own messages: notices may have
        been missed."""
        packet = self._wire.events((*self._pages.own.get("unread", ()), *self._pages.standing))
        for tab in self._tabs.values():
            tab.send(self._wire, packet)

    def room(self, room_id: int, changed: str) -> None:
        """Have the screens that list what changed load it anew, after a moment in which further
        changes share it: in a busy room members come and go all the time."""
        if (room_id, changed) not in self._waiting:
            self._waiting.add((room_id, changed))
            loop = asyncio.get_running_loop()
            after_s = _ROOM_S.get(changed, _NUDGE_S)
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
