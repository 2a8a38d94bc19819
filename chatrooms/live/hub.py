"""The hub: one per web process. Knows who is connected and what each tab was granted, and writes
what a tab shows onto its socket."""

import secrets
from collections.abc import Callable, Coroutine, Iterable

from chatrooms.adapters import metrics
from chatrooms.bootstrap import Deps
from chatrooms.domain.events import (
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessageRestored,
    MessageWithheld,
    Sequenced,
    VoteChanged,
)
from chatrooms.live.answers import NO_ANSWER_SHOWN, LiveAnswers
from chatrooms.live.checking import Checking
from chatrooms.live.fan_out import FanOut
from chatrooms.live.nudges import Nudges, PageEvents
from chatrooms.live.room import LiveRoom
from chatrooms.live.rooms import LiveRooms
from chatrooms.live.tab import NO_LINE, NOTHING_SEEN, PRESENT, Line, Past, Seen, Tab
from chatrooms.live.threads import OpenThreads
from chatrooms.live.wire import Address, SocketGone, Wire, encode
from chatrooms.live.written import NOTHING_WRITTEN
from chatrooms.services.sessions import SignedIn

_CHANGES_OF_SOURCES = MessageDeleted | MessageEdited | MessageRestored | MessageWithheld


class Hub:
    """Tabs and grants of one web process, and the parts that work for them. Every method runs on
    the event loop.

    A tab's vars are read from a view only through a standing grant: `show` makes one after a
    service has checked the right, `drop` takes it back.
    """

    def __init__(self, deps: Deps, wire: Wire, pages: PageEvents, empty: dict[str, str]) -> None:
        """`empty` are the vars of a page that shows no room, as JSON by name."""
        self._wire = wire
        self._empty = empty
        self.tabs: dict[str, Tab] = {}
        self.access_epoch = 0
        """Grows whenever access may have been lost, so that a check made before is made again."""
        self.presence_changed: Callable[[int], None] = lambda room_id: None
        self.stopped_following: Callable[[Tab, Seen], None] = lambda tab, seen: None
        """Called with how far the tab's room was read, before the tab leaves it."""
        self.tabs_changed: Callable[[int], None] = lambda account_id: None
        """Called with a person's account id when a tab of that person came or went."""
        self.live = LiveRooms(deps, folded=self._folded, restarted=self._restarted)
        self.rooms = self.live.by_id
        self.threads = OpenThreads(deps, wire, rooms=self.rooms, catch_up=self.live.catch_up)
        self.fan_out = FanOut(wire, self.threads, tick_s=deps.settings.tick_ms / 1000)
        self.nudges = Nudges(wire, pages, rooms=self.rooms, tabs=self.tabs)
        self.checking = Checking(self.nudges, rooms=self.rooms)
        self.answers = LiveAnswers(deps, wire, self.nudges, tabs=self.tabs)

    def _folded(self, room: LiveRoom, entry: Sequenced) -> None:
        if isinstance(entry.event, VoteChanged | MessageEdited | MessageDeleted):
            self.nudges.room(room.room_id, "top")
        if isinstance(entry.event, _CHANGES_OF_SOURCES):
            self.nudges.room(room.room_id, "sources")
        if isinstance(entry.event, MessagePosted):
            self.checking.published(room, entry.event.message)
        self.fan_out.note(room, entry.event, made_at=entry.created_at.timestamp())

    def _restarted(self, room: LiveRoom) -> Coroutine[None, None, None]:
        for tab in list(room.tabs.values()):
            tab.send(self._wire, self._wire.vars(room.all_vars(tab)))
        return self.threads.reopen(room)

    # Tabs

    def attach(self, sid: str, signed_in: SignedIn) -> Tab:
        """The tab of a socket, shown no room yet. What it showed before is taken back.

        Raises: SocketGone.
        """
        address = self._wire.find(sid)
        if address is None:
            raise SocketGone
        before = self.tabs.get(sid)
        self.detach(sid)
        tab = Tab(address, signed_in)
        if before is not None and before.signed_in.account_id == signed_in.account_id:
            tab.reported_at = before.reported_at
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
        room_id, tab.room_id, tab.held_ids = tab.room_id, None, frozenset()
        tab.answers = None
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
            no_answer = NO_ANSWER_SHOWN | NOTHING_WRITTEN
            nothing = self._wire.vars(self._empty, _line_vars(tab), no_answer)
            self._wire.send(tab.address, nothing, in_any_case=True)
        self.nudges.access_lost(tab)

    def sweep(self) -> None:
        """Forget sockets that closed and send snapshots to those that had fallen behind."""
        for sid, tab in list(self.tabs.items()):
            if not self._wire.is_open(tab.address):
                self.detach(sid)
            elif tab.is_behind:
                self._catch_up_tab(tab)

    def _catch_up_tab(self, tab: Tab) -> None:
        room = self._room(tab)
        tab.is_behind = False
        if room is not None:
            answer = self.answers.vars(tab) | room.written.vars(tab.thread_id)
            shown = (room.all_vars(tab), _line_vars(tab), answer)
            tab.send(self._wire, self._wire.vars(*shown))
        unread, tab.unread = tab.unread, None
        if unread is not None:
            self.show_unread(tab, unread)

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

    # Grants

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
        answer = self.answers.vars(tab) | room.written.vars(tab.thread_id)
        shown = (room.all_vars(tab), _line_vars(tab), answer)
        tab.send(self._wire, self._wire.vars(*shown))
        self.presence_changed(room.room_id)

    def blank(self, tab: Tab) -> None:
        """Show the tab no room."""
        self._leave(tab)
        no_answer = NO_ANSWER_SHOWN | NOTHING_WRITTEN
        tab.send(self._wire, self._wire.vars(self._empty, _line_vars(tab), no_answer))

    def forget_unseen(self) -> None:
        """Give up the views, threads and answers that nobody looks at any more."""
        self.threads.forget_unseen()
        self.answers.forget_unseen()
        for room_id in self.live.forget_unseen():
            self.fan_out.forget(room_id)

    # The past

    def show_past(self, tab: Tab, past: Past) -> None:
        """Have a tab show other pages of the past, or none."""
        room = self._room(tab)
        if room is None:
            return
        tab.show_past(past)
        tab.send(self._wire, self._wire.vars(room.own_vars(tab)))

    # Reading

    def latest_seen(self, tab: Tab) -> Seen | None:
        """The newest message of the tab's room; None if it shows no room or one without any."""
        room = self._room(tab)
        if room is None or not room.view.messages:
            return None
        latest = room.view.messages[-1]
        return Seen(latest.position, latest.ordinal)

    def _room(self, tab: Tab) -> LiveRoom | None:
        return self.rooms.get(tab.room_id) if tab.room_id is not None else None

    def stop_following(self, tab: Tab) -> None:
        """The person no longer has the newest message in sight; what came so far was seen."""
        seen = self.latest_seen(tab)
        if tab.is_following and seen is not None:
            self.stopped_following(tab, seen)
        tab.is_following = False

    def show_line(self, tab: Tab, line: Line) -> None:
        """Have a tab show elsewhere where what is new begins."""
        tab.line = line
        tab.send(self._wire, self._wire.vars({}, _line_vars(tab)))

    def show_unread(self, tab: Tab, counts: dict[int, int]) -> None:
        """Have a tab's side bar show these unread counts, unless it does."""
        if tab.unread != counts:
            tab.unread = counts
            tab.send(self._wire, self._wire.vars({}, {"unread": encode(counts)}))


def _line_vars(tab: Tab) -> dict[str, str]:
    return {
        "new_from": encode(tab.line.message_id),
        "new_count": encode(tab.line.count),
        "visit": encode(tab.visit),
    }
