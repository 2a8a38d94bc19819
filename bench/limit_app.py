"""The least that a broadcast can be: what a socket sends goes through Redis to all sockets, as it
is. No accounts, no rights, no storage, no state."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

_CHANNEL = "limit"


def make() -> Starlette:
    """The application, with a Redis from the environment variable REDIS_URL."""
    redis = Redis.from_url(os.environ["REDIS_URL"])
    sockets: set[WebSocket] = set()

    async def connect(socket: WebSocket) -> None:
        await socket.accept()
        sockets.add(socket)
        with suppress(WebSocketDisconnect):
            while True:
                await redis.publish(_CHANNEL, await socket.receive_text())
        sockets.discard(socket)

    @asynccontextmanager
    async def listening(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_broadcast(redis, sockets))
        yield
        task.cancel()

    return Starlette(routes=[WebSocketRoute("/", connect)], lifespan=listening)


async def _broadcast(redis: Redis, sockets: set[WebSocket]) -> None:
    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(_CHANNEL)
        while True:
            message = cast("dict[str, bytes] | None", await pubsub.get_message(timeout=10))
            if message is None:
                continue
            text = message["data"].decode()
            for socket in list(sockets):
                with suppress(WebSocketDisconnect, RuntimeError):
                    await socket.send_text(text)
