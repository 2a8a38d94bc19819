"""What waits to be judged."""

from datetime import timedelta
from typing import Any

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.domain.moderation import Policy, Status


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
