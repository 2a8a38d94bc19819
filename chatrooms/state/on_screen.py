"""What the caller's tab shows of the room that it was granted."""

import reflex as rx

from chatrooms.domain.errors import MessageUnavailable, RoomUnavailable
from chatrooms.domain.events import Message
from chatrooms.domain.text import excerpt
from chatrooms.live.message_rows import FILES_ALONE
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.live.tab import Tab
from chatrooms.live.wire import SocketGone
from chatrooms.services import history
from chatrooms.state import caller


def screen(state: rx.State) -> tuple[Tab, LiveRoom]:
    """The caller's tab and the room that it was granted. Raises: SocketGone, RoomUnavailable."""
    hub, tab = caller.hub(), caller.tab(state)
    if hub.address(caller.socket_id(state)) is None:
        raise SocketGone
    room = hub.rooms.get(tab.room_id) if tab is not None and tab.room_id is not None else None
    if tab is None or room is None:
        raise RoomUnavailable
    return tab, room


def message_ids(state: rx.State) -> tuple[int, list[int]]:
    """The room that the caller's tab shows and the ids of its messages there, a thread's included;
    0 and none if it shows no room."""
    hub, tab = caller.hub(), caller.tab(state)
    room = hub.rooms.get(tab.room_id) if tab is not None and tab.room_id is not None else None
    if tab is None or room is None:
        return 0, []
    thread = room.threads.get(tab.thread_id) if tab.thread_id is not None else None
    replies = (thread.root, *thread.replies, *tab.older_replies) if thread is not None else ()
    return room.room_id, [m.id for m in (*replies, *tab.past.messages, *room.view.messages)]


def is_out_of_sight(room_id: int, message_id: int) -> bool:
    """Whether a message is too old to be among the newest of the room: one that was sent before a
    long break and is sent again now will not appear at the end of the page."""
    room = caller.hub().rooms.get(room_id)
    messages = room.view.messages if room is not None else ()
    return bool(messages) and message_id < messages[0].id


async def find_message(state: rx.State, room_id: int, message_id: int) -> Message:
    """A message of the room. Raises: MessageUnavailable if absent or deleted; RoomUnavailable."""
    found = await off_loop(
        history.get_message,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        message_id=message_id,
    )
    if found.is_deleted:
        raise MessageUnavailable
    return found


def excerpt_of(message: Message) -> str:
    """A message as a reply quotes it."""
    return excerpt(message.body) or FILES_ALONE
