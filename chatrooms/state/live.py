"""What everybody in a room sees. Written by the hub onto the sockets, never by handlers."""

import builtins
from collections.abc import Callable
from typing import Any

import reflex as rx

from chatrooms.domain.errors import RoomUnavailable
from chatrooms.live.message_rows import MessageRow
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import PersonRow, RoomRow
from chatrooms.live.tab import Line
from chatrooms.live.wire import encode
from chatrooms.live.written import WrittenRow
from chatrooms.services import reading
from chatrooms.state import caller
from chatrooms.state.notifications import NotificationsState, notes_seen
from chatrooms.state.room import RoomState, show_line


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
    older_replies: list[MessageRow] = []
    replies: list[MessageRow] = []
    reply_tail: list[MessageRow] = []
    """The newest replies, after `replies`."""
    has_older_replies: bool = False

    @_replaces_builtin
    def dict(self, *args: Any, **kwargs: Any) -> builtins.dict[str, Any]:
        """Nothing at a hydrate, the defaults when the pages are compiled."""
        return super().dict(*args, **kwargs) if kwargs.get("initial") else {}


class ReaderState(rx.State):
    """What the hub writes for one reader alone, in the same way: where what is new begins in the
    open room, and what is unread in the others. The page tells what of the room is in sight."""

    new_from: int = 0
    """The message above which the line "New" stands; 0 for none."""
    new_count: int = 0
    visit: int = 0
    """Changes whenever the hub has shown the room anew."""
    unread: dict[int, int] = {}
    """Unread messages by room; rooms without any are not in it."""
    has_newer_replies: bool = False
    """Whether a stretch deep in the open thread is shown, and not its newest replies."""
    thread_typing: list[PersonRow] = []
    """Who types in the open thread."""

    @_replaces_builtin
    def dict(self, *args: Any, **kwargs: Any) -> builtins.dict[str, Any]:
        """Nothing at a hydrate, the defaults when the pages are compiled."""
        return super().dict(*args, **kwargs) if kwargs.get("initial") else {}

    @rx.event
    def follow(self):
        """The newest message of the room is in sight, and each that comes will be."""
        tab = caller.tab(self)
        if tab is None:
            return None
        tab.is_following = True
        return NotificationsState.load

    @rx.event
    def stop_following(self):
        """The page is hidden, or the person scrolled up."""
        hub = caller.hub()
        tab = hub.find_tab(caller.socket_id(self))
        if tab is not None:
            hub.stop_following(tab)

    @rx.event
    async def see(self, form: builtins.dict[str, Any]):
        """The person has read up to a message, further up than the newest."""
        await off_loop(
            reading.mark_read_to,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=_room_of(self),
            message_id=caller.number_in(form, "message_id"),
        )
        await notes_seen(self, up_to=caller.number_in(form, "message_id"))

    @rx.event
    async def mark_unread(self, message_id: int):
        """Have the room be unread from a message on, here and in all other tabs of the person."""
        room_id = _room_of(self)
        place = await off_loop(
            reading.mark_unread_from,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id,
            message_id=caller.number(message_id),
        )
        line = Line(room_id, place.first_unread_id, place.unread)
        show_line(await self.get_state(RoomState), line)


class AnswerState(rx.State):
    """What the assistant is writing for the reader, in the same way. Apart from all else, for it
    changes twenty times a second."""

    answering_id: int = 0
    """The turn that the text belongs to, also once it is over."""
    answering_text: str = ""
    thread_answers: list[WrittenRow] = []
    """Replies that are being written in the open thread, for everybody."""

    @_replaces_builtin
    def dict(self, *args: Any, **kwargs: Any) -> builtins.dict[str, Any]:
        """Nothing at a hydrate, the defaults when the pages are compiled."""
        return super().dict(*args, **kwargs) if kwargs.get("initial") else {}


def _room_of(state: rx.State) -> int:
    tab = caller.tab(state)
    if tab is None or tab.room_id is None:
        raise RoomUnavailable
    return tab.room_id


def empty_vars() -> dict[str, str]:
    """The vars of a page that shows no room, as JSON by name."""
    fields = LiveState.get_fields()
    return {name: encode(fields[name].default_value()) for name in LiveState.base_vars}
