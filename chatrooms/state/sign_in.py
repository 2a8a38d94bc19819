"""The forms that lead in. They end in a one-time ticket, because a handler cannot set a cookie."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from chatrooms.domain.errors import ChatError
from chatrooms.domain.text import local_path
from chatrooms.live.offload import off_loop
from chatrooms.services import accounts, sessions
from chatrooms.state import caller


def _enter(state: rx.State, ticket: str) -> EventSpec:
    target = local_path(state.router.url.query_parameters.get("next", "/"))
    return caller.load_page(f"/session/enter?{urlencode({'ticket': ticket, 'next': target})}")


class SignInState(rx.State):
    """The sign-in form."""

    error: str = ""
    is_busy: bool = False

    @rx.event
    def begin(self):
        """Show the empty form, without what was wrong before the page was loaded."""
        self.error, self.is_busy = "", False

    @rx.event
    async def submit(self, form: dict[str, Any]):
        """Check name and password and go on signed in, or say why not."""
        self.error, self.is_busy = "", True
        yield
        try:
            ticket = await off_loop(
                sessions.sign_in,
                caller.deps(),
                username=caller.text(form, "username"),
                password=caller.text(form, "password"),
                address=caller.address(self),
            )
        except ChatError as error:
            self.error = str(error)
        else:
            yield _enter(self, ticket)
        finally:
            self.is_busy = False


class SignUpState(rx.State):
    """The sign-up form."""

    error: str = ""
    is_busy: bool = False

    @rx.event
    def begin(self):
        """Show the empty form, without what was wrong before the page was loaded."""
        self.error, self.is_busy = "", False

    @rx.event
    async def submit(self, form: dict[str, Any]):
        """Create the account and go on signed in, or say why not."""
        self.error, self.is_busy = "", True
        yield
        try:
            ticket = await off_loop(
                accounts.sign_up,
                caller.deps(),
                username=caller.text(form, "username"),
                email=caller.text(form, "email"),
                password=caller.text(form, "password"),
                address=caller.address(self),
            )
        except ChatError as error:
            self.error = str(error)
        else:
            yield _enter(self, ticket)
        finally:
            self.is_busy = False
