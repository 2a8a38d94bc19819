"""Puts rooms on a tab's screen: read through services, granted and shown by the hub."""

import reflex as rx

from chatrooms.domain.errors import RoomUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.live.tab import PRESENT, Line
from chatrooms.services import reading, rooms
from chatrooms.services.access import RoomAccess
from chatrooms.state import caller, past_screens
from chatrooms.state.past_screens import Shown
from chatrooms.state.rows import RightsRow

_MAX_TRIES = 5


def slug_of(state: rx.State) -> str:
    """The room's slug in the page's address."""
    parts = state.router.url.path.strip("/").split("/")
    return parts[1] if len(parts) > 1 and parts[0] == "rooms" else ""


def is_at(state: rx.State, path: str) -> bool:
    """Whether the page is at that address."""
    return state.router.url.path.rstrip("/") == path


def is_at_settings(state: rx.State) -> bool:
    """Whether the page shows a room's moderation settings."""
    return is_at(state, f"/rooms/{slug_of(state)}/moderation")


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
    hub, before = caller.hub(), line
    for _ in range(_MAX_TRIES):
        room = await hub.live.open((await look_up(state, slug)).room_id)
        # As the tab had it: a line found in a try that did not hold is not on its screen yet.
        if before.room_id != room.room_id:
            line = await _find_line(state, room.room_id)
            pages = await past_screens.pages_around(state, room, line.message_id) if lands else ()
        else:
            line, pages = before, await past_screens.pages_of(state, room.room_id, shown)
        epoch = hub.access_epoch
        signed_in = await caller.signed_in(state)
        access = await look_up(state, slug)
        if hub.access_epoch == epoch and hub.rooms.get(room.room_id) is room:
            sid = caller.socket_id(state)
            tab = hub.find_tab(sid) or hub.attach(sid, signed_in)
            past = past_screens.joined(room, pages, has_older=True) if pages else PRESENT
            hub.show(tab, room, past, is_staff=_is_staff(access), line=line)
            tab.is_reading |= shown.is_reading and shown.room_id == room.room_id
            return access, past_screens.shown_by(tab), line
    raise RoomUnavailable


async def _find_line(state: rx.State, room_id: int) -> Line:
    place = await off_loop(
        reading.find_place,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
    )
    return Line(room_id, place.first_unread_id, place.unread)


def show_line(state: rx.State, line: Line) -> None:
    """Have the caller's tab show elsewhere where what is new begins; it follows the room no
    longer, which would mark everything as read again."""
    tab = caller.tab(state)
    if tab is not None and tab.room_id == line.room_id:
        tab.is_following = False
        caller.hub().show_line(tab, line)


def _is_staff(access: RoomAccess) -> bool:
    return Permission.DECIDE_JOIN_REQUESTS in access.permissions


def note_info(state: rx.State, *, is_open: bool) -> None:
    """Have changes of the room's members reach the caller's tab, or no longer."""
    tab = caller.tab(state)
    if tab is not None:
        tab.has_info_open = is_open


def note_top(state: rx.State, *, is_open: bool) -> None:
    """Have changes of the room's best messages reach the caller's tab, or no longer."""
    tab = caller.tab(state)
    if tab is not None:
        tab.has_top_open = is_open


def close_thread(state: rx.State) -> None:
    """Have changes of the thread that was open reach the caller's tab no longer."""
    tab = caller.tab(state)
    if tab is not None:
        caller.hub().threads.close(tab)


def hide_answers(state: rx.State) -> None:
    """Have nothing that the assistant writes reach the caller's tab any more."""
    tab = caller.tab(state)
    if tab is not None:
        caller.hub().answers.hide(tab)


def note_rights(state: rx.State, access: RoomAccess) -> None:
    """Have new join requests reach the caller's tab if the caller decides them."""
    tab = caller.tab(state)
    if tab is not None and tab.room_id == access.room_id:
        tab.is_staff = _is_staff(access)


def blank(state: rx.State) -> None:
    """Show no room."""
    tab = caller.tab(state)
    if tab is not None:
        caller.hub().blank(tab)


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
        can_moderate=Permission.MODERATE in may,
        timed_out_until=iso(access.timed_out_until) if access.timed_out_until else "",
    )
