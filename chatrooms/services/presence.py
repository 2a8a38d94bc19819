"""Who is looking at a room, across all web processes: leases in Redis that run out by themselves.

`chatrooms:presence:<room>` is a sorted set of `<account>:<process>` by the second the lease ends.
A process renews the leases of the people it serves and drops them when they go.
`chatrooms:online:<account>` is the same for everybody who has any tab open, whatever it shows: a
sorted set of processes; `chatrooms:everybody` holds all of these leases, to be counted.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, cast

from redis.exceptions import RedisError
from sqlalchemy import or_, select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Membership

_PREFIX = "chatrooms:presence:"
_ONLINE = "chatrooms:online:"
_EVERYBODY = "chatrooms:everybody"
SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is stored when somebody who is online was seen last."""


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


def renew_online(deps: Deps, *, process: str, account_ids: Iterable[int]) -> None:
    """Lease that these accounts have a tab open in this process. Raises: redis.RedisError."""
    now = deps.clock().timestamp()
    ends = now + deps.settings.presence_ttl_s
    pipe = deps.redis.pipeline(transaction=False)
    everybody: dict[Any, float] = {}
    for account_id in account_ids:
        pipe.zadd(f"{_ONLINE}{account_id}", cast(Any, {process: ends}))
        pipe.expire(f"{_ONLINE}{account_id}", deps.settings.presence_ttl_s)
        everybody[f"{account_id}:{process}"] = ends
    if everybody:
        pipe.zadd(_EVERYBODY, cast(Any, everybody))
        pipe.zremrangebyscore(_EVERYBODY, "-inf", now)
    pipe.execute()


def drop_online(deps: Deps, *, process: str, account_id: int) -> None:
    """End that lease: the account's last tab in this process is gone. Raises: redis.RedisError."""
    pipe = deps.redis.pipeline(transaction=False)
    pipe.zrem(f"{_ONLINE}{account_id}", process)
    pipe.zrem(_EVERYBODY, f"{account_id}:{process}")
    pipe.execute()


def count_online(deps: Deps) -> int:
    """How many accounts have a tab open anywhere. Raises: redis.RedisError."""
    now = deps.clock().timestamp()
    leases = cast(list[str], deps.redis.zrangebyscore(_EVERYBODY, now, "+inf"))
    return len({lease.partition(":")[0] for lease in leases})


def list_online(deps: Deps, *, account_ids: Iterable[int]) -> set[int]:
    """Those of the accounts that have a tab open anywhere; none with Redis away: who is online is
    a comfort that must not keep a page from being shown."""
    asked = list(account_ids)
    now = deps.clock().timestamp()
    pipe = deps.redis.pipeline(transaction=False)
    for account_id in asked:
        pipe.zcount(f"{_ONLINE}{account_id}", now, "+inf")
    try:
        found = cast(list[int], pipe.execute())
    except RedisError:
        return set()
    return {account_id for account_id, count in zip(asked, found, strict=True) if count}


def note_seen(deps: Deps, *, account_ids: Iterable[int], at_once: bool = False) -> None:
    """Store that these accounts were seen just now; unless `at_once`, only for those for whom the
    last time stored is more than a few minutes ago."""
    now = deps.clock()
    seen = update(Account).where(col(Account.id).in_(list(account_ids)))
    if not at_once:
        seen = seen.where(
            or_(
                col(Account.last_seen_at).is_(None),
                col(Account.last_seen_at) < now - SEEN_EVERY,
            )
        )
    with transaction(deps.sessions) as tx:
        tx.execute(seen.values(last_seen_at=now).execution_options(synchronize_session=False))


def list_rooms_of(deps: Deps, *, account_id: int, room_ids: list[int]) -> list[int]:
    """Those of the rooms in which the account is a member. For the hub only."""
    with transaction(deps.sessions) as tx:
        return list(
            tx.scalars(
                select(col(Membership.room_id)).where(
                    col(Membership.account_id) == account_id,
                    col(Membership.room_id).in_(room_ids),
                )
            )
        )
