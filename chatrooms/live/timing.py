"""How long the handlers of pages take, by handler."""

import time
from typing import Any, cast

import reflex.app
from reflex_base.event.processor import BaseStateEventProcessor, EventQueueEntry
from reflex_base.registry import RegisteredEventHandler

from chatrooms.adapters import metrics


class TimedEvents(BaseStateEventProcessor):
    """Carries events out, and counts how long each kept its tab waiting: for the tab's state, and
    for the handler. What runs in the background keeps no tab waiting."""

    async def _execute_event(
        self, *, entry: EventQueueEntry, registered_handler: RegisteredEventHandler
    ) -> None:
        started_at = time.perf_counter()
        try:
            await super()._execute_event(entry=entry, registered_handler=registered_handler)
        finally:
            handler: Any = registered_handler.handler
            if not handler.is_background:
                passed = time.perf_counter() - started_at
                metrics.ROUTE_SECONDS.labels(route=handler.fn.__qualname__).observe(passed)


def use_timed_events() -> None:
    """Have the app carry events out by `TimedEvents` from its next start on."""
    # Reflex makes its processor by this name and offers no other place to say which.
    cast(Any, reflex.app).BaseStateEventProcessor = TimedEvents
