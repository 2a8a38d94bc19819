"""Runs whose workers died or whose jobs were lost: others go on with them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Interval, cast, func, or_, select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AgentRun, AgentStep
from chatrooms.domain.agent import RunOutcome, RunStatus
from chatrooms.services.agent.runs import end, send_after_commit

MAX_ATTEMPTS = 5
"""After so many workers that got no answer of the model, a run is given up."""
_PATIENCE = timedelta(seconds=30)
"""A run that workers were asked for so lately may still wait in the queue."""
_AT_ONCE = 200
# With a slow model each answer may take a worker of its own.
_ANSWERS = (
    select(func.count())
    .where(col(AgentStep.run_id) == col(AgentRun.id), col(AgentStep.node) == "decide")
    .scalar_subquery()
)


def resume_lost(deps: Deps) -> int:
    """Have workers go on with runs whose worker died or whose job was lost; after a few attempts
    they end as lost. How many there were. Safe to repeat, and at once."""
    with transaction(deps.sessions) as tx:
        lost = tx.execute(
            select(col(AgentRun.id), col(AgentRun.attempt), _ANSWERS)
            .where(_is_lost())
            .order_by(col(AgentRun.id))
            .limit(_AT_ONCE)
        ).all()
    count = 0
    for run_id, attempt, answers in lost:
        # One transaction per run, in which it is asked again: a worker may have it by now.
        with transaction(deps.sessions) as tx:
            which = (col(AgentRun.id) == run_id, col(AgentRun.attempt) == attempt, _is_lost())
            is_hopeless = attempt - answers >= MAX_ATTEMPTS
            count += _resume(tx, deps, *which, run_id=run_id, is_hopeless=is_hopeless)
    return count


def _is_lost() -> ColumnElement[bool]:
    asked_for_long_ago = col(AgentRun.sent_at) + cast(_PATIENCE, Interval) < func.now()
    return (col(AgentRun.status) == RunStatus.RUNNING.value) & or_(
        col(AgentRun.lease_until) < func.now(),
        col(AgentRun.lease_until).is_(None) & asked_for_long_ago,
    )


def _resume(tx: Transaction, deps: Deps, *which: Any, run_id: int, is_hopeless: bool) -> bool:
    """Have a worker go on with a run that fulfils these conditions, or give it up; False if it does
    not."""
    if is_hopeless:
        reason = "Its workers ended before it was done."
        return end(tx, deps, *which, run_id=run_id, outcome=RunOutcome.LOST, reason=reason)
    asked_for = tx.execute(
        update(AgentRun)
        .where(*which)
        .values(sent_at=func.now(), lease_until=None)
        .returning(col(AgentRun.id))
    ).scalar()
    if asked_for is not None:
        send_after_commit(tx, deps, run_id=run_id)
    return asked_for is not None
