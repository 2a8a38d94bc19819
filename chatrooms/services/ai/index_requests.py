"""What the index of meaning has to follow, and how the worker is woken for it."""

from collections.abc import Collection
from datetime import timedelta

import structlog
from redis.exceptions import RedisError
from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.domain import jobs
from chatrooms.services.ai.index_texts import Kind

log = structlog.get_logger(__name__)

_ASKED = "index:asked"
_ASKED_FOR = timedelta(seconds=4)
"""After this a wake-up that no worker answered counts as lost, and the next change sends one."""
_GATHER_S = 1.0
"""Changes of this long are embedded together, which costs a fraction of one by one."""
_ADD = text("""
    INSERT INTO index_requests (room_id, kind, item_id)
    SELECT :room_id, :kind, each FROM unnest(CAST(:ids AS bigint[])) AS each
""")


def note_changed(
    tx: Transaction,
    deps: Deps,
    *,
    room_id: int,
    item_ids: Collection[int],
    kind: Kind = "message",
) -> None:
    """Have the index follow what became of these messages of a room: approved, edited, removed,
    restored or deleted. To be called in the transaction of the change; one statement however
    many there are.
    """
    if not item_ids:
        return
    tx.execute(_ADD, {"room_id": room_id, "kind": kind, "ids": list(item_ids)})
    if not tx.info.get(_ASKED):
        tx.info[_ASKED] = True
        tx.after_commit(lambda: ask(deps))


def ask(deps: Deps) -> None:
    """Wake a worker, unless one was woken that has not begun yet: it will take this along.

    With Redis away nobody is woken; the sweep finds what waits.
    """
    try:
        is_first = deps.redis.set(_ASKED, 1, nx=True, px=_ASKED_FOR)
    except RedisError as error:
        log.warning("indexing_not_asked_for", error=type(error).__name__)
        return
    if is_first:
        deps.jobs.send(jobs.INDEX, queue=jobs.AI_QUEUE, delay_s=_GATHER_S)


def note_begun(deps: Deps) -> None:
    """A worker begins to look: whatever changes from now on asks for another one."""
    try:
        deps.redis.delete(_ASKED)
    except RedisError as error:
        log.warning("indexing_not_noted", error=type(error).__name__)
