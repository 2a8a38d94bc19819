"""Gathers what this process's tabs tell of time spent in rooms, and stores it a few times a minute
for all of them together."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.bootstrap import Deps
from chatrooms.live.offload import off_loop
from chatrooms.live.tab import Tab
from chatrooms.services import visits
from chatrooms.services.visits import Span

log = structlog.get_logger(__name__)

_STORE_S = 2.0
_SILENT_S = 75.0
"""After how long without a report somebody counts as gone: the page tells every half minute."""
_MAX_WAITING = 20_000
"""How many spans wait at most while the database is away; more are lost."""


@dataclass(slots=True)
class VisitKeeper:
    """Time spent that is yet to be stored. Every method runs on the event loop."""

    deps: Deps
    _spans: list[Span] = field(default_factory=list[Span])
    _ended: set[int] = field(default_factory=set[int])
    _heard: dict[int, float] = field(default_factory=dict[int, float])
    """When a person's tabs last told of time spent, by account."""

    def report(self, tab: Tab, *, room_id: int, seconds: int, has_left: bool) -> None:
        """A tab tells how many seconds, since it told last, its person spent in a room. Believed
        are at most those that have passed."""
        now = time.monotonic()
        passed, tab.reported_at = now - tab.reported_at, now
        account_id = tab.signed_in.account_id
        spent = min(max(0, seconds), passed, visits.MAX_SPAN.total_seconds())
        if spent > 0 and len(self._spans) < _MAX_WAITING:
            ended_at = self.deps.clock()
            began_at = ended_at - timedelta(seconds=spent)
            self._spans.append(Span(account_id, room_id, began_at, ended_at))
            self._heard[account_id] = now
        if has_left and self._heard.pop(account_id, None) is not None:
            self._ended.add(account_id)

    async def run(self) -> None:
        """Store what was told until cancelled, and what is left then."""
        try:
            while True:
                await asyncio.sleep(_STORE_S)
                self._note_silent()
                await self.store()
        finally:
            self._store_last()

    def _note_silent(self) -> None:
        before = time.monotonic() - _SILENT_S
        for account_id in [a for a, heard in self._heard.items() if heard < before]:
            del self._heard[account_id]
            self._ended.add(account_id)

    async def store(self) -> None:
        """Store what was told so far; what cannot be stored now waits."""
        spans, ended = self._take()
        if not spans and not ended:
            return
        try:
            await off_loop(visits.record, self.deps, spans=spans, ended=ended)
        except SQLAlchemyError as error:
            self._spans[:0], self._ended = spans, self._ended | ended
            log.warning("visits_not_stored", error=type(error).__name__)

    def _take(self) -> tuple[list[Span], set[int]]:
        taken = self._spans, self._ended
        self._spans, self._ended = [], set()
        return taken

    def _store_last(self) -> None:
        spans, ended = self._take()
        try:
            visits.record(self.deps, spans=spans, ended=ended | self._heard.keys())
        except SQLAlchemyError as error:
            log.warning("visits_not_stored", error=type(error).__name__)
