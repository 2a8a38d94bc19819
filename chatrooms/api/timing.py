"""How long requests take until their answer begins, by route."""

import time
from collections.abc import Sequence

from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatrooms.adapters import metrics

REST = "pages and scripts"
"""What every other address is counted as: addresses are endless, labels must not be."""


class TimedRoutes:
    """Wraps an app and times what goes through it."""

    def __init__(self, app: ASGIApp, *, routes: Sequence[Route]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer like the wrapped app. How fast the browser takes the answer is not counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Named first: on the way the app changes what it was given.
        name, started_at = self._name(scope), time.perf_counter()

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                passed = time.perf_counter() - started_at
                metrics.ROUTE_SECONDS.labels(route=name).observe(passed)
            await send(message)

        await self._app(scope, receive, send_timed)

    def _name(self, scope: Scope) -> str:
        for route in self._routes:
            if route.matches(scope)[0] is not Match.NONE:
                return route.path
        return REST
