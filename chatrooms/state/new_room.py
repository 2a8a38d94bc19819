"""The form for a new room."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.domain.moderation import Mode
from chatrooms.live.offload import off_loop
from chatrooms.services import rooms
from chatrooms.services.rooms import RoomDraft
from chatrooms.state import caller


def draft(form: Any) -> RoomDraft:
    """What a room form holds, unchecked."""
    return RoomDraft(
        name=caller.text(form, "name"),
        description=caller.text(form, "description"),
        topic=caller.text(form, "topic"),
        tags=caller.text(form, "tags"),
        is_private=is_on(form, "private"),
        mode=caller.text(form, "mode") or Mode.MANUAL,
    )


def is_on(form: Any, name: str) -> bool:
    """Whether a checkbox or switch of a form is on."""
    return isinstance(form, dict) and form.get(name) in (True, "on", "true")


class NewRoomState(rx.State):
    """The new-room dialog."""

    is_open: bool = False
    error: str = ""

    @rx.event
    def show(self):
        """Open the dialog."""
        self.is_open, self.error = True, ""

    @rx.event
    def hide(self):
        """Close the dialog."""
        self.is_open = False

    @rx.event
    def set_open(self, is_open: bool):
        """Follow the dialog's own opening and closing."""
        self.is_open = bool(is_open)
        self.error = ""

    @rx.event
    async def create(self, form: dict[str, Any]):
        """Create the room and go there, or say what is wrong with the form."""
        actor_id = await caller.actor_id(self)
        try:
            facts = await off_loop(
                rooms.create_room, caller.deps(), actor_id=actor_id, draft=draft(form)
            )
        except ChatError as error:
            self.error = str(error)
            return None
        self.is_open, self.error = False, ""
        return rx.redirect(f"/rooms/{facts.slug}")
