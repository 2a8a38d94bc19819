"""The shortest way to a socket, and from its queue to the browser."""

import asyncio
from typing import Any, cast

from engineio import async_socket
from starlette.types import ASGIApp, Receive, Scope, Send


class DirectSockets:
    """Hands sockets at one path straight to their server, past the middleware and routers of pages
    and API.

    Each layer on the way keeps its part of the call as long as the socket is open, several
    kilobytes of a tab that does nothing, and handles every packet.
    """

    def __init__(self, app: ASGIApp, *, path: str, sockets: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket at the path, and everything else by the wrapped app."""
        is_socket = scope["type"] == "websocket" and scope["path"].rstrip("/") == self._path
        await (self._sockets if is_socket else self._app)(scope, receive, send)


class PatientSocket(async_socket.AsyncSocket):
    """A socket that waits for its next packet without a time limit.

    engineio gives each wait a limit, which takes a task and a timer for every packet and every tab
    that does nothing. The limit is not needed: a browser that went silent is noticed where its
    answers to pings are read, and that ends this wait as well.
    """

    async def poll(self) -> list[Any]:
        """All packets that wait, at least one; none at all once the connection is closed."""
        queue: asyncio.Queue[Any] = cast(Any, self).queue
        packets = [await queue.get()]
        queue.task_done()
        while packets[-1] is not None and not queue.empty():
            packets.append(queue.get_nowait())
            queue.task_done()
        if packets[-1] is not None:
            return packets
        if packets[:-1]:
            # What ends the connection ends the next wait: these packets are to be sent before.
            queue.put_nowait(None)
        return packets[:-1]


def use_patient_sockets() -> None:
    """Have every connection from now on be served by a `PatientSocket`."""
    # engineio makes its sockets by this name and offers no other place to say which.
    async_socket.AsyncSocket = PatientSocket
