"""Puts rooms and pages of their past on a tab's screen: read through services, shown by the hub."""

from dataclasses import dataclass

import reflex as rx

from chatrooms.domain.errors import MessageUnavailable, RoomUnavailable
from chatrooms.domain.events import Message
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import excerpt
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.live.rows import FILES_ALONE
from chatrooms.live.tab import MAX_PAST, PRESENT, Line, Past, Tab
from chatrooms.live.wire import SocketGone
from chatrooms.services import history, reading, rooms
from chatrooms.services.access import MAX_ID, RoomAccess
from chatrooms.state import caller
from chatrooms.state.rows import RightsRow

PAGE = 50
"""Messages that one scroll back brings."""
_MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """Which stretch of the past a tab shows, kept so that a reconnect shows it again."""

    room_id: int = 0
    first: int = 0
    last: int = 0
    is_past: bool = False
    in_history: bool = False
    is_reading: bool = False


def slug_of(state: rx.State) -> str:
    """The room's slug in the page's address."""
    parts = state.router.url.path.strip("/").split("/")
    return parts[1] if len(parts) > 1 and parts[0] == "rooms" else ""


async def look_up(state: rx.State, slug: str) -> RoomAccess:
    """The room and what the caller may do in it. Raises: NotSignedIn, RoomUnavailable."""
    actor_id = await caller.actor_id(state)
    return await off_loop(rooms.open_room, caller.deps(), actor_id=actor_id, slug=slug)


async def open_room(
    state: rx.State, slug: str, shown: Shown, line: Line, *, lands: bool
) -> tuple[RoomAccess, Shown, Line]:
    """Grant the room to the caller's tab and show it: with the stretch of the past and the line
    above what was new that it showed before, if those were of this room; else from the first
    unread message on, if `lands`.

    The right is checked last, and again if access changed somewhere during the check: what was
    lost in between must not be granted.
    Raises: NotSignedIn, RoomUnavailable, SocketGone.
    """
    hub = caller.hub()
    for _ in range(_MAX_TRIES):
        room = await hub.live.open((await look_up(state, slug)).room_id)
        if line.room_id != room.room_id:
            line = await _find_line(state, room.room_id)
            pages = await _pages_around(state, room, line.message_id) if lands else ()
        else:
            pages = await _pages(state, room.room_id, shown)
        epoch = hub.access_epoch
        signed_in = await caller.signed_in(state)
        access = await look_up(state, slug)
        if hub.access_epoch == epoch and hub.rooms.get(room.room_id) is room:
            sid = caller.socket_id(state)
            tab = hub.find_tab(sid) or hub.attach(sid, signed_in)
            past = _joined(room, pages, has_older=True) if pages else PRESENT
            hub.show(tab, room, past, is_staff=_is_staff(access), line=line)
            tab.is_reading |= shown.is_reading and shown.room_id == room.room_id
            return access, _shown(tab), line
    raise RoomUnavailable


async def _find_line(state: rx.State, room_id: int) -> Line:
    place = await off_loop(
        reading.find_place,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
    )
    return Line(room_id, place.first_unread_id, place.unread)


async def _pages_around(state: rx.State, room: LiveRoom, message_id: int) -> tuple[Message, ...]:
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
            limit=2 * PAGE,
        )
    )


def show_line(state: rx.State, line: Line) -> None:
    """Have the caller's tab show elsewhere where what is new begins; it follows the room no
    longer, which would mark everything as read again."""
    hub = caller.hub()
    tab = hub.find_tab(caller.socket_id(state))
    if tab is not None and tab.room_id == line.room_id:
        tab.is_following = False
        hub.show_line(tab, line)


def _is_staff(access: RoomAccess) -> bool:
    return Permission.DECIDE_JOIN_REQUESTS in access.permissions


def note_info(state: rx.State, *, is_open: bool) -> None:
    """Have changes of the room's members reach the caller's tab, or no longer."""
    tab = caller.hub().find_tab(caller.socket_id(state))
    if tab is not None:
        tab.has_info_open = is_open


def note_top(state: rx.State, *, is_open: bool) -> None:
    """Have changes of the room's best messages reach the caller's tab, or no longer."""
    tab = caller.hub().find_tab(caller.socket_id(state))
    if tab is not None:
        tab.has_top_open = is_open


