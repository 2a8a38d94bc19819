"""Drafts as the page keeps them on the server. `drafts.js` says when, and which text wins."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services import drafts
from chatrooms.services.drafts import Draft
from chatrooms.state import caller, screens
from chatrooms.state.rows import DraftRow


class DraftsState(rx.State):
    """The drafts of the open room and the open thread, and which rooms have one."""

    rooms: list[str] = []
    room: DraftRow = DraftRow()
    reply: DraftRow = DraftRow()

    @rx.event
    async def load(self):
        """Learn which rooms have a draft; asked for again whenever that changes in any tab."""
        rooms = await off_loop(
            drafts.list_draft_rooms, caller.deps(), actor_id=await caller.actor_id(self)
        )
        caller.put(self, rooms=rooms)

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
            # Nor does what was begun in a thread of a room that was left stay on the page.
            draft, self.reply = Draft(0), DraftRow()
        self.room = _row(draft)

    @rx.event
    async def save(self, form: dict[str, Any]):
        """Keep what is in the text box of a room; it may have been left meanwhile."""
        row = _row(
            await off_loop(
                drafts.save_draft,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=caller.number_in(form, "room_id"),
                body=caller.text(form, "body"),
            )
        )
        if row.place == self.room.place:
            self.room = row

    @rx.event
    async def save_reply(self, form: dict[str, Any]):
        """Keep what is in the text box of a thread; it may have been closed meanwhile."""
        row = _row(
            await off_loop(
                drafts.save_reply_draft,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=caller.number_in(form, "room_id"),
                thread_id=caller.number_in(form, "thread_id"),
                body=caller.text(form, "body"),
            )
        )
        if row.place == self.reply.place:
            self.reply = row


async def show_reply_draft(state: rx.State, *, room_id: int, thread_id: int) -> None:
    """Read the draft of a thread that the caller's tab opens. Raises: as `access_thread`."""
    draft = await off_loop(
        drafts.find_reply_draft,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        thread_id=thread_id,
    )
    (await state.get_state(DraftsState)).reply = _row(draft)


def _row(draft: Draft) -> DraftRow:
    place = "-".join(str(each) for each in (draft.room_id, draft.thread_id) if each is not None)
    return DraftRow(place, draft.body, iso(draft.saved_at) if draft.saved_at else "never")
