"""The rooms in the side bar."""

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import rooms
from chatrooms.state import caller
from chatrooms.state.rows import RoomLink


class SidebarState(rx.State):
    """The rooms the person is a member of."""

    rooms: list[RoomLink] = []
    is_loaded: bool = False

    @rx.event
    async def load(self):
        """Read the list; asked for again whenever a membership of the person changes."""
        actor_id = await caller.actor_id(self)
        mine = await off_loop(rooms.list_my_rooms, caller.deps(), actor_id=actor_id)
        self.rooms = [RoomLink(r.slug, r.name, r.is_private, r.is_archived) for r in mine]
        self.is_loaded = True
