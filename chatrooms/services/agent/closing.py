"""Ending that a proposal waits: the decision is stored, and a worker goes on with the run."""

from collections.abc import Sequence

from sqlalchemy import func, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import AgentOutput, AgentRun
from chatrooms.domain.agent import OutputStatus, RunStatus
from chatrooms.services.agent.runs import send_after_commit
from chatrooms.services.agent.staff import settle_proposal
from chatrooms.services.moderation.audit import write_audit


def close(
    tx: Transaction,
    deps: Deps,
    output: AgentOutput,
    status: OutputStatus,
    *,
    by_id: int | None,
    action: str = "",
) -> None:
    """Store the decision, and have a worker go on with the run."""
    output.status, output.decided_by, output.decided_at = status.value, by_id, deps.clock()
    tx.flush()
    if action:
        write_audit(
            tx,
            deps,
            room_id=output.room_id,
            action=action,
            by_id=by_id,
            reason=output.reason,
            detail={"kind": output.kind, "is_edited": output.is_edited},
        )
    _resume(tx, deps, run_ids=[output.run_id])
    settle_proposal(tx, deps, room_id=output.room_id)


def _resume(tx: Transaction, deps: Deps, *, run_ids: Sequence[int]) -> None:
    """Have workers go on with runs whose proposals wait no more."""
    tx.execute(
        update(AgentRun)
        .where(col(AgentRun.id).in_(run_ids), col(AgentRun.status) == RunStatus.WAITING.value)
        .values(status=RunStatus.RUNNING.value, lease_until=None, sent_at=func.now())
    )
    for run_id in run_ids:
        send_after_commit(tx, deps, run_id=run_id)
