"""The live part of a web process, with sockets that end in memory instead of a network."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from socketio import AsyncServer

from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Kind
from chatrooms.live.grants import Grants
from chatrooms.live.holds import HoldKeeper
from chatrooms.live.hub import Hub
from chatrooms.live.identity import Identities
from chatrooms.live.listener import Listener
from chatrooms.live.nudges import PageEvents
from chatrooms.live.online import OnlineKeeper
from chatrooms.live.presence import PresenceKeeper
from chatrooms.live.runtime import Parts
from chatrooms.live.tab import PRESENT, Past, Tab
from chatrooms.live.unread import UnreadKeeper
from chatrooms.live.visits import VisitKeeper
from chatrooms.live.wire import NAMESPACE, Wire
from chatrooms.services.sessions import SignedIn
from tests.support.people import Place, Someone

_OWN = ("rooms", "marks", "moderation", "policy", "learning", "rejudging", "recommended")
PAGES = PageEvents(
    own={name: (name,) for name in _OWN},
    turns={kind: (kind,) for kind in Kind},
    standing=("standing",),
    facts=("facts",),
    info=("info",),
    top=("top",),
    pins=("pins",),
    summary=("summary",),
    sources=("sources",),
    agent=("agent",),
    access_lost=("lost",),
)
EMPTY = {
    **dict.fromkeys(("room", "thread"), "{}"),
    **dict.fromkeys(
        ("older", "settled", "tail", "online", "typing", "replies", "reply_tail", "older_replies"),
        "[]",
    ),
    **dict.fromkeys(("has_older", "has_newer", "has_older_replies"), "false"),
    "online_count": "0",
}
_numbers = count(1)


@dataclass(slots=True)
class Socket:
    """The sending side of one browser's connection."""

    queue: asyncio.Queue[Any] = field(default_factory=asyncio.Queue[Any])
    closed: bool = False


class Screen:
    """One browser tab: takes packets off its socket and keeps vars as a page does."""

    def __init__(self, sid: str, socket: Socket) -> None:
        self.sid = sid
        self.socket = socket
        self.vars: dict[str, Any] = {}
        self.events: list[str] = []
        self.packets: list[str] = []
        self.is_reading = True

    def read(self) -> "Screen":
        """Take in what has arrived."""
        while self.is_reading and not self.socket.queue.empty():
            data = self.socket.queue.get_nowait().data
            self.packets.append(data)
            name, update = json.loads(data.removeprefix(f"2{NAMESPACE},"))
            assert name == "event"
            self.events += [event["name"] for event in update.get("events", ())]
            for values in update.get("delta", {}).values():
                self.vars |= {key.removesuffix("_rx_state_"): v for key, v in values.items()}
        return self

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The messages shown, from top to bottom."""
        self.read()
        shown = ("older",) if self.vars.get("has_newer") else ("older", "settled", "tail")
        return [row for name in shown for row in self.vars.get(name, ())]

    @property
    def bodies(self) -> list[str]:
        """The texts shown, from top to bottom."""
        return [row["body"] for row in self.rows]

    @property
    def is_empty(self) -> bool:
        """Whether it shows no room at all."""
        self.read()
        return not self.rows and not self.vars.get("room") and not self.vars.get("online")


class WebProcess:
    """Hub, listener, guard and presence of one web process."""

    def __init__(
        self, deps: Deps, *, pages: PageEvents = PAGES, state: str = "live", unheard_s: float = 60.0
    ) -> None:
        self.sio = AsyncServer(async_mode="asgi")
        self.deps = deps
        wire = Wire(self.sio, state_name=state, reader_name="reader", answer_name="answer")
        self.hub = Hub(deps, wire, pages, EMPTY)
        self.identities = Identities(deps)
        self.grants = Grants(deps, self.hub, self.identities)
        self.presence = PresenceKeeper(deps, self.hub)
        self.unread = UnreadKeeper(deps, self.hub)
        self.online = OnlineKeeper(deps, self.hub)
        self.holds = HoldKeeper(deps, unheard_s=unheard_s)
        self.visits = VisitKeeper(deps)
        self.listener = Listener(
            deps, self.hub, self.grants, self.presence, self.unread, self.online, self.holds
        )

    @property
    def parts(self) -> Parts:
        """What state handlers use."""
        return Parts(self.deps, self.hub, self.identities, self.unread, self.visits)

    async def connect(self) -> Screen:
        """A browser's new connection."""
        transport_id, socket = f"transport{next(_numbers)}", Socket()
        self.sio.eio.sockets[transport_id] = socket
        sid = await cast(Any, self.sio.manager).connect(transport_id, NAMESPACE)
        return Screen(sid, socket)

    async def disconnect(self, screen: Screen) -> None:
        """The browser's connection ends."""
        screen.socket.closed = True
        await cast(Any, self.sio.manager).disconnect(screen.sid, NAMESPACE)
        self.hub.sweep()

    async def show(
        self,
        room: Place,
        who: Someone | SignedIn,
        past: Past = PRESENT,
        *,
        screen: Screen | None = None,
    ) -> Screen:
        """A screen of somebody that was granted the room."""
        shown = screen or await self.connect()
        signed_in = who.signed_in if isinstance(who, Someone) else who
        live = await self.hub.live.open(room.id)
        tab = self.hub.attach(shown.sid, signed_in)
        self.hub.show(tab, live, past, is_staff=False)
        return shown

    def tab(self, screen: Screen) -> Tab:
        """What the hub knows of the screen."""
        tab = self.hub.find_tab(screen.sid)
        assert tab is not None
        return tab


@asynccontextmanager
async def web_process(deps: Deps, **options: Any) -> AsyncIterator[WebProcess]:
    """A web process that listens, as long as the block lasts."""
    process = WebProcess(deps, **options)
    parts = (process.listener, process.presence, process.unread, process.online)
    tasks = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield process
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
