"""Redirects that stay at the address the browser used.

The static files redirect `/page` to `/page/` with an absolute address made from what this process
sees. Behind a proxy that ends TLS that is the wrong scheme, so the browser would be sent out of it.
A path alone is right behind every proxy (RFC 9110, section 10.2.2).
"""

from urllib.parse import urlsplit, urlunsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RelativeRedirects:
    """Wraps an app and shortens redirects to its own host to their path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer like the wrapped app, with shortened redirects."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")

        async def send_shortened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if (location := headers.get("location")) is not None:
                    headers["location"] = without_own_host(location, host)
            await send(message)

        await self._app(scope, receive, send_shortened)


def without_own_host(location: str, host: str) -> str:
    """The path of `location` if it leads to `host`, otherwise `location` as it is."""
    parts = urlsplit(location)
    # A path with two slashes at its start would be read as another host.
    if not host or parts.netloc != host or parts.path.startswith("//"):
        return location
    return urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))