def close_thread(state: rx.State) -> None:
    """Have changes of the thread that was open reach the caller's tab no longer."""
    tab = caller.hub().find_tab(caller.socket_id(state))
    if tab is not None:
        caller.hub().threads.close(tab)


def note_rights(state: rx.State, access: RoomAccess) -> None:
    """Have new join requests reach the caller's tab if the caller decides them."""
    tab = caller.hub().find_tab(caller.socket_id(state))
    if tab is not None and tab.room_id == access.room_id:
        tab.is_staff = _is_staff(access)


async def _pages(state: rx.State, room_id: int, shown: Shown) -> tuple[Message, ...]:
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


def blank(state: rx.State) -> None:
    """Show no room."""
    hub = caller.hub()
    tab = hub.find_tab(caller.socket_id(state))
    if tab is not None:
        hub.blank(tab)


def rights_row(access: RoomAccess) -> RightsRow:
    """What somebody may do in a room, for the page."""
    may = access.permissions
    return RightsRow(
        role=access.role.value if access.role else "",
        can_post=Permission.POST in may,
        can_join=Permission.JOIN in may,
        can_leave=Permission.LEAVE in may,
        can_edit_room=Permission.EDIT_ROOM in may,
        can_archive=Permission.ARCHIVE_ROOM in may,
        can_invite=Permission.INVITE in may,
        can_decide=Permission.DECIDE_JOIN_REQUESTS in may,
        can_remove=Permission.REMOVE_MEMBER in may,
        can_change_roles=Permission.CHANGE_ROLES in may,
        can_close_polls=Permission.CLOSE_POLL in may,
        can_pin=Permission.PIN_MESSAGE in may,
    )


def excerpt_of(message: Message) -> str:
    """A message as a reply quotes it."""
    return excerpt(message.body) or FILES_ALONE


def on_screen(state: rx.State) -> tuple[int, list[int]]:
    """The room that the caller's tab shows and the ids of its messages there, a thread's included;
    0 and none if it shows no room."""
    hub = caller.hub()
    tab = hub.find_tab(caller.socket_id(state))
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


def _screen(state: rx.State, room_id: int) -> tuple[Tab, LiveRoom]:
    hub, sid = caller.hub(), caller.socket_id(state)
    tab, room = hub.find_tab(sid), hub.rooms.get(room_id)
    if hub.address(sid) is None:
        raise SocketGone
    if tab is None or room is None or tab.room_id != room_id:
        raise RoomUnavailable
    return tab, room


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
        limit=PAGE + 1,
    )
    tab, room = _screen(state, room_id)
    longer = (*page[-PAGE:], *(tab.past.messages or _settled_since(room, first)))
    past = Past(
        messages=longer[:MAX_PAST],
        has_older=len(page) > PAGE,
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
        return _shown(tab)
    page = await off_loop(
        history.list_after,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        position=tab.past.messages[-1].position,
        limit=PAGE,
    )
    tab, room = _screen(state, room_id)
    longer = (*tab.past.messages, *page)
    messages = longer[-MAX_PAST:]
    has_older = tab.past.has_older or len(longer) > len(messages)
    return _show(tab, _joined(room, messages, has_older=has_older))


def _joined(room: LiveRoom, messages: tuple[Message, ...], *, has_older: bool) -> Past:
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
        limit=2 * PAGE,
    )
    tab, room = _screen(state, room_id)
    present = () if tab.past.in_history else (*room.settled, *room.tail)
    if any(m.id == message_id for m in (*tab.past.messages, *present)):
        return _shown(tab)
    return _show(tab, _joined(room, tuple(page), has_older=True))


def hold_place(state: rx.State) -> Shown:
    """Keep the lines that the caller's tab shows, as they leave the newest ones."""
    tab = caller.hub().find_tab(caller.socket_id(state))
    if tab is None:
        return Shown()
    tab.is_reading = True
    return _shown(tab)


def show_latest(state: rx.State) -> None:
    """Show the newest messages alone."""
    hub = caller.hub()
    tab = hub.find_tab(caller.socket_id(state))
    if tab is not None:
        hub.show_past(tab, PRESENT)


def _show(tab: Tab, past: Past) -> Shown:
    caller.hub().show_past(tab, past)
    return _shown(tab)


def _shown(tab: Tab) -> Shown:
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
