"""What waits to be judged, and how the worker is woken for it."""

from datetime import timedelta
from typing import Any

import structlog
from redis.exceptions import RedisError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.domain import jobs
from chatrooms.domain.moderation import Policy, Status

log = structlog.get_logger(__name__)
_ASKED = "moderation:asked"
_ASKED_FOR = timedelta(seconds=2)
"""After this a request that no worker answered counts as lost, and the next message asks again."""


def columns(deps: Deps, *, is_judged: bool) -> dict[str, Any]:
    """The columns of a message's row that say whether it waits to be judged."""
    if not is_judged:
        return {"status": Status.APPROVED.value, "judge_at": None}
    return {"status": Status.PENDING.value, "judge_at": deps.clock()}


def hold_columns(deps: Deps, policy: Policy) -> dict[str, Any]:
    """The columns of the row of a message that others see only once it is judged."""
    limit = timedelta(milliseconds=policy.hold_limit_ms)
    return {**columns(deps, is_judged=True), "hold_until": deps.clock() + limit}


def announce_held(
    tx: Transaction,
    deps: Deps,
    *,
    policy: Policy,
    room_id: int,
    message_id: int,
    author_id: int,
    is_edit: bool = False,
) -> None:
    """Have web processes hear, after the commit, that a message or an edit of it is held."""
    limit_ms = policy.hold_limit_ms
    tx.after_commit(
        lambda: deps.bus.held(
            room_id, message_id, author_id=author_id, limit_ms=limit_ms, is_new=not is_edit
        )
    )


def ask_after_commit(tx: Transaction, deps: Deps) -> None:
    """Have a worker judge what waits, as soon as this transaction is committed."""
    tx.after_commit(lambda: ask(deps))


def ask(deps: Deps) -> None:
    """Wake a worker, unless one was woken that has not begun yet: it will take this message too.

    With Redis away nobody is woken; the sweep finds what waits.
    """
    try:
        is_first = deps.redis.set(_ASKED, 1, nx=True, px=_ASKED_FOR)
    except RedisError as error:
        log.warning("judging_not_asked_for", error=type(error).__name__)
        return
    if is_first:
        deps.jobs.send(jobs.JUDGE, queue=jobs.MODERATION_QUEUE)


def note_begun(deps: Deps) -> None:
    """A worker begins to look: whatever is posted from now on asks for another one."""
    try:
        deps.redis.delete(_ASKED)
    except RedisError as error:
        log.warning("judging_not_noted", error=type(error).__name__)
