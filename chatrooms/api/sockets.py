"""The shortest way to a socket."""

from starlette.types import ASGIApp, Receive, Scope, Send


class DirectSockets:
    """Hands sockets at one path straight to their server, past the routers of pages and API.

    Each router on the way keeps its part of the call as long as the socket is open: ten kilobytes
    of a tab that does nothing.
    """

    def __init__(self, app: ASGIApp, *, path: str, sockets: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket at the path, and everything else by the wrapped app."""
        is_socket = scope["type"] == "websocket" and scope["path"].rstrip("/") == self._path
        await (self._sockets if is_socket else self._app)(scope, receive, send)
