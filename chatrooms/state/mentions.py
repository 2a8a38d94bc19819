"""Whom the person may mean while writing `@`."""

from typing import Any

import reflex as rx

from chatrooms.domain.mentions import EVERYBODY
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import person_row
from chatrooms.services import mentions
from chatrooms.state import caller, on_screen
from chatrooms.state.rows import PersonRow

_CALL = PersonRow(username=EVERYBODY, name="Everybody in this room", initials="@")


class MentionState(rx.State):
    """The people that the menu offers."""

    query: str = ""
    people: list[PersonRow] = []

    @rx.event
    async def search(self, form: dict[str, Any]):
        """Look for members of the open room whose names begin so."""
        query = caller.text(form, "query")[:32]
        room_id, _ = on_screen.message_ids(self)
        found = await off_loop(
            mentions.suggest,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id,
            query=query,
        )
        calls = found.may_call_everybody and EVERYBODY.startswith(query.lower())
        self.query = query
        self.people = [*map(person_row, found.people), *([_CALL] if calls else [])]
