"""The bell: what the person was told, and what of it was read."""

import reflex as rx

from chatrooms.domain.text import local_path
from chatrooms.live.offload import off_loop
from chatrooms.services import notifications
from chatrooms.services.notifications import Waiting
from chatrooms.state import caller, on_screen
from chatrooms.state.notices import notification_row
from chatrooms.state.rows import NotificationRow

_PAGE = 20
_MOST = 500
_NEVER = -1


class NotificationsState(rx.State):
    """What waits, and the list while it is open."""

    unread_count: int = 0
    mentions: dict[int, int] = {}
    """Unread mentions by room."""
    newest: NotificationRow = NotificationRow()
    """The newest of all, for the browser's own notifications."""
    opened_in: str = ""
    """Which visit to which page the list is open in; empty while it is closed."""
    rows: list[NotificationRow] = []
    has_more: bool = False
    quiet_from: int = _NEVER
    """Do-not-disturb hours in minutes after midnight; -1 if there are none."""
    quiet_until: int = _NEVER
    timezone: str = "UTC"

    @rx.event
    async def load(self):
        """Read what waits; asked for again whenever something is told or read. What tells of
        messages that the person has before the eyes is read by that."""
        waiting = await _count(self)
        if _is_here(self, waiting) and await notes_seen(self, from_sid=caller.socket_id(self)):
            waiting = await _count(self)
        mentions = {room.room_id: room.mentions for room in waiting.rooms if room.mentions}
        caller.put(self, unread_count=waiting.count, mentions=mentions)
        _note_quiet(self, waiting)
        await _read(self, count=max(len(self.rows), _PAGE) if self.opened_in else 1)

    @rx.event
    async def toggle(self, here: str):
        """Open the list or close it."""
        place = caller.place(here)
        self.opened_in = "" if self.opened_in == place else place
        self.rows = []
        if self.opened_in:
            await _read(self, count=_PAGE)

    @rx.event
    def close(self):
        """Close the list."""
        self.opened_in, self.rows = "", []

    @rx.event
    async def load_more(self):
        """Add the next page."""
        await _read(self, count=len(self.rows) + _PAGE)

    @rx.event
    async def go(self, notification_id: int, path: str):
        """Mark one as read and go where it leads."""
        await off_loop(
            notifications.mark_read,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            notification_ids=[caller.number(notification_id)],
        )
        self.opened_in, self.rows = "", []
        return rx.redirect(_local(path))

    @rx.event
    async def mark_read(self, notification_id: int):
        """Mark one as read where it stands."""
        await off_loop(
            notifications.mark_read,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            notification_ids=[caller.number(notification_id)],
        )

    @rx.event
    async def mark_all_read(self):
        """Mark everything as read."""
        await off_loop(
            notifications.mark_all_read, caller.deps(), actor_id=await caller.actor_id(self)
        )


async def _count(state: rx.State) -> Waiting:
    return await off_loop(
        notifications.count_unread, caller.deps(), actor_id=await caller.actor_id(state)
    )


def _is_here(state: rx.State, waiting: Waiting) -> bool:
    """Whether something waits in the room whose newest message the person has in sight."""
    tab = caller.tab(state)
    if tab is None or not tab.is_following:
        return False
    return any(room.room_id == tab.room_id for room in waiting.rooms)


async def notes_seen(state: rx.State, *, up_to: int = 0, from_sid: str = "") -> int:
    """Mark what tells of the messages on the caller's screen as read; those `up_to` one, if it is
    given; how many notifications did. The caller's tabs load their bells anew, except the one on
    the socket `from_sid`."""
    _, message_ids = on_screen.message_ids(state)
    return await off_loop(
        notifications.mark_seen,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        message_ids=[each for each in message_ids if not up_to or each <= up_to],
        from_sid=from_sid,
    )


async def show(state: NotificationsState, *, sanction_id: int, here: object) -> None:
    """Open the list as far as it tells of this sanction."""
    state.opened_in = caller.place(here)
    await _read(state, count=_PAGE)
    if sanction_id not in [row.sanction_id for row in state.rows]:
        await _read(state, count=_MOST)


async def _read(state: NotificationsState, *, count: int) -> None:
    found = await off_loop(
        notifications.list_notifications,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        limit=min(count, _MOST) + 1,
    )
    rows = [notification_row(told) for told in found]
    caller.put(state, newest=rows[0] if rows else NotificationRow())
    if state.opened_in:
        state.rows, state.has_more = rows[:count], len(rows) > count


def _note_quiet(state: NotificationsState, waiting: Waiting) -> None:
    quiet = waiting.quiet
    caller.put(
        state,
        quiet_from=_NEVER if quiet.begin is None else quiet.begin,
        quiet_until=_NEVER if quiet.end is None else quiet.end,
        timezone=quiet.timezone,
    )


def _local(path: object) -> str:
    return local_path(path) if isinstance(path, str) else "/"
