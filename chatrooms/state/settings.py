"""A person's own settings: password and sessions."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services import accounts, sessions
from chatrooms.state import caller
from chatrooms.state.rows import SessionRow


async def _rows(state: rx.State) -> list[SessionRow]:
    me = await caller.signed_in(state)
    infos = await off_loop(sessions.list_sessions, caller.deps(), actor_id=me.account_id)
    return [
        SessionRow(
            id=info.id,
            device=info.device,
            address=info.address,
            created_at=iso(info.created_at),
            last_seen_at=iso(info.last_seen_at),
            is_current=info.id == me.session_id,
        )
        for info in infos
    ]


class SettingsState(rx.State):
    """Password and sessions."""

    sessions: list[SessionRow] = []
    error: str = ""
    message: str = ""

    @rx.event
    async def load(self):
        """Read the sessions."""
        self.error = self.message = ""
        self.sessions = await _rows(self)

    @rx.event
    async def change_password(self, form: dict[str, Any]):
        """Set a new password; every other session ends."""
        me = await caller.signed_in(self)
        self.error = self.message = ""
        try:
            await off_loop(
                accounts.change_password,
                caller.deps(),
                actor_id=me.account_id,
                session_id=me.session_id,
                current=caller.text(form, "current"),
                new=caller.text(form, "new"),
            )
        except ChatError as error:
            self.error = str(error)
            return
        self.message = "Your password is changed. All other sessions were ended."
        self.sessions = await _rows(self)

    @rx.event
    async def end_session(self, session_id: int):
        """End one of the sessions."""
        await off_loop(
            sessions.end_session,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            session_id=caller.number(session_id),
        )
        self.sessions = await _rows(self)

    @rx.event
    async def end_other_sessions(self):
        """End all sessions but this one."""
        me = await caller.signed_in(self)
        await off_loop(
            sessions.end_other_sessions,
            caller.deps(),
            actor_id=me.account_id,
            keep=me.session_id,
        )
        self.sessions = await _rows(self)
