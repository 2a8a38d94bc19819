"""A browser tab as state handlers meet it: states with an address, a cookie and a socket."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar, cast

import reflex as rx
from blockbuster import BlockingError, blockbuster_ctx
from reflex.istate.data import RouterData
from sqlalchemy import event

from chatrooms.bootstrap import Deps
from chatrooms.live.identity import cookie_name
from chatrooms.live.runtime import runtime
from chatrooms.state.room import RoomState
from tests.support.eventually import eventually
from tests.support.people import Place, Someone, with_settings
from tests.support.web import Screen, WebProcess, web_process

S = TypeVar("S", bound=rx.State)


class BrowserTab:
    """The states of one tab. Handlers run for real, with a detector of blocking calls."""

    def __init__(self, web: WebProcess, screen: Screen, *, token: str, path: str) -> None:
        self._web = web
        self.screen = screen
        self._token = token
        self._root = cast(Any, rx.State)(_reflex_internal_init=True)
        self.go(path)

    def go(self, path: str) -> None:
        """Be at that address."""
        cookie = f"{cookie_name(self._web.deps.settings)}={self._token}" if self._token else ""
        self._root.router = RouterData.from_router_data(
            {
                "headers": {"cookie": cookie, "origin": "http://localhost"},
                "token": "tab",
                "sid": self.screen.sid,
                "ip": "127.0.0.1",
                "pathname": path.partition("?")[0],
                "asPath": path,
            }
        )

    def state(self, cls: type[S]) -> S:
        """The tab's state of that class."""
        return cast(S, self._root.get_substate(cls.get_full_name().split(".")))

    async def call(self, handler: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Run a handler as an event does; gives the events it answers with."""
        state = self._root.get_substate(handler.state_full_name.split("."))
        with nothing_blocks(self._web.deps):
            result = handler.fn(state, *args, **kwargs)
            if inspect.isasyncgen(result):
                return [event async for event in result]
            found = await result if inspect.isawaitable(result) else result
        return [found] if found is not None else []


def every_state() -> list[type[rx.State]]:
    """Every state class of the product, by name: Reflex keeps them in a set."""
    found = [
        each
        for each in cast(Any, rx.State).get_substates()
        if each.__module__.startswith("chatrooms.")
    ]
    return sorted(found, key=lambda each: each.__name__)


@contextmanager
def nothing_blocks(deps: Deps) -> Iterator[None]:
    """Fails what blocks the event loop. The database driver waits in C, where the detector does
    not see it, so queries on the loop are refused here."""
    engine = deps.sessions.kw["bind"]

    def refuse(*_: Any) -> None:
        if asyncio._get_running_loop() is not None:
            raise BlockingError("a query on the event loop")

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        with blockbuster_ctx("chatrooms"):
            yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


@contextmanager
def serving(web: WebProcess) -> Iterator[None]:
    """Have state handlers use that web process."""
    parts = web.parts
    runtime().parts.append(parts)
    try:
        yield
    finally:
        runtime().parts.remove(parts)


@asynccontextmanager
async def serving_pages(deps: Deps) -> AsyncIterator[WebProcess]:
    """A web process that serves tabs and asks them to load anew as the product's own does."""
    from chatrooms.chatrooms import PAGE_EVENTS

    settings = with_settings(deps, tick_ms=5)
    async with web_process(settings, pages=PAGE_EVENTS) as process:
        await eventually(lambda: process.listener._pubsub, what="it listens")
        with serving(process):
            yield process


async def open_room(web: WebProcess, who: Someone, room: Place) -> BrowserTab:
    """A tab of somebody in which the room is open."""
    tab = BrowserTab(web, await web.connect(), token=who.token, path=f"/rooms/{room.slug}")
    await tab.call(RoomState.open_room)
    return tab
