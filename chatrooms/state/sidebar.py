"""The rooms in the side bar."""

import reflex as rx

from chatrooms.domain.errors import ServiceUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services import room_lists
from chatrooms.services.room_lists import MyRoom
from chatrooms.state import caller
from chatrooms.state.rows import RoomLink

_MAX_TRIES = 5


class SidebarState(rx.State):
    """The rooms the person is a member of."""

    rooms: list[RoomLink] = []
    is_loaded: bool = False

    @rx.event
    async def load(self):
        """Read the list; asked for again whenever a membership of the person changes."""
        mine = await _read(self)
        self.rooms = [
            RoomLink(r.id, r.slug, r.name, r.is_private, r.is_archived, r.notify, r.topic)
            for r in mine
        ]
        self.is_loaded = True


async def _read(state: rx.State) -> list[MyRoom]:
    """The list, whose unread counts go to the caller's tab from the hub: it also sends what
    changes of them. What changed while the list was read is read again."""
    unread, actor_id = caller.unread(), await caller.actor_id(state)
    for _ in range(_MAX_TRIES):
        epoch = unread.epoch(actor_id)
        mine = await off_loop(room_lists.list_my_rooms, caller.deps(), actor_id=actor_id)
        tab = caller.tab(state)
        if tab is None or unread.show(tab, mine, epoch=epoch):
            return mine
    raise ServiceUnavailable
