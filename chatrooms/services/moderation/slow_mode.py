"""Slow mode: how long somebody waits between two messages of a room."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis.exceptions import RedisError

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import RateLimited
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import RoomAccess


@contextmanager
def turn(deps: Deps, *, access: RoomAccess, what: str = "") -> Iterator[None]:
    """Note that the actor writes, unless what is done meanwhile fails. Moderators do not wait; with
    Redis away nobody does.

    Args:
        what: names what is written, so that it does not wait for itself: a process that was killed
            between noting it and its commit leaves the note behind. Only for names that no person
            chooses: who could choose them would have one try give back another one's turn.

    Raises: RateLimited saying how long to wait.
    """
    is_taken = _take(deps, access, what)
    try:
        yield
    except Exception:
        if is_taken:
            with suppress(RedisError):
                deps.redis.delete(_key(access))
        raise


def _take(deps: Deps, access: RoomAccess, what: str) -> bool:
    """Whether this is the one that took the turn, and may give it back. Raises: RateLimited."""
    wait_s = access.policy.slow_s
    if not wait_s or Permission.MODERATE in access.permissions:
        return False
    try:
        if deps.redis.set(_key(access), what, nx=True, ex=wait_s):
            return True
        if what and deps.redis.get(_key(access)) == what:
            return False
        left_ms = int(str(deps.redis.pttl(_key(access))))
    except RedisError:
        return False
    if left_ms > 0:
        raise RateLimited(
            f"Slow mode: you can write here again in {in_words(-(-left_ms // 1000))}."
        )
    return False


def _key(access: RoomAccess) -> str:
    return f"chatrooms:slow:{access.room_id}:{access.actor.id}"


def in_words(seconds: int) -> str:
    """How long somebody waits, in words, rounded up."""
    if seconds < 120:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    if seconds % 3_600 or seconds < 7_200:
        return f"{-(-seconds // 60)} minutes"
    return f"{seconds // 3_600} hours"
