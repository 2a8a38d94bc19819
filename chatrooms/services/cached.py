"""What takes a while to work out, kept in Redis for some seconds and shared by all processes.

Of those who want the same at once, one works it out; the others take what was kept before, or wait
for it. Rights are not asked here: whoever calls has asked, and names in the key whose it is.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError
from redis.exceptions import RedisError

from chatrooms.bootstrap import Deps

log = structlog.get_logger(__name__)
T = TypeVar("T")

FRESH = timedelta(seconds=10)
_KEPT_S = 60
"""How long it may be shown while somebody works it out anew."""
_MAKING_S = 20
"""When somebody who began to work it out counts as lost."""
_PATIENCE_S = 8.0
_LOOK_S = 0.05
_GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class _Kept(BaseModel):
    """A value as JSON, and when it was worked out: seconds since 1970."""

    at: float
    value: str


def get_or_make(
    deps: Deps,
    *,
    key: str,
    kind: TypeAdapter[T],
    make: Callable[[], T],
    fresh_for: timedelta = FRESH,
) -> T:
    """What `make` returned at most `fresh_for` ago, here or in another process; else what it
    returns now.

    While somebody else works it out anew, the answer may be up to a minute old. With Redis away it
    is worked out each time. What `make` raises is raised, and nothing is kept of it.
    """
    name = f"chatrooms:cached:{key}"
    try:
        return _shared(deps, name, kind, make, fresh_for)
    except RedisError as error:
        log.warning("cache_unreachable", error=type(error).__name__)
        return make()


def _shared(
    deps: Deps, name: str, kind: TypeAdapter[T], make: Callable[[], T], fresh_for: timedelta
) -> T:
    token = deps.ids.token()
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        kept = _find(deps, name)
        if kept and _is_fresh(deps, kept, fresh_for):
            return kind.validate_json(kept.value)
        if deps.redis.set(f"{name}:making", token, nx=True, ex=_MAKING_S):
            return _make(deps, name, token, kind, make, fresh_for)
        if kept:
            return kind.validate_json(kept.value)
        if time.monotonic() > deadline:
            return make()
        # Services run in threads, so this keeps no event loop waiting.
        time.sleep(_LOOK_S)


def _make(
    deps: Deps,
    name: str,
    token: str,
    kind: TypeAdapter[T],
    make: Callable[[], T],
    fresh_for: timedelta,
) -> T:
    try:
        # Who made it before may have ended between the look and the turn.
        before = _find(deps, name)
        if before and _is_fresh(deps, before, fresh_for):
            return kind.validate_json(before.value)
        made = make()
        kept = _Kept(at=deps.clock().timestamp(), value=kind.dump_json(made).decode())
        _try(lambda: deps.redis.set(name, kept.model_dump_json(), ex=_KEPT_S))
        return made
    finally:
        _try(lambda: deps.redis.eval(_GIVE_BACK, 1, f"{name}:making", token))


def _is_fresh(deps: Deps, kept: _Kept, fresh_for: timedelta) -> bool:
    return deps.clock().timestamp() - kept.at < fresh_for.total_seconds()


def _try(call: Callable[[], object]) -> None:
    """What was worked out is answered, whether or not Redis can keep it."""
    try:
        call()
    except RedisError as error:
        log.warning("cache_unreachable", error=type(error).__name__)


def _find(deps: Deps, name: str) -> _Kept | None:
    found = deps.redis.get(name)
    try:
        return _Kept.model_validate_json(str(found)) if found else None
    except ValidationError:
        # Another version of the product kept it.
        return None
