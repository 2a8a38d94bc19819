"""Puts threads on a tab's screen, beside the room that the tab was granted."""

import reflex as rx

from chatrooms.domain.events import Message
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.live.tab import MAX_OLDER_REPLIES, Tab
from chatrooms.services import history, threads, typing_notices
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
    """Show a thread whose root `place_of` has found; with `first`, from that position on or, deep
    in a long thread, around it. Raises: as `OpenThreads.open`."""
    tab, room = on_screen.screen(state)
    open_threads = caller.hub().threads
    await open_threads.load(tab, room, root_id)
    if first and first < _first_shown(tab, room):
        # Sent together, so that a reader's place is there all the time.
        await _load_from(state, first)
    open_threads.send(tab)


async def _load_from(state: rx.State, first: int) -> None:
    tab, room = on_screen.screen(state)
    before = _first_shown(tab, room)
    pages = await _replies_before(state, before, first=first, limit=MAX_OLDER_REPLIES + 1)
    is_deep = len(pages) > MAX_OLDER_REPLIES
    if is_deep:
        earlier = await _replies_before(state, first, limit=_PAGE)
        pages = (*earlier, *await _replies_from(state, first))
    if _is_unchanged(state, tab, room, before):
        tab.older_replies, tab.has_older_replies = pages, True
        tab.has_newer_replies = is_deep


async def load_older(state: rx.State) -> int:
    """Show the page before the first reply shown; beyond `MAX_OLDER_REPLIES` the newest ones go.
    The position of the first one then. Raises: RoomUnavailable if no room is open."""
    tab, room = on_screen.screen(state)
    before = _first_shown(tab, room)
    page = await _replies_before(state, before, limit=_PAGE + 1)
    if _is_unchanged(state, tab, room, before):
        longer = (*page[-_PAGE:], *tab.older_replies)
        tab.older_replies = longer[:MAX_OLDER_REPLIES]
        tab.has_older_replies = len(page) > _PAGE
        tab.has_newer_replies |= len(longer) > MAX_OLDER_REPLIES
        caller.hub().threads.send_older(tab)
    return _first_shown(tab, room)


async def load_newer(state: rx.State) -> int:
    """Deep in a thread, show the page after the last reply shown, until the newest are reached.
    The position of the first one shown then. Raises: RoomUnavailable if no room is open."""
    tab, room = on_screen.screen(state)
    before = _first_shown(tab, room)
    if not tab.has_newer_replies or not tab.older_replies:
        return before
    last = tab.older_replies[-1].position
    page = await _replies_from(state, last + 1)
    is_last = bool(tab.older_replies) and tab.older_replies[-1].position == last
    if is_last and _is_unchanged(state, tab, room, before):
        longer = (*tab.older_replies, *page)
        tab.has_older_replies |= len(longer) > MAX_OLDER_REPLIES
        _join(tab, room, longer[-MAX_OLDER_REPLIES:])
        caller.hub().threads.send_older(tab)
    return _first_shown(tab, room)


def _join(tab: Tab, room: LiveRoom, replies: tuple[Message, ...]) -> None:
    """Show these replies, with the newest after them if nothing lies between."""
    newest = room.threads[tab.thread_id or 0].replies
    first = newest[0].position if newest else 0
    tab.has_newer_replies = replies[-1].position < first
    tab.older_replies = tuple(
        each for each in replies if tab.has_newer_replies or each.position < first
    )


def show_latest(state: rx.State) -> None:
    """Show the newest replies of the open thread alone. Raises: RoomUnavailable."""
    tab, _ = on_screen.screen(state)
    tab.show_thread(tab.thread_id)
    caller.hub().threads.send_older(tab)


async def _replies_before(
    state: rx.State, before: int, *, first: int = 0, limit: int
) -> tuple[Message, ...]:
    tab, room = on_screen.screen(state)
    found = await off_loop(
        history.list_replies,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        thread_id=tab.thread_id or 0,
        first=first,
        before=before,
        limit=limit,
    )
    return tuple(found)


async def _replies_from(state: rx.State, position: int) -> tuple[Message, ...]:
    tab, room = on_screen.screen(state)
    found = await off_loop(
        history.list_replies_from,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        thread_id=tab.thread_id or 0,
        position=position,
        limit=_PAGE,
    )
    return tuple(found)


def _is_unchanged(state: rx.State, tab: Tab, room: LiveRoom, before: int) -> bool:
    """Whether the tab still shows the thread that it showed, from the same reply on."""
    now, room_now = on_screen.screen(state)
    is_same = now is tab and room_now is room and tab.thread_id in room.threads
    return is_same and _first_shown(tab, room) == before


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


async def announce_typing(state: rx.State) -> None:
    """Tell those who have the open thread open that the caller types in it."""
    tab, room = on_screen.screen(state)
    if tab.thread_id is not None:
        await off_loop(
            typing_notices.announce_typing,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            room_id=room.room_id,
            thread_id=tab.thread_id,
        )


def has_open(state: rx.State, root_id: int) -> bool:
    """Whether the caller's tab shows that thread."""
    tab = caller.hub().find_tab(caller.socket_id(state))
    return tab is not None and tab.thread_id == root_id
