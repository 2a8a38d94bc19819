"""Puts threads on a tab's screen, beside the room that the tab was granted."""

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.live.tab import MAX_OLDER_REPLIES, Tab
from chatrooms.services import history, threads
from chatrooms.services.threads import Place
from chatrooms.state import caller, on_screen

_PAGE = 50


async def place_of(state: rx.State, message_id: int) -> Place:
    """Where a message of the open room stands. Raises: MessageUnavailable, RoomUnavailable."""
    _, room = on_screen.screen(state)
    return await off_loop(
        threads.get_place,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        message_id=message_id,
    )


async def show(state: rx.State, root_id: int, *, first: int = 0) -> None:
    """Show a thread whose root `place_of` has found; with `first`, from that position on, if it
    lies before the replies that all show. Raises: as `hub.threads.open`."""
    tab, room = on_screen.screen(state)
    hub = caller.hub()
    await hub.threads.load(tab, room, root_id)
    if first and first < _first_shown(tab, room):
        # Sent together, so that a reader's place is there all the time.
        await _load(state, first=first, limit=MAX_OLDER_REPLIES)
    hub.threads.send(tab)


async def load_older(state: rx.State) -> int:
    """Show the page before the first reply shown; the position of the first one then. Raises:
    RoomUnavailable if no thread is open."""
    tab, _ = on_screen.screen(state)
    first = await _load(state, first=0, limit=_PAGE)
    caller.hub().threads.send_older(tab)
    return first


async def _load(state: rx.State, *, first: int, limit: int) -> int:
    tab, room = on_screen.screen(state)
    root_id, before = tab.thread_id, _first_shown(tab, room)
    room_left = MAX_OLDER_REPLIES - len(tab.older_replies)
    if root_id is None or room_left <= 0:
        return before
    page = await off_loop(
        history.list_replies,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        thread_id=root_id,
        first=first,
        before=before,
        limit=min(limit, room_left) + 1,
    )
    tab, now = on_screen.screen(state)
    if now is not room or tab.thread_id != root_id or _first_shown(tab, room) != before:
        return before
    kept = page[-min(limit, room_left) :]
    has_older = first > 0 or len(page) > len(kept)
    tab.older_replies = (*kept, *tab.older_replies)
    tab.has_older_replies = has_older and len(kept) < room_left
    return _first_shown(tab, room)


def _first_shown(tab: Tab, room: LiveRoom) -> int:
    thread = room.threads.get(tab.thread_id or 0)
    shown = (*tab.older_replies[:1], *(thread.replies[:1] if thread else ()))
    return shown[0].position if shown else 0


async def mark_read(state: rx.State) -> None:
    """Note that the caller has read the thread on the screen."""
    tab, room = on_screen.screen(state)
    thread = room.threads.get(tab.thread_id or 0)
    if thread is None or not thread.replies:
        return
    await off_loop(
        threads.mark_read,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        thread_id=thread.root.id,
        position=thread.replies[-1].position,
    )


def has_open(state: rx.State, root_id: int) -> bool:
    """Whether the caller's tab shows that thread."""
    tab = caller.tab(state)
    return tab is not None and tab.thread_id == root_id
