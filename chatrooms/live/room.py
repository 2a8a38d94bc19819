"""One room that somebody looks at: its view, split and encoded for the browser."""

from dataclasses import dataclass, field

from chatrooms.domain.events import Message, MessagePosted, Person, PersonChanged, RoomEvent
from chatrooms.domain.view import RoomView, fold
from chatrooms.live.encoded import EncodedRows
from chatrooms.live.message_rows import message_rows
from chatrooms.live.rows import person_row, room_row
from chatrooms.live.tab import PRESENT, Tab
from chatrooms.live.thread import LiveThread
from chatrooms.live.typists import ROOM, Typists
from chatrooms.live.wire import encode
from chatrooms.live.written import Written

TAIL_KEPT = 4
"""Messages that stay in the tail when the rest of it settles."""
TAIL_MAX = 20
"""Messages at which the tail rolls over; with the settled ones they still fit into a view, so that
none leaves the view before it has left the lists."""
SETTLED_MAX = 60
MAX_NAMED_ONLINE = 50
"""How many of the people online are named; the rest are counted."""


@dataclass(slots=True)
class LiveRoom:
    """A view and who looks at it. The newest messages are the short `tail`, which is sent with
    each change; the `settled` ones before them are sent only when the tail rolls over or one of
    them changes, so a message costs a few kilobytes however long the list on the screen is."""

    view: RoomView
    tabs: dict[str, Tab] = field(default_factory=dict[str, Tab])
    """By socket id."""
    online: list[Person] = field(default_factory=list[Person])
    online_count: int = 0
    typists: Typists = field(default_factory=Typists)
    """Who types, until which loop time."""
    written: Written = field(default_factory=Written)
    """Replies that the assistant is writing."""
    threads: dict[int, LiveThread] = field(default_factory=dict[int, LiveThread])
    """The threads that tabs have open, by root."""
    dirty: set[str] = field(default_factory=set[str])
    """Names of vars that changed since the last flush."""
    dirty_typing: set[int] = field(default_factory=set[int])
    """Roots of threads in which somebody began or stopped to type since the last flush."""
    dirty_written: set[int] = field(default_factory=set[int])
    """Roots of threads in which a reply of the assistant's is over since the last flush."""
    wanted_seq: int = 0
    is_catching_up: bool = False
    unsent: int = 0
    """Events that wait for the flush."""
    oldest_unsent: float = 0.0
    """When the oldest event that waits for the flush was made, in seconds since 1970."""
    _settled_from: int = 0
    _tail_from: int = 0
    _encoded: EncodedRows = field(default_factory=lambda: EncodedRows(4 * SETTLED_MAX))

    def __post_init__(self) -> None:
        self._split()

    @property
    def room_id(self) -> int:
        """The room's id."""
        return self.view.facts.id

    @property
    def settled(self) -> tuple[Message, ...]:
        """The messages behind the tail that all screens show."""
        return tuple(
            m for m in self.view.messages if self._settled_from <= m.position < self._tail_from
        )

    @property
    def tail(self) -> tuple[Message, ...]:
        """The newest messages."""
        return tuple(m for m in self.view.messages if m.position >= self._tail_from)

    @property
    def first_position(self) -> int:
        """The position of the first message that all screens show; 0 if there is none."""
        return self._settled_from

    @property
    def has_older(self) -> bool:
        """Whether the room holds messages before those."""
        messages = self.view.messages
        return self.view.has_older or bool(messages and messages[0].position < self._settled_from)

    def restart(self, view: RoomView) -> None:
        """Go on from a freshly loaded view. The caller sends every tab all of its vars anew.

        Pages of the past missed what happened meanwhile, perhaps a deletion, so they go too.
        """
        self.view = view
        self.threads.clear()
        for tab in self.tabs.values():
            tab.show_past(PRESENT)
            tab.show_thread(tab.thread_id)
        self._split()

    def apply(self, seq: int, event: RoomEvent) -> None:
        """Fold the event numbered `seq`, which must follow, and note what it changed."""
        before = self.view
        self.view = fold(before, seq, event)
        if self.view.facts != before.facts or self.view.member_count != before.member_count:
            self.dirty.add("room")
        for root_id, thread in self.threads.items():
            self._fold_thread(root_id, thread, seq, event)
        if isinstance(event, PersonChanged):
            self._rename(event.person)
        if isinstance(event, MessagePosted):
            place = event.message.thread_id or ROOM
            if self.typists.stop(place, event.message.author.id):
                self.note_typing({place})
            self._note_written(event.message)
            if event.message.thread_id is None:
                self._note_posted()
                return
        if self.view.messages is not before.messages:
            self._note_changed(before.messages)
        for tab in self.tabs.values():
            if tab.touch(event):
                self.dirty.add("older")

    def _note_written(self, message: Message) -> None:
        """What was being written stands in the thread now: the next flush swaps one for the
        other."""
        if message.author.is_ai and message.thread_id is not None:
            if self.written.posted(message):
                self.dirty_written.add(message.thread_id)
            if self.typists.stop(ROOM, message.author.id):
                self.note_typing({ROOM})

    def _rename(self, person: Person) -> None:
        if any(each.id == person.id for each in self.online):
            self.online = [person if each.id == person.id else each for each in self.online]
            self.dirty.add("online")
        self.note_typing(self.typists.rename(person))

    def note_typing(self, places: set[int]) -> None:
        """Have the next flush tell who types there."""
        if ROOM in places:
            self.dirty.add("typing")
        self.dirty_typing |= places - {ROOM}

    def _fold_thread(self, root_id: int, thread: LiveThread, seq: int, event: RoomEvent) -> None:
        dropped = thread.apply(seq, event)
        for tab in self.tabs.values():
            if tab.thread_id != root_id or not tab.older_replies:
                continue
            tab.follow_replies(dropped)
            if tab.touch_replies(event) or dropped:
                thread.dirty.add("older_replies")

    def _note_posted(self) -> None:
        self.dirty.add("tail")
        if len(self.tail) >= TAIL_MAX:
            self._roll_over()

    def _note_changed(self, before: tuple[Message, ...]) -> None:
        for message, old in zip(self.view.messages, before, strict=True):
            if message is not old:
                self.dirty.add("tail" if message.position >= self._tail_from else "settled")

    def _split(self) -> None:
        messages = self.view.messages
        self._settled_from = messages[-(SETTLED_MAX + TAIL_KEPT) :][0].position if messages else 0
        self._tail_from = messages[-TAIL_KEPT:][0].position if messages else 0

    def _roll_over(self) -> None:
        from_before, had_older = self._settled_from, self.view.has_older
        self._split()
        dropped = tuple(
            m for m in self.view.messages if from_before <= m.position < self._settled_from
        )
        self.dirty |= {"settled", "has_older"}
        has_older = had_older or self.view.messages[0].position < from_before
        for tab in self.tabs.values():
            if tab.follow(dropped, has_older=has_older):
                self.dirty.add("older")

    def shared_vars(self, names: set[str]) -> dict[str, str]:
        """Those of the named vars that are the same for every tab, as JSON by name."""
        writers = {
            "room": lambda: encode(room_row(self.view)),
            "settled": lambda: self._rows(self.settled, self._above(self._settled_from)),
            "tail": lambda: self._rows(self.tail, self._above(self._tail_from)),
            "online": lambda: encode([person_row(p) for p in self.online]),
            "online_count": lambda: encode(self.online_count),
            "typing": lambda: self.typing_at(ROOM),
        }
        return {name: write() for name, write in writers.items() if name in names}

    def own_vars(self, tab: Tab) -> dict[str, str]:
        """The vars that are one tab's own, as JSON by name."""
        past = tab.past
        return {
            "older": encode(message_rows(past.messages)),
            "has_older": encode(past.has_older if past.messages else self.has_older),
            "has_newer": encode(past.in_history),
        }

    def all_vars(self, tab: Tab) -> dict[str, str]:
        """Everything a tab shows of the room, as JSON by name."""
        names = {"room", "settled", "tail", "online", "online_count", "typing"}
        shown = self.shared_vars(names) | self.own_vars(tab)
        thread = self.threads.get(tab.thread_id or 0)
        return shown | thread.shared_vars() | thread.own_vars(tab) if thread is not None else shown

    def typing_at(self, place: int) -> str:
        """Who types in the room or in a thread of it, as JSON."""
        return encode([person_row(person) for person in self.typists.at(place)])

    def _above(self, position: int) -> Message | None:
        above = [m for m in self.view.messages if m.position < position]
        return above[-1] if above else None

    def _rows(self, messages: tuple[Message, ...], above: Message | None) -> str:
        return self._encoded.rows(messages, above, first=self._settled_from)
