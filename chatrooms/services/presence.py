"""Who is looking at a room, across all web processes: leases in Redis that run out by themselves.

`chatrooms:presence:<room>` is a sorted set of `<account>:<process>` by the second the lease ends.
A process renews the leases of the people it serves and drops them when they go.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from chatrooms.bootstrap import Deps

_PREFIX = "chatrooms:presence:"


def _key(room_id: int) -> str:
    return f"{_PREFIX}{room_id}"


def renew(deps: Deps, *, process: str, here: dict[int, Iterable[int]]) -> None:
    """Lease, for every room of `here`, the presence of the accounts this process serves in it.

    Raises: redis.RedisError.
    """
    ends = deps.clock().timestamp() + deps.settings.presence_ttl_s
    pipe = deps.redis.pipeline(transaction=False)
    for room_id, accounts in here.items():
        leases: dict[Any, float] = {f"{account}:{process}": ends for account in accounts}
        if leases:
            pipe.zadd(_key(room_id), cast(Any, leases))
            pipe.expire(_key(room_id), deps.settings.presence_ttl_s * 4)
    pipe.execute()


def drop(deps: Deps, *, process: str, room_id: int, account_id: int) -> None:
    """End one lease: the last screen of that account in this process is gone."""
    deps.redis.zrem(_key(room_id), f"{account_id}:{process}")


def list_present(deps: Deps, *, room_id: int) -> list[int]:
    """The ids of the accounts that look at the room, each once, in order."""
    now = deps.clock().timestamp()
    leases = cast(list[str], deps.redis.zrangebyscore(_key(room_id), now, "+inf"))
    return sorted({int(lease.partition(":")[0]) for lease in leases})


def prune(deps: Deps) -> int:
    """Remove leases that ended; returns how many."""
    now = deps.clock().timestamp()
    removed = 0
    keys = cast(Iterator[str], deps.redis.scan_iter(match=f"{_PREFIX}*", count=500))
    for key in keys:
        removed += int(cast(Any, deps.redis.zremrangebyscore(key, "-inf", now)))
    return removed
