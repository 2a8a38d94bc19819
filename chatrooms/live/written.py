"""Replies that the assistant is writing in threads of one room, for as long as it goes on saying
so."""

from collections import deque
from dataclasses import dataclass, field

from chatrooms.domain.assistant import Progress
from chatrooms.domain.events import Message
from chatrooms.live.rows import PersonRow, person_row
from chatrooms.live.wire import encode

NOTHING_WRITTEN = {"thread_answers": "[]"}
"""The vars of a page on which the assistant writes no reply, as JSON by name."""
_REMEMBERED = 100
"""How many replies that are over are known as such: what comes late of them is not shown."""


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A reply that is being written."""

    turn_id: int = 0
    author: PersonRow = field(default_factory=PersonRow)
    text: str = ""
    """What is there so far; empty where it is shown only once it was judged."""


@dataclass(slots=True)
class Written:
    """The replies that are being written, by thread and turn."""

    _by_thread: dict[int, dict[int, tuple[Progress, float]]] = field(
        default_factory=dict[int, dict[int, tuple[Progress, float]]]
    )
    _over: deque[int] = field(default_factory=lambda: deque[int](maxlen=_REMEMBERED))

    def note(self, progress: Progress, *, ends: float) -> bool:
        """How far a reply is, shown until `ends`; whether that is news."""
        turn_id = progress.turn_id
        if turn_id in self._over:
            return False
        here = self._by_thread.setdefault(progress.thread_id, {})
        known = here.get(turn_id)
        if known is not None and not progress.is_after(known[0]):
            return False
        here[turn_id] = (progress, ends)
        return known is None or known[0].text != progress.text

    def drop(self, progress: Progress) -> bool:
        """Nothing comes of this attempt; whether that shows. The turn may be begun anew."""
        here = self._by_thread.get(progress.thread_id, {})
        known = here.get(progress.turn_id)
        if known is None or not progress.is_after(known[0]):
            return False
        del here[progress.turn_id]
        return True

    def posted(self, message: Message) -> bool:
        """A message took its place: if it is one of these replies, that one is over; whether that
        shows."""
        prefix, _, number = message.client_id.partition("-")
        if not message.author.is_ai or prefix != "turn" or not number.isdecimal():
            return False
        self._over.append(int(number))
        here = self._by_thread.get(message.thread_id or 0, {})
        return here.pop(int(number), None) is not None

    def expire(self, now: float) -> set[int]:
        """Forget what nobody said anything about for a while; the threads where that shows."""
        gone = {
            (thread_id, turn_id)
            for thread_id, here in self._by_thread.items()
            for turn_id, (_, ends) in here.items()
            if ends <= now
        }
        for thread_id, turn_id in gone:
            del self._by_thread[thread_id][turn_id]
        self._by_thread = {k: here for k, here in self._by_thread.items() if here}
        return {thread_id for thread_id, _ in gone}

    def vars(self, thread_id: int | None) -> dict[str, str]:
        """What is being written in a thread, as JSON by name."""
        here = self._by_thread.get(thread_id or 0)
        if not here:
            return NOTHING_WRITTEN
        rows = [
            WrittenRow(
                turn_id=progress.turn_id,
                author=person_row(progress.author),
                text=progress.text,
            )
            for progress, _ in here.values()
            if progress.author is not None
        ]
        return {"thread_answers": encode(rows)}
