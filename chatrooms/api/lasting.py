"""Scripts and styles that browsers may keep.

What lies under `/assets/` has a hash of its contents in its name, so it never changes. Without
being told so, a browser asks for each of them again at every visit (RFC 8246).
"""

from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = "/assets/"
LASTING = "public, max-age=31536000, immutable"
_THERE = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED)


class LastingAssets:
    """Wraps an app and has browsers keep what never changes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer like the wrapped app. What is not there may be there later, and is not kept."""
        if scope["type"] != "http" or not scope["path"].startswith(FOLDER):
            await self._app(scope, receive, send)
            return

        async def send_lasting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _THERE:
                MutableHeaders(scope=message)["cache-control"] = LASTING
            await send(message)

        await self._app(scope, receive, send_lasting)
