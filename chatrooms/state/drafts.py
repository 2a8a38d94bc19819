"""Drafts as the page keeps them on the server. `drafts.js` says when, and which text wins."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services import drafts
from chatrooms.services.drafts import Draft
from chatrooms.state import caller, screens


class DraftsState(rx.State):
    """The open room's draft, and which rooms have one."""

    rooms: list[str] = []
    room_id: int = 0
    body: str = ""
    saved_at: str = ""

    @rx.event
    async def load(self):
        """Learn which rooms have a draft; asked for again whenever that changes in any tab."""
        self.rooms = await off_loop(
            drafts.list_draft_rooms, caller.deps(), actor_id=await caller.actor_id(self)
        )

    @rx.event
    async def open(self):
        """Read the draft of the room of this address."""
        try:
            draft = await off_loop(
                drafts.find_draft,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                slug=screens.slug_of(self),
            )
        except RoomUnavailable:
            draft = Draft(0)
        _show(self, draft)

    @rx.event
    async def save(self, form: dict[str, Any]):
        """Keep what is in the text box of a room; it may have been left meanwhile."""
        draft = await off_loop(
            drafts.save_draft,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=caller.number_in(form, "room_id"),
            body=caller.text(form, "body"),
        )
        if draft.room_id == self.room_id:
            _show(self, draft)


def _show(state: DraftsState, draft: Draft) -> None:
    state.room_id, state.body = draft.room_id, draft.body
    state.saved_at = iso(draft.saved_at) if draft.saved_at else "never"
