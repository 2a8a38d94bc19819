"""Keeps what one person left in a tab from the next person who uses it.

Reflex stores a tab's state under the tab's token, and a hydrate sends all of it. The token outlives
a session: it stays with the browser's tab over a sign-out and a sign-in.
"""

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.constants import CompileVars
from reflex_base.event import Event

from chatrooms.domain.errors import NotSignedIn
from chatrooms.state import caller
from chatrooms.state.session import SessionState, forget

_HYDRATES = (CompileVars.HYDRATE, CompileVars.HYDRATE_AND_LOAD)


class OneOwner(Middleware):
    """Empties a tab's stored state before it is sent to anybody else than its owner."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Before a hydrate, compare who left the state with who the socket's cookie belongs to."""
        if event.name.rpartition(".")[2] in _HYDRATES:
            session = await state.get_state(SessionState)
            if session.me.id and session.me.id != await _account_id(session):
                await forget(session)


async def _account_id(session: SessionState) -> int:
    try:
        return await caller.actor_id(session)
    except NotSignedIn:
        return 0
