"""Pages of a room's past on a tab's screen: read through services, shown by the hub."""

from dataclasses import dataclass

import reflex as rx

from chatrooms.domain.errors import RoomUnavailable
from chatrooms.domain.events import Message
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.live.tab import MAX_PAST, PRESENT, Past, Tab
from chatrooms.services import history
from chatrooms.services.access import MAX_ID
from chatrooms.state import caller, on_screen

_PAGE = 50
"""Messages that one scroll back brings."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which stretch of the past a tab shows, kept so that a reconnect shows it again."""

    room_id: int = 0
    first: int = 0
    last: int = 0
    is_past: bool = False
    in_history: bool = False
    is_reading: bool = False


async def pages_around(state: rx.State, room: LiveRoom, message_id: int) -> tuple[Message, ...]:
    """The stretch of the past with an unread message in it, unless all screens show that one."""
    if not message_id or any(m.id == message_id for m in (*room.settled, *room.tail)):
        return ()
    return tuple(
        await off_loop(
            history.list_around,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            room_id=room.room_id,
            message_id=message_id,
            limit=2 * _PAGE,
        )
    )


async def pages_of(state: rx.State, room_id: int, shown: Shown) -> tuple[Message, ...]:
    """The stretch of the past that a tab showed, if it was of this room."""
    if not shown.is_past or shown.room_id != room_id:
        return ()
    return tuple(
        await off_loop(
            history.list_between,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            room_id=room_id,
            first=shown.first,
            last=shown.last if shown.in_history else MAX_ID,
            limit=MAX_PAST,
        )
    )


def _screen(state: rx.State, room_id: int) -> tuple[Tab, LiveRoom]:
    tab, room = on_screen.screen(state)
    if room.room_id != room_id:
        raise RoomUnavailable
    return tab, room


async def load_older(state: rx.State, room_id: int) -> Shown:
    """Show the page before the first message shown; beyond `MAX_PAST` the newest ones go."""
    tab, room = _screen(state, room_id)
    first = tab.past.messages[0].position if tab.past.messages else room.first_position
    page = await off_loop(
        history.list_before,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        position=first,
        limit=_PAGE + 1,
    )
    tab, room = _screen(state, room_id)
    longer = (*page[-_PAGE:], *(tab.past.messages or _settled_since(room, first)))
    past = Past(
        messages=longer[:MAX_PAST],
        has_older=len(page) > _PAGE,
        in_history=tab.past.in_history or len(longer) > MAX_PAST,
    )
    return _show(tab, past)


def _settled_since(room: LiveRoom, first: int) -> tuple[Message, ...]:
    # While the page was read the settled list may have moved on; what it left belongs to the past.
    return tuple(m for m in room.view.messages if first <= m.position < room.first_position)


async def load_newer(state: rx.State, room_id: int) -> Shown:
    """In the past, show the page after the last message shown, until the present is reached."""
    tab, room = _screen(state, room_id)
    if not tab.past.in_history or not tab.past.messages:
        return shown_by(tab)
    page = await off_loop(
        history.list_after,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        position=tab.past.messages[-1].position,
        limit=_PAGE,
    )
    tab, room = _screen(state, room_id)
    longer = (*tab.past.messages, *page)
    messages = longer[-MAX_PAST:]
    has_older = tab.past.has_older or len(longer) > len(messages)
    return _show(tab, joined(room, messages, has_older=has_older))


def joined(room: LiveRoom, messages: tuple[Message, ...], *, has_older: bool) -> Past:
    """A stretch of the past, joined to the present if nothing lies between the two."""
    first = room.first_position
    if not messages or not _lies_between(room, messages[-1].position, first):
        before = tuple(m for m in messages if m.position < first)
        return Past(before, has_older=has_older, in_history=False) if before else PRESENT
    return Past(messages, has_older=has_older, in_history=True)


def _lies_between(room: LiveRoom, last: int, first: int) -> bool:
    known = room.view.messages
    if last >= first or not known:
        return False
    # Positions have gaps, so only messages in view prove that there is none in between.
    return known[0].position > last or any(last < m.position < first for m in known)


async def show_around(state: rx.State, room_id: int, message_id: int) -> Shown:
    """Show the room around one message. Raises: MessageUnavailable."""
    page = await off_loop(
        history.list_around,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        message_id=message_id,
        limit=2 * _PAGE,
    )
    tab, room = _screen(state, room_id)
    present = () if tab.past.in_history else (*room.settled, *room.tail)
    if any(m.id == message_id for m in (*tab.past.messages, *present)):
        return shown_by(tab)
    return _show(tab, joined(room, tuple(page), has_older=True))


def hold_place(state: rx.State) -> Shown:
    """Keep the lines that the caller's tab shows, as they leave the newest ones."""
    tab = caller.tab(state)
    if tab is None:
        return Shown()
    tab.is_reading = True
    return shown_by(tab)


def show_latest(state: rx.State) -> None:
    """Show the newest messages alone."""
    tab = caller.tab(state)
    if tab is not None:
        caller.hub().show_past(tab, PRESENT)


def _show(tab: Tab, past: Past) -> Shown:
    caller.hub().show_past(tab, past)
    return shown_by(tab)


def shown_by(tab: Tab) -> Shown:
    """Which stretch of the past the tab shows now."""
    past = tab.past
    if tab.room_id is None or not (past.messages or tab.is_reading):
        return Shown()
    return Shown(
        room_id=tab.room_id,
        first=past.messages[0].position if past.messages else 0,
        last=past.messages[-1].position if past.messages else 0,
        is_past=bool(past.messages),
        in_history=past.in_history,
        is_reading=tab.is_reading,
    )
