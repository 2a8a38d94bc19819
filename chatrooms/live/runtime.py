"""What a web process keeps running beside its requests."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from chatrooms import bootstrap
from chatrooms.bootstrap import Deps
from chatrooms.live.grants import Grants
from chatrooms.live.holds import HoldKeeper
from chatrooms.live.hub import Hub
from chatrooms.live.identity import Identities
from chatrooms.live.listener import Listener
from chatrooms.live.nudges import PageEvents
from chatrooms.live.online import OnlineKeeper
from chatrooms.live.presence import PresenceKeeper
from chatrooms.live.unread import UnreadKeeper
from chatrooms.live.visits import VisitKeeper
from chatrooms.live.wire import Wire

_SWITCH_INTERVAL_S = 0.001


@dataclass(slots=True)
class Runtime:
    """The live parts of one web process, filled when it starts."""

    parts: list["Parts"] = field(default_factory=list["Parts"])

    @property
    def deps(self) -> Deps:
        """The process's dependencies."""
        return self._parts.deps

    @property
    def hub(self) -> Hub:
        """The process's hub."""
        return self._parts.hub

    @property
    def identities(self) -> Identities:
        """Who cookies belong to."""
        return self._parts.identities

    @property
    def unread(self) -> UnreadKeeper:
        """The process's unread counts."""
        return self._parts.unread

    @property
    def visits(self) -> VisitKeeper:
        """Time spent in rooms that is yet to be stored."""
        return self._parts.visits

    @property
    def _parts(self) -> "Parts":
        if not self.parts:
            raise RuntimeError("the web process has not started yet")
        return self.parts[-1]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a started runtime."""

    deps: Deps
    hub: Hub
    identities: Identities
    unread: UnreadKeeper
    visits: VisitKeeper


@lru_cache(maxsize=1)
def runtime() -> Runtime:
    """The runtime of this process; usable once `running` was entered."""
    return Runtime()


@asynccontextmanager
async def running(wire: Wire, pages: PageEvents, empty: dict[str, str]) -> AsyncIterator[None]:
    """Start the hub, the listener and presence; stop them in the end."""
    # How long a thread that comes back from the database may wait for the busy event loop. It holds
    # the room's lock meanwhile: with the default of 5 ms, five people who write in one room at
    # once get little more than half as much stored.
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    deps = bootstrap.current()
    identities = Identities(deps)
    hub = Hub(deps, wire, pages, empty)
    presence = PresenceKeeper(deps, hub)
    unread, online = UnreadKeeper(deps, hub), OnlineKeeper(deps, hub)
    holds = HoldKeeper(deps)
    listener = Listener(deps, hub, Grants(deps, hub, identities), presence, unread, online, holds)
    visits = VisitKeeper(deps)
    parts = Parts(deps, hub, identities, unread, visits)
    runtime().parts.append(parts)
    running_parts = (listener, presence, unread, online, holds, visits)
    tasks = [asyncio.create_task(part.run()) for part in running_parts]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        runtime().parts.remove(parts)
