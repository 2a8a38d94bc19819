"""One open tab of a signed-in person, as its web process knows it."""

import time
from dataclasses import dataclass, field, replace

from engineio.packet import Packet

from chatrooms.domain.assistant import Kind
from chatrooms.domain.changes import apply_to_messages
from chatrooms.domain.events import Message, RoomEvent
from chatrooms.live.wire import Address, Wire
from chatrooms.services.grants import Grant
from chatrooms.services.sessions import SignedIn

MAX_PAST = 200
"""How many messages of the past a tab may show at once."""
MAX_OLDER_REPLIES = 600
"""How many replies a tab may show beside those that a thread shows at first."""


@dataclass(frozen=True, slots=True)
class Past:
    """The pages that a tab loaded by scrolling back: directly before the room's settled messages,
    or, if `in_history`, a window deep in the past that stands in their place."""

    messages: tuple[Message, ...] = ()
    has_older: bool = False
    in_history: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the timeline up to which a room was read."""

    position: int = 0
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """Where what is new begins: the line above the first message that the person had not read when
    the room was opened."""

    room_id: int = 0
    message_id: int = 0
    count: int = 0


NOTHING_SEEN = Seen()
NO_LINE = Line()
PRESENT = Past()
"""No pages of the past: the room's newest messages alone."""


@dataclass(slots=True)
class Tab:
    """A socket with an identity, and with at most one room granted to it."""

    address: Address
    signed_in: SignedIn
    room_id: int | None = None
    past: Past = PRESENT
    thread_id: int | None = None
    """The message whose thread is open beside the room."""
    older_replies: tuple[Message, ...] = ()
    """The pages of that thread that the tab loaded, directly before the replies all show."""
    has_older_replies: bool = False
    """Whether the thread holds replies before those."""
    has_newer_replies: bool = False
    """Whether those are a stretch deep in the thread, which stands in place of the replies all
    show."""
    is_reading: bool = False
    """Whether the person scrolled up, so that the lines being read must stay."""
    is_staff: bool = False
    """Whether the person decides join requests of the room."""
    has_info_open: bool = False
    """Whether the page lists the room's members."""
    line: Line = NO_LINE
    is_following: bool = False
    """Whether the person has the newest message of the room in sight."""
    marked: Seen = NOTHING_SEEN
    """How far the room was marked as read because of this tab."""
    visit: int = 0
    """Tells the page that it was shown the room anew, so that it tells again if it follows."""
    unread: dict[int, int] | None = None
    """The unread counts that the side bar was sent last."""
    has_top_open: bool = False
    """Whether the page lists the room's best messages."""
    held_ids: frozenset[int] | None = frozenset()
    """Own messages without a place in the room that the page lists; None while it reads which."""
    answers: Kind | None = None
    """What of the assistant's is shown while it is written."""
    profile_id: int | None = None
    """The account whose page the tab shows."""
    reported_at: float = field(default_factory=time.monotonic)
    """When the page last told of time spent in a room."""
    is_behind: bool = False
    """Whether a packet could not be sent, so that a snapshot is owed."""

    @property
    def grant(self) -> Grant | None:
        """What is granted to the tab."""
        if self.room_id is None:
            return None
        return Grant(self.signed_in.session_id, self.signed_in.account_id, self.room_id)

    def send(self, wire: Wire, packet: Packet) -> None:
        """Put a packet on the tab's socket; if too many wait there, a snapshot is owed instead."""
        if not wire.send(self.address, packet):
            self.is_behind = True

    def shows_held(self, message_id: int) -> bool:
        """Whether the page may list an own message as one without a place in the room."""
        return self.held_ids is None or message_id in self.held_ids

    def lists(self, changed: str) -> bool:
        """Whether the page lists what changed of the room."""
        if changed == "requests":
            return self.is_staff or self.has_info_open
        if changed == "agent":
            return self.is_staff
        if changed == "top":
            return self.has_top_open
        if changed in ("sources", "summary"):
            return self.answers is not None or self.has_info_open
        return changed != "members" or self.has_info_open

    def show_past(self, past: Past) -> None:
        """Show these pages of the past. Showing none means going on with the newest."""
        self.past = past
        self.is_reading = past is not PRESENT

    def show_thread(self, root_id: int | None) -> None:
        """Show this thread, from its newest replies on, or none."""
        self.thread_id, self.older_replies = root_id, ()
        self.has_older_replies = self.has_newer_replies = False

    def touch_replies(self, event: RoomEvent) -> bool:
        """Apply an event to the older replies; whether it changed one of them."""
        changed = apply_to_messages(self.older_replies, event)
        is_same = all(new is old for new, old in zip(changed, self.older_replies, strict=True))
        self.older_replies = changed
        return not is_same

    def follow_replies(self, dropped: tuple[Message, ...]) -> None:
        """Take over replies that all tabs show no more, if they follow older ones shown here."""
        if self.older_replies and not self.has_newer_replies:
            self.older_replies = (*self.older_replies, *dropped)

    def touch(self, event: RoomEvent) -> bool:
        """Apply an event to the pages of the past; whether it changed one of them."""
        changed = apply_to_messages(self.past.messages, event)
        if all(new is old for new, old in zip(changed, self.past.messages, strict=True)):
            return False
        self.past = replace(self.past, messages=changed)
        return True

    def follow(self, dropped: tuple[Message, ...], *, has_older: bool) -> bool:
        """Take over messages that leave the settled list, so that nothing vanishes around a reader
        who scrolled up; beyond `MAX_PAST` the tab stays in the past. Whether its pages changed.

        `has_older` tells whether the room holds messages before the dropped ones.
        """
        if self.past.in_history or not (self.past.messages or self.is_reading):
            return False
        messages = (*self.past.messages, *dropped)
        self.past = Past(
            messages=messages,
            has_older=self.past.has_older if self.past.messages else has_older,
            in_history=len(messages) > MAX_PAST,
        )
        return True
