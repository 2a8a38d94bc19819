"""The page behind an invitation link."""

import reflex as rx

from chatrooms.domain.errors import InvitationUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services import invitations
from chatrooms.state import caller


def _token(state: rx.State) -> str:
    return state.router.url.path.rstrip("/").rpartition("/")[2]


class InvitationState(rx.State):
    """Where the link leads."""

    room_name: str = ""
    invited_by: str = ""
    is_valid: bool = False
    is_loaded: bool = False

    @rx.event
    async def load(self):
        """Look the link up."""
        actor_id = await caller.actor_id(self)
        self.is_valid, self.room_name, self.invited_by = False, "", ""
        try:
            found = await off_loop(
                invitations.find_invitation,
                caller.deps(),
                actor_id=actor_id,
                token=_token(self),
            )
        except InvitationUnavailable:
            self.is_loaded = True
            return
        self.room_name, self.invited_by = found.room_name, found.invited_by
        self.is_valid = self.is_loaded = True

    @rx.event
    async def accept(self):
        """Join the room and go there."""
        slug = await off_loop(
            invitations.accept_invitation,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            token=_token(self),
        )
        return rx.redirect(f"/rooms/{slug}")
