"""Rate limits in Redis: fixed windows, counted atomically, shared by every process."""

from datetime import timedelta

from redis.exceptions import RedisError

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import RateLimited, ServiceUnavailable

# One round trip: count, and let the first count of a window start its end.
_COUNT = """
local n = redis.call('INCRBY', KEYS[1], ARGV[2])
if n == tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n
"""


def count(
    deps: Deps,
    *,
    what: str,
    whose: str,
    limit: int,
    per: timedelta,
    step: int = 1,
    fail_open: bool = False,
) -> None:
    """Count `step` more `what` of `whose`.

    Raises: RateLimited beyond `limit` in a window of `per`. With Redis away: ServiceUnavailable,
    or nothing if `fail_open`.
    """
    try:
        n = _count(deps, what=what, whose=whose, per=per, step=step)
    except RedisError as error:
        if fail_open:
            return
        raise ServiceUnavailable from error
    if n > limit:
        raise RateLimited


def check(deps: Deps, *, what: str, whose: str, limit: int) -> None:
    """Refuse if `limit` was reached, without counting. Fails closed.

    Raises: RateLimited, ServiceUnavailable.
    """
    try:
        n = deps.redis.get(_key(what, whose))
    except RedisError as error:
        raise ServiceUnavailable from error
    if n is not None and int(str(n)) >= limit:
        raise RateLimited


def forget(deps: Deps, *, what: str, whose: str) -> None:
    """Start anew: what was counted no longer counts. Redis being away is no error here."""
    try:
        deps.redis.delete(_key(what, whose))
    except RedisError:
        return


def _count(deps: Deps, *, what: str, whose: str, per: timedelta, step: int) -> int:
    window_ms = int(per.total_seconds() * 1000)
    return int(str(deps.redis.eval(_COUNT, 1, _key(what, whose), window_ms, step)))


def _key(what: str, whose: str) -> str:
    return f"chatrooms:limit:{what}:{whose}"
