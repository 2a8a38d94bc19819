"""Speaks to a running instance as its pages do: Socket.IO over one WebSocket."""

import json
import time
import uuid
from contextlib import ExitStack
from typing import Any, cast

from reflex_base.constants import Reflex
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.support.instances import Instance

DEADLINE_S = 30.0


class PageSocket:
    """One browser tab's connection, with the cookie it was opened with."""

    def __init__(
        self,
        instance: Instance,
        *,
        token: str = "",
        path: str = "/",
        tab: str = "",
        origin: str | None = None,
    ) -> None:
        self.path = path
        self.tab = tab or str(uuid.uuid4())
        self.frames: list[str] = []
        url = instance.url.replace("http", "ws", 1)
        cookie = f"chatrooms_session_{instance.port}={token}"
        self._connecting = connect(
            f"{url}/_event/?EIO=4&transport=websocket&token={self.tab}",
            additional_headers={"Cookie": cookie} if token else None,
            origin=cast(Origin, origin or instance.url),
            subprotocols=[cast(Subprotocol, Reflex.VERSION)],
            max_size=None,
            open_timeout=DEADLINE_S,
        )
        self._stack = ExitStack()

    def __enter__(self) -> "PageSocket":
        with ExitStack() as stack:
            self._socket: ClientConnection = stack.enter_context(self._connecting)
            self._wait_for(lambda frame: frame.startswith("0"))
            self._socket.send("40/_event,")
            self._wait_for(lambda frame: frame.startswith("40/_event,"))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def call(self, name: str, **payload: Any) -> None:
        """Send one event; does not wait for what comes of it."""
        event = {
            "name": name,
            "payload": payload,
            "token": self.tab,
            "router_data": {"pathname": self.path, "asPath": self.path},
        }
        self._socket.send(f"42/_event,{json.dumps(['event', event])}")

    def wait_for(self, text: str) -> str:
        """The next frame that holds the text."""
        return self._wait_for(lambda frame: text in frame)

    @property
    def everything(self) -> str:
        """All that has been received."""
        return "\n".join(self.frames)

    def _wait_for(self, is_wanted: Any) -> str:
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            frame = self._socket.recv(timeout=max(0.1, end - time.monotonic()))
            assert isinstance(frame, str)
            if frame == "2":
                self._socket.send("3")
                continue
            self.frames.append(frame)
            if is_wanted(frame):
                return frame
        raise AssertionError(f"Waited {DEADLINE_S:.0f} s in vain; received {self.frames[-3:]}")
