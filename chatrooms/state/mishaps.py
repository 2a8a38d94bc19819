"""Turns what a handler raised into words on the page."""

import secrets

import reflex as rx
import structlog
from redis.exceptions import RedisError
from reflex.event import EventSpec
from sqlalchemy.exc import OperationalError

from chatrooms.domain.errors import ChatError, NotSignedIn, ServiceUnavailable
from chatrooms.live.wire import SocketGone
from chatrooms.state import caller

log = structlog.get_logger(__name__)


def tell(exception: Exception) -> EventSpec | None:
    """What the page does about an error: says why, or leads to the sign-in page."""
    if isinstance(exception, SocketGone):
        # An answer would reach the tab's next connection, which did not ask.
        return None
    if isinstance(exception, NotSignedIn):
        return caller.load_page("/sign-in")
    if isinstance(exception, ChatError):
        return rx.toast.error(str(exception))
    if isinstance(exception, RedisError | OperationalError):
        log.warning("server_unreachable", error=type(exception).__name__)
        return rx.toast.error(ServiceUnavailable.sentence)
    reference = secrets.token_hex(4)
    log.error("handler_failed", reference=reference, exc_info=exception)
    return rx.toast.error(f"Something went wrong on the server. Reference: {reference}")
