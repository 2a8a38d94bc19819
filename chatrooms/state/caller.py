"""Who calls a handler, and how pages are left: shared by all state classes.

Every public method of a state class can be called by any client with any arguments, so helpers
are functions here, never methods there.
"""

import json
from typing import Any
from urllib.parse import quote

import reflex as rx
from reflex.event import EventSpec

from chatrooms.bootstrap import Deps
from chatrooms.domain.text import local_path
from chatrooms.live.hub import Hub
from chatrooms.live.runtime import runtime
from chatrooms.live.tab import Tab
from chatrooms.live.unread import UnreadKeeper
from chatrooms.live.visits import VisitKeeper
from chatrooms.services.sessions import SignedIn

_MAX_PLACE_CHARS = 200


def deps() -> Deps:
    """The process's dependencies."""
    return runtime().deps


def hub() -> Hub:
    """The process's hub."""
    return runtime().hub


def unread() -> UnreadKeeper:
    """The process's unread counts."""
    return runtime().unread


def visits() -> VisitKeeper:
    """The process's record of time spent in rooms."""
    return runtime().visits


async def signed_in(state: rx.State) -> SignedIn:
    """Who calls: learned from the session cookie of the socket and from nothing else.

    Raises: NotSignedIn.
    """
    return await runtime().identities.get(state.router.headers.cookie)


async def actor_id(state: rx.State) -> int:
    """The account id of who calls. Raises: NotSignedIn."""
    return (await signed_in(state)).account_id


def socket_id(state: rx.State) -> str:
    """The id of the socket that the event came in on."""
    return state.router.session.session_id


def tab(state: rx.State) -> Tab | None:
    """The tab that the event came from, if it has shown who it belongs to."""
    return hub().find_tab(socket_id(state))


def address(state: rx.State) -> str:
    """The network address of who calls, as far as trusted proxies tell it."""
    return state.router.session.client_ip


def put(state: rx.State, **values: Any) -> None:
    """Set the vars whose values differ from these. What sets none is neither sent to the page nor
    stored, so a tab for which there is nothing to load costs nothing."""
    for name, value in values.items():
        if getattr(state, name) != value:
            setattr(state, name, value)


def text(form: Any, name: str) -> str:
    """A field of a form as a string; an empty one for whatever else was sent."""
    value = form.get(name, "") if isinstance(form, dict) else ""
    return value if isinstance(value, str) else ""


def place(value: Any) -> str:
    """Which visit to which page something was opened in, as the page tells it (`browser.here`)."""
    return value[:_MAX_PLACE_CHARS] if isinstance(value, str) else ""


def number(value: Any) -> int:
    """An id from outside as an integer, 0 if it is none: no row has the id 0."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return 0
    try:
        return int(value)
    except ValueError:
        return 0


def number_in(form: Any, name: str) -> int:
    """An id in a form as an integer, 0 if it is none."""
    return number(form.get(name)) if isinstance(form, dict) else 0


def load_page(path: str) -> EventSpec:
    """Leave for a path with a full page load: the socket keeps the cookies it was opened with, so
    a change of session needs a new one."""
    return rx.call_script(f"window.location.assign({json.dumps(path)})")


def sign_in_path(next_path: str) -> str:
    """The address of the sign-in page that leads back to `next_path`."""
    target = local_path(next_path)
    return "/sign-in" if target == "/" else f"/sign-in?next={quote(target, safe='')}"
