"""What everybody in a room sees. Written by the hub onto the sockets, never by handlers."""

import builtins
from collections.abc import Callable
from typing import Any

import reflex as rx

from chatrooms.live.rows import MessageRow, PersonRow, RoomRow
from chatrooms.live.wire import encode


def _replaces_builtin(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a method that means to replace one of Reflex's own, as Reflex asks for it."""
    vars(method)["__override_base_method__"] = True
    return method


class LiveState(rx.State):
    """The open room. These vars exist in the browser alone: the hub writes them through
    `live.wire`, and the server's copy keeps its defaults.

    So no person's stored state holds a message, a hydrate leaves the screen as it is until the
    grant is renewed, and there is no second sender whose older value could overtake a newer one.
    """

    room: RoomRow = RoomRow()
    older: list[MessageRow] = []
    settled: list[MessageRow] = []
    tail: list[MessageRow] = []
    has_older: bool = False
    has_newer: bool = False
    online: list[PersonRow] = []
    online_count: int = 0
    typing: list[PersonRow] = []
    thread: MessageRow = MessageRow()
    """The message whose thread is open; without an id while none is."""
    replies: list[MessageRow] = []
    has_older_replies: bool = False

    @_replaces_builtin
    def dict(self, *args: Any, **kwargs: Any) -> builtins.dict[str, Any]:
        """Nothing at a hydrate, the defaults when the pages are compiled."""
        return super().dict(*args, **kwargs) if kwargs.get("initial") else {}


def empty_vars() -> dict[str, str]:
    """The vars of a page that shows no room, as JSON by name."""
    fields = LiveState.get_fields()
    return {name: encode(fields[name].default_value()) for name in LiveState.base_vars}
