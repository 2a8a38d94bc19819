"""One's own data: having it handed out, and deleting one's account."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.message_rows import file_size
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services.own_data import deletion, exports
from chatrooms.state import caller
from chatrooms.state.session import SessionState, forget

_PATH = "/settings/data/"


class OwnDataState(rx.State):
    """The export of one's data, and the deletion of the account."""

    is_being_made: bool = False
    """Whether the worker is at the export."""
    has_failed: bool = False
    """Whether it could not be made."""
    path: str = ""
    """Where the export can be fetched; empty if there is none."""
    size: str = ""
    expires_at: str = ""
    error: str = ""
    deletion_error: str = ""

    @rx.event
    async def load(self):
        """Read how far the export is."""
        self.error = self.deletion_error = ""
        await _read(self)

    @rx.event
    async def follow(self):
        """The worker is done with the export, or gave it up."""
        await _read(self)

    @rx.event
    async def request_export(self):
        """Have one's data collected."""
        self.error = ""
        try:
            await off_loop(
                exports.request_export, caller.deps(), actor_id=await caller.actor_id(self)
            )
        except ChatError as error:
            self.error = str(error)
            return
        await _read(self)

    @rx.event
    async def delete_account(self, form: dict[str, Any]):
        """Delete the account; then nobody is signed in here."""
        self.deletion_error = ""
        try:
            await off_loop(
                deletion.delete_account,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                password=caller.text(form, "password"),
                keeps_messages=caller.text(form, "messages") != "delete",
            )
        except ChatError as error:
            self.deletion_error = str(error)
            return None
        await forget(await self.get_state(SessionState))
        return caller.load_page("/session/leave")


async def _read(state: OwnDataState) -> None:
    found = await off_loop(
        exports.find_export, caller.deps(), actor_id=await caller.actor_id(state)
    )
    is_made = found is not None and found.expires_at is not None
    caller.put(
        state,
        is_being_made=found is not None and not is_made and not found.has_failed,
        has_failed=found is not None and found.has_failed,
        path=f"{_PATH}{found.token}.zip" if found and is_made else "",
        size=file_size(found.size) if found and is_made else "",
        expires_at=iso(found.expires_at) if found and found.expires_at else "",
    )
