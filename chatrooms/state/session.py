"""Who is signed in, as this tab's pages show it."""

import reflex as rx

from chatrooms.domain.errors import NotSignedIn
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import PersonRow, person_row
from chatrooms.services import sessions
from chatrooms.state import caller


class SessionState(rx.State):
    """Who is signed in. For the page's comfort: handlers ask the session cookie."""

    me: PersonRow = PersonRow()
    is_signed_in: bool = False
    is_admin: bool = False
    hides_assistant: bool = False
    keeps_visits: bool = False
    """Whether the page tells in which room the person spends time."""
    is_loaded: bool = False

    @rx.event
    async def load(self):
        """Learn who is here, on pages that need no account."""
        try:
            signed_in = await caller.signed_in(self)
        except NotSignedIn:
            await forget(self)
        else:
            if self.me.id != signed_in.account_id:
                await forget(self)
            self.me, self.is_signed_in = person_row(signed_in.person), True
            self.is_admin = signed_in.is_admin
            self.hides_assistant = signed_in.hides_assistant
            self.keeps_visits = signed_in.keeps_visits
            caller.hub().attach(caller.socket_id(self), signed_in)
        self.is_loaded = True

    @rx.event
    async def require_sign_in(self):
        """Learn who is here, on pages that need an account; others go to the sign-in page."""
        await SessionState.load.fn(self)
        if not self.is_signed_in:
            url = self.router.url
            target = url.path + (f"?{url.query}" if url.query else "")
            return caller.load_page(caller.sign_in_path(target))
        return None

    @rx.event
    async def refresh(self):
        """Read anew how the person is shown, name or picture, and what the person wants to see."""
        signed_in = await caller.signed_in(self)
        self.me, self.hides_assistant = person_row(signed_in.person), signed_in.hides_assistant
        self.keeps_visits = signed_in.keeps_visits

    @rx.event
    async def sign_out(self):
        """End this session, here and in every other tab of this browser."""
        try:
            signed_in = await caller.signed_in(self)
        except NotSignedIn:
            await forget(self)
            return caller.load_page("/session/leave")
        await off_loop(
            sessions.end_session,
            caller.deps(),
            actor_id=signed_in.account_id,
            session_id=signed_in.session_id,
        )
        await forget(self)
        return caller.load_page("/session/leave")


async def forget(state: SessionState) -> None:
    """Empty everything this tab keeps on the server: it outlives a session, and whoever uses the
    tab next would be sent it."""
    if not state.me.id:
        return
    for kept in rx.State.__subclasses__():
        if kept.__module__.startswith(__package__):
            (await state.get_state(kept)).reset()
