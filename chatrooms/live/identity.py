"""Who a socket's cookie belongs to, remembered for a few seconds."""

import time
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import NotSignedIn
from chatrooms.live.offload import off_loop
from chatrooms.services.sessions import SignedIn, get_signed_in
from chatrooms.settings import Settings

_TTL_S = 5.0
_MAX_REMEMBERED = 10_000


def cookie_name(settings: Settings) -> str:
    """The session cookie's name. It holds the port, because browsers share cookies between the
    ports of a host and two installations may run side by side."""
    port = urlsplit(settings.public_url).port
    return f"chatrooms_session_{port}" if port else "chatrooms_session"


def session_token(settings: Settings, cookie_header: str) -> str:
    """The session token in a Cookie header, or an empty string."""
    try:
        cookie = SimpleCookie(cookie_header).get(cookie_name(settings))
    except CookieError:
        return ""
    return cookie.value if cookie else ""


class Identities:
    """Remembers for seconds who a session token belongs to, so that a burst of events asks the
    database once. Ended sessions are forgotten as soon as that is announced."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._known: dict[str, tuple[float, SignedIn]] = {}
        self._epoch = 0

    async def get(self, cookie_header: str) -> SignedIn:
        """Who the cookie belongs to. Raises: NotSignedIn."""
        token = session_token(self._deps.settings, cookie_header)
        if not token:
            raise NotSignedIn
        known = self._known.get(token)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        epoch = self._epoch
        signed_in = await off_loop(get_signed_in, self._deps, token=token)
        if epoch == self._epoch:
            self._remember(token, signed_in)
        return signed_in

    def _remember(self, token: str, signed_in: SignedIn) -> None:
        if len(self._known) >= _MAX_REMEMBERED:
            self._known.clear()
        self._known[token] = (time.monotonic() + _TTL_S, signed_in)

    def forget(self, *, account_id: int | None) -> None:
        """Ask the database again about this account's sessions; about all of them if None."""
        self._epoch += 1
        for token, (_, signed_in) in list(self._known.items()):
            if account_id in (None, signed_in.account_id):
                del self._known[token]
