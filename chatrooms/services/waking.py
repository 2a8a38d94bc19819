"""Waking a worker once for all that waits, however many ask for it.

A job of this kind does whatever waits when it begins, so one that is on its way is enough. What
waits is in the database, and beat looks for it as well: a wake-up that gets lost only costs time.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.domain import jobs

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WakeUp:
    """A job that does all that waits."""

    job: str
    queue: str
    lost_after: timedelta
    """After this a wake-up that no worker answered counts as lost: who asks next sends another."""
    delay_s: float = 0.0
    """Changes of this long are gathered."""


JUDGING = WakeUp(jobs.JUDGE, jobs.MODERATION_QUEUE, timedelta(seconds=2))
# Embedding some texts together costs a fraction of one by one.
INDEXING = WakeUp(jobs.INDEX, jobs.AI_QUEUE, timedelta(seconds=30), delay_s=1.0)
SUMMARISING = WakeUp(jobs.SUMMARISE, jobs.AI_QUEUE, timedelta(seconds=60))
SUMMARISING_DUE = WakeUp(jobs.SUMMARISE_DUE, jobs.AI_QUEUE, timedelta(seconds=30))

# Who goes from room to room asks again and again.
RECOMMENDING = WakeUp(jobs.RECOMMEND, jobs.AI_QUEUE, timedelta(seconds=30), delay_s=2.0)


def wake(deps: Deps, what: WakeUp, **whose: int) -> None:
    """Wake a worker, unless one was woken that has not begun yet: it will take this along. `whose`
    are the job's arguments; each set of them is woken for by itself.

    With Redis away nobody is woken.
    """
    try:
        is_first = deps.redis.set(_key(what, whose), 1, nx=True, px=what.lost_after)
    except RedisError as error:
        log.warning("wake_up_not_sent", job=what.job, error=type(error).__name__)
        return
    if is_first:
        deps.jobs.send(what.job, queue=what.queue, delay_s=what.delay_s, **whose)


def wake_after_commit(tx: Transaction, deps: Deps, what: WakeUp, **whose: int) -> None:
    """Wake a worker as soon as this transaction is committed, once however often it is asked."""
    woken: set[str] = tx.info.setdefault("woken", set())
    key = _key(what, whose)
    if key not in woken:
        woken.add(key)
        tx.after_commit(lambda: wake(deps, what, **whose))


def note_put_off(deps: Deps, what: WakeUp) -> None:
    """A worker was woken and found another one at it, which may be about to end: the other one
    calls `wake_put_off` then."""
    try:
        deps.redis.set(_put_off(what), 1, px=what.lost_after)
    except RedisError as error:
        log.warning("wake_up_not_noted", job=what.job, error=type(error).__name__)


def wake_put_off(deps: Deps, what: WakeUp) -> None:
    """Wake a worker in place of all that were put off. With Redis away nobody is."""
    try:
        if not deps.redis.delete(_put_off(what)):
            return
    except RedisError as error:
        log.warning("wake_up_not_sent", job=what.job, error=type(error).__name__)
        return
    note_begun(deps, what)
    wake(deps, what)


def note_begun(deps: Deps, what: WakeUp, **whose: int) -> None:
    """A worker begins to look: whatever changes from now on asks for another one."""
    try:
        deps.redis.delete(_key(what, whose))
    except RedisError as error:
        log.warning("wake_up_not_noted", job=what.job, error=type(error).__name__)


def _put_off(what: WakeUp) -> str:
    return f"put-off:{what.job}"


def _key(what: WakeUp, whose: dict[str, int]) -> str:
    return ":".join(["woken", what.job, *map(str, whose.values())])
