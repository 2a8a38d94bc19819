"""Sockets of the pages go straight to their server; everything else goes the ordinary way."""

import pytest
from starlette.types import Receive, Scope, Send

from chatrooms.api.sockets import DirectSockets


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("websocket", "/_event", "sockets"),
        ("websocket", "/_event/", "sockets"),
        ("websocket", "/_events", "app"),
        ("websocket", "/elsewhere", "app"),
        ("http", "/_event", "app"),
        ("http", "/rooms/garden", "app"),
    ],
)
async def test_only_sockets_of_the_pages_take_the_short_way(
    kind: str, path: str, expected: str
) -> None:
    reached: list[str] = []

    async def sockets(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append("sockets")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append("app")

    async def nothing(*_: object) -> None:
        return None

    served = DirectSockets(app, path="/_event", sockets=sockets)
    await served({"type": kind, "path": path}, nothing, nothing)  # type: ignore[arg-type]
    assert reached == [expected]
