"""What runs of an agent did, for the moderators of its room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, AgentOutput, AgentRun
from chatrooms.domain.agent import RunOutcome, RunStatus, Trigger
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room


@dataclass(frozen=True, slots=True)
class RunInShort:
    """A run in a line."""

    id: int
    trigger: Trigger
    by: str
    """Who asked for it; empty if nobody did."""
    status: RunStatus
    outcome: RunOutcome | None
    """None while it is not over."""
    reason: str
    kind: str
    """What it wrote, `domain.agent.OutputKind`; empty if nothing."""
    message_id: int
    """The message that shows it; 0 if none does."""
    model: str
    tokens: int
    begun_at: datetime


def list_runs(deps: Deps, *, actor_id: int, room_id: int, limit: int = 10) -> list[RunInShort]:
    """The last runs in a room, the newest first. Moderators only. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        rows: Sequence[Any] = tx.execute(
            select(AgentRun, col(Account.name), col(AgentOutput.kind), col(AgentOutput.message_id))
            .outerjoin(Account, col(Account.id) == col(AgentRun.by_id))
            .outerjoin(AgentOutput, col(AgentOutput.run_id) == col(AgentRun.id))
            .where(col(AgentRun.room_id) == access.room_id)
            .order_by(col(AgentRun.id).desc())
            .limit(limit)
        ).all()
    return [_in_short(*row) for row in rows]


def _in_short(
    run: AgentRun, by: str | None, kind: str | None, message_id: int | None
) -> RunInShort:
    return RunInShort(
        id=run.id,
        trigger=Trigger(run.trigger),
        by=by or "",
        status=RunStatus(run.status),
        outcome=RunOutcome(run.outcome) if run.outcome else None,
        reason=run.reason,
        kind=kind or "",
        message_id=message_id or 0,
        model=run.model,
        tokens=run.tokens_in + run.tokens_out,
        begun_at=run.begun_at,
    )
