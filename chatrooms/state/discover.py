"""The directory of public rooms."""

import reflex as rx

from chatrooms.domain.text import MAX_NAME_CHARS
from chatrooms.live.offload import off_loop
from chatrooms.services import members, room_lists, rooms
from chatrooms.services.room_lists import RoomInfo
from chatrooms.state import caller
from chatrooms.state.rows import PublicRoomRow

_PAGE = 30


def _row(info: RoomInfo) -> PublicRoomRow:
    facts = info.facts
    return PublicRoomRow(
        slug=facts.slug,
        name=facts.name,
        topic=facts.topic,
        description=facts.description,
        tags=list(facts.tags),
        member_count=info.member_count,
        is_member=info.is_member,
    )


async def _page(state: rx.State, *, query: str, offset: int) -> tuple[list[PublicRoomRow], bool]:
    found = await off_loop(
        room_lists.list_public_rooms,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        query=query,
        offset=offset,
        limit=_PAGE + 1,
    )
    return [_row(info) for info in found[:_PAGE]], len(found) > _PAGE


class DiscoverState(rx.State):
    """Public rooms, filtered by words."""

    query: str = ""
    rooms: list[PublicRoomRow] = []
    has_more: bool = False
    is_loaded: bool = False

    @rx.event
    async def load(self):
        """Read the first page."""
        self.rooms, self.has_more = await _page(self, query=self.query, offset=0)
        self.is_loaded = True

    @rx.event
    async def search(self, query: str):
        """Filter by these words."""
        self.query = query[: 2 * MAX_NAME_CHARS] if isinstance(query, str) else ""
        self.rooms, self.has_more = await _page(self, query=self.query, offset=0)

    @rx.event
    async def load_more(self):
        """Add the next page."""
        more, self.has_more = await _page(self, query=self.query, offset=len(self.rooms))
        self.rooms = self.rooms + more

    @rx.event
    async def join(self, slug: str):
        """Join a room and go there."""
        actor_id = await caller.actor_id(self)
        access = await off_loop(rooms.open_room, caller.deps(), actor_id=actor_id, slug=slug)
        await off_loop(members.join_room, caller.deps(), actor_id=actor_id, room_id=access.room_id)
        return rx.redirect(f"/rooms/{access.facts.slug}")
