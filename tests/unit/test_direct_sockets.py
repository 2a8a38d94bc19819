"""Sockets of the pages go straight to their server; everything else goes the ordinary way."""

import asyncio
from typing import Any

import pytest
from engineio import AsyncServer
from engineio.packet import MESSAGE, Packet
from starlette.types import Receive, Scope, Send

from chatrooms.api.sockets import DirectSockets, use_patient_sockets


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


async def _connect() -> tuple[AsyncServer, Any]:
    """A server, and a connection to it as a browser's first request makes one."""
    server = AsyncServer(async_mode="asgi", monitor_clients=False)
    await server._handle_connect({}, "polling")
    (socket,) = server.sockets.values()
    return server, socket


async def test_connections_wait_for_packets_without_a_task_for_each_of_them() -> None:
    use_patient_sockets()
    _, socket = await _connect()
    before = asyncio.all_tasks()
    waiting = asyncio.ensure_future(socket.poll())
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before == {waiting}
    for data in ("one", "two"):
        socket.queue.put_nowait(Packet(MESSAGE, data))
    assert [packet.data for packet in await waiting] == ["one", "two"]
    await socket.queue.join()


async def test_the_end_of_a_connection_ends_the_wait_after_what_was_sent_before() -> None:
    use_patient_sockets()
    _, socket = await _connect()
    for each in (Packet(MESSAGE, "last"), None):
        socket.queue.put_nowait(each)
    assert [packet.data for packet in await socket.poll()] == ["last"]
    assert await socket.poll() == []
    await socket.queue.join()
