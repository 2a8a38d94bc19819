"""One thread that tabs have open: its view, split and encoded for the browser as a room's is."""

from dataclasses import dataclass, field

from chatrooms.domain.events import Message, MessagePosted, RoomEvent
from chatrooms.domain.view import THREAD_WINDOW, ThreadView, fold_thread
from chatrooms.live.encoded import EncodedRows
from chatrooms.live.message_rows import MessageRow, message_row, message_rows
from chatrooms.live.tab import Tab
from chatrooms.live.wire import encode

TAIL_KEPT = 4
"""Replies that stay in the tail when the rest of it settles."""
TAIL_MAX = 20
"""Replies at which the tail rolls over."""
SHARED = frozenset({"thread", "replies", "reply_tail"})
"""Names of the vars that are the same for every tab."""
NO_THREAD = {
    "thread": encode(MessageRow()),
    "replies": "[]",
    "reply_tail": "[]",
    "older_replies": "[]",
    "has_older_replies": "false",
}
"""The vars of a page that shows no thread, as JSON by name."""


@dataclass(slots=True)
class LiveThread:
    """A view of a thread. The newest replies are the short `reply_tail`, sent with each new one;
    the `replies` before them are sent only when the tail rolls over or one of them changes."""

    view: ThreadView
    dirty: set[str] = field(default_factory=set[str])
    """Names of vars that changed since the last flush."""
    _shown_from: int = 0
    _tail_from: int = 0
    _encoded: EncodedRows = field(default_factory=lambda: EncodedRows(2 * THREAD_WINDOW))

    def __post_init__(self) -> None:
        self._split(THREAD_WINDOW)

    @property
    def root(self) -> Message:
        """The message of the timeline that the thread belongs to."""
        return self.view.root

    @property
    def replies(self) -> tuple[Message, ...]:
        """The newest replies, which all screens show."""
        return tuple(m for m in self.view.replies if m.position >= self._shown_from)

    @property
    def has_older(self) -> bool:
        """Whether there are replies before those."""
        return self.view.has_older or len(self.replies) < len(self.view.replies)

    def apply(self, seq: int, event: RoomEvent) -> tuple[Message, ...]:
        """Fold the room's event numbered `seq`, which must follow, and note what it changed. Gives
        the replies that all screens show no more."""
        before = self.view
        after = self.view = fold_thread(before, seq, event)
        if after.root is not before.root:
            self.dirty.add("thread")
        if isinstance(event, MessagePosted):
            is_reply = event.message.thread_id == after.root.id
            return self._note_posted(before) if is_reply else ()
        for reply, old in zip(after.replies, before.replies, strict=True):
            if reply is not old:
                self.dirty.add("reply_tail" if reply.position >= self._tail_from else "replies")
        return ()

    def _note_posted(self, before: ThreadView) -> tuple[Message, ...]:
        self.dirty.add("reply_tail")
        first = before.replies[0].position if before.replies else 0
        has_lost_shown = self._shown_from <= first < self.view.replies[0].position and first > 0
        if not has_lost_shown and len(self._tail()) < TAIL_MAX:
            return ()
        from_before = self._shown_from
        # What is shown still fits into the view when the tail rolls over the next time.
        self._split(THREAD_WINDOW - TAIL_MAX + TAIL_KEPT)
        self.dirty |= {"replies", "has_older_replies"}
        return tuple(m for m in before.replies if from_before <= m.position < self._shown_from)

    def _split(self, shown: int) -> None:
        replies = self.view.replies
        self._shown_from = replies[-shown:][0].position if replies else 0
        self._tail_from = replies[-TAIL_KEPT:][0].position if replies else 0

    def _tail(self) -> tuple[Message, ...]:
        return tuple(m for m in self.view.replies if m.position >= self._tail_from)

    def shared_vars(self, names: frozenset[str] | set[str] = SHARED) -> dict[str, str]:
        """Those of the named vars that are the same for every tab, as JSON by name."""
        settled = tuple(m for m in self.replies if m.position < self._tail_from)
        writers = {
            "thread": lambda: encode(message_row(self.root, None, is_first=True)),
            "replies": lambda: self._encoded.rows(settled, None),
            "reply_tail": lambda: self._encoded.rows(self._tail(), (None, *settled)[-1]),
        }
        return {name: write() for name, write in writers.items() if name in names}

    def own_vars(self, tab: Tab) -> dict[str, str]:
        """The vars that are one tab's own, as JSON by name."""
        has_older = tab.has_older_replies if tab.older_replies else self.has_older
        return {
            "older_replies": encode(message_rows(tab.older_replies)),
            "has_older_replies": encode(has_older),
        }

    def reader_vars(self, tab: Tab) -> dict[str, str]:
        """Where in the thread the reader of one tab is, as JSON by name."""
        return {"has_newer_replies": encode(tab.has_newer_replies)}
