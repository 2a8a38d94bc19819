"""The room switcher: where one can go. `switcher.js` opens it and moves in its list."""

import reflex as rx

from chatrooms.domain.text import MAX_NAME_CHARS
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import person_row
from chatrooms.services import places
from chatrooms.state import caller
from chatrooms.state.rows import PersonRow, PlaceRow


class SwitcherState(rx.State):
    """What fits what was typed."""

    places: list[PlaceRow] = []
    people: list[PersonRow] = []
    query: str = ""

    @rx.event
    async def search(self, query: str):
        """List what fits; the person's own rooms while nothing is typed."""
        self.query = query[: 2 * MAX_NAME_CHARS] if isinstance(query, str) else ""
        asked = {"actor_id": await caller.actor_id(self), "query": self.query}
        found = await off_loop(places.list_places, caller.deps(), **asked)
        people = await off_loop(places.find_people, caller.deps(), **asked)
        self.people = [person_row(person) for person in people]
        self.places = [
            PlaceRow(
                path=f"/rooms/{place.slug}",
                name=place.name,
                topic=place.topic,
                is_private=place.is_private,
                is_archived=place.is_archived,
                is_mine=place.is_mine,
                unread=place.unread,
            )
            for place in found
        ]
