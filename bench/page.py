"""One open tab: speaks to the server as the product's own page does."""

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import reflex_base.constants as constants

from bench.websocket import WebSocketClient, open_websocket
from chatrooms.supervise.places import PROJECT

_STATE = "reflex___state____state"
HYDRATE = f"{_STATE}.hydrate_and_load"
NAVIGATE = f"{_STATE}.reflex___state____on_load_internal_state.on_load_internal"
SEND = f"{_STATE}.chatrooms___state___outbox____outbox_state.send"
VOTE = f"{_STATE}.chatrooms___state___marks____marks_state.vote"
FOLLOW = f"{_STATE}.chatrooms___state___live____reader_state.follow"
_EVENTS = b'"events":[{'
_SNAPSHOT = b'"settled_rx_state_":'
_OPEN_TIMEOUT_S = 60

Seen = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Build:
    """What the built pages tell the server about themselves at the first connect."""

    hashes: list[str]
    state_schema: str


@lru_cache(maxsize=1)
def read_build() -> Build:
    """Of the pages as they are built now."""
    text = (PROJECT / ".web" / "utils" / "context.jsx").read_text()
    hashes = re.search(r"initialStateHashes = (\[.*?\])", text)
    schema = re.search(r'stateSchema = "(\w+)"', text)
    if hashes is None or schema is None:
        raise RuntimeError("the built pages do not tell their state's hashes")
    return Build(json.loads(hashes[1]), schema[1])


class Page(WebSocketClient):
    """A tab of a signed-in person. Frames go to `seen` as bytes; nothing is decoded that a
    measurement does not need."""

    def __init__(self, *, port: int, cookie: str, path: str, seen: Seen | None = None) -> None:
        super().__init__()
        self._port = port
        self._cookie = cookie
        self._path = path
        self.seen = seen
        self.is_connected = False
        self._wanted = b""
        self._shown: asyncio.Future[float] | None = None
        self.asked_at = 0.0
        """Loop time at which the room was asked for, in seconds."""

    # Protocol

    def text_received(self, payload: bytes) -> None:
        """Engine.IO: answer pings, connect the namespace, pass updates on."""
        kind = payload[:1]
        if kind == b"4":
            self._update(payload)
        elif kind == b"2":
            self.send(b"3")
        elif kind == b"0":
            self._connect()

    def _connect(self) -> None:
        build = read_build()
        boot = self._event(HYDRATE, {"hashes": build.hashes})
        auth = {"event": boot, "state_schema": build.state_schema}
        self.asked_at = asyncio.get_running_loop().time()
        self.send(b"40/_event," + _json(auth))

    def _update(self, payload: bytes) -> None:
        if payload.startswith(b"40/_event,"):
            self.is_connected = True
            return
        if self.seen is not None:
            self.seen(payload)
        if self._shown is not None and _SNAPSHOT in payload and self._wanted in payload:
            if not self._shown.done():
                self._shown.set_result(asyncio.get_running_loop().time())
            self._shown = None
        if _EVENTS in payload:
            self._obey(payload)

    def _obey(self, payload: bytes) -> None:
        # The server asks pages to send events; those that only concern a browser are left out.
        update: dict[str, Any] = json.loads(payload[payload.index(b"[") :])[1]
        for event in update.get("events", ()):
            if event["name"].startswith(_STATE):
                self.emit(event["name"], event.get("payload") or {})

    def _event(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        router: dict[str, Any] = {"pathname": self._path, "asPath": self._path}
        if self._path.startswith("/rooms/"):
            router["query"] = {"room_slug": self._path.removeprefix("/rooms/")}
        event: dict[str, Any] = {"name": name, "router_data": router}
        return event | ({"payload": payload} if payload else {})

    def emit(self, name: str, payload: dict[str, Any]) -> None:
        """Send an event for one of the server's handlers."""
        self.send(b'42/_event,["event",' + _json(self._event(name, payload)) + b"]")

    # What a person does

    async def open(self) -> float:
        """Load the page. Gives the seconds from asking for it to the room's snapshot."""
        headers = {
            "Origin": f"http://localhost:{self._port}",
            "Cookie": self._cookie,
            "User-Agent": "chatrooms-bench",
            "Sec-WebSocket-Protocol": constants.Reflex.VERSION,
        }
        target = f"/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
        shown = self._expect_room()
        await open_websocket(self, port=self._port, target=target, headers=headers)
        return await self._until_shown(shown)

    async def go_to(self, path: str) -> float:
        """Follow a link within the app. Gives the seconds to the room's snapshot, if it is one."""
        self._path = path
        shown = self._expect_room()
        self.asked_at = asyncio.get_running_loop().time()
        self.emit(NAVIGATE, {})
        return await self._until_shown(shown)

    def _expect_room(self) -> "asyncio.Future[float] | None":
        self._shown = None
        if self._path.startswith("/rooms/"):
            self._wanted = b'"slug":"' + self._path.removeprefix("/rooms/").encode() + b'"'
            self._shown = asyncio.get_running_loop().create_future()
        return self._shown

    async def _until_shown(self, shown: "asyncio.Future[float] | None") -> float:
        if shown is None:
            return 0.0
        async with asyncio.timeout(_OPEN_TIMEOUT_S):
            seconds = await shown - self.asked_at
        # As a page whose newest message is in sight.
        self.emit(FOLLOW, {})
        return seconds

    def vote(self, *, message_id: int, value: int) -> None:
        """Vote a message up or down, or take the vote back."""
        self.emit(VOTE, {"message_id": message_id, "value": value})

    def post(self, *, room_id: int, client_id: str, body: str) -> None:
        """Send a message as the composer does."""
        # A form's fields are text.
        form = {"room_id": str(room_id), "client_id": client_id, "reply_to_id": "", "body": body}
        self.emit(SEND, {"form": form})


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
