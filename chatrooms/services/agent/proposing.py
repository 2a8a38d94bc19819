"""What a run has to say, kept until it is posted, and put before moderators where they decide."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import AgentOutput, table_of
from chatrooms.domain.agent import Idea, OutputStatus, RunOutcome, Verdict
from chatrooms.domain.notifications import Kind
from chatrooms.services.agent.runs import Run, check_stands, pause
from chatrooms.services.agent.staff import tell_staff
from chatrooms.services.moderation.cases import list_staff
from chatrooms.services.notify import notify

_OUTPUTS = table_of(AgentOutput)


def store(
    deps: Deps, run: Run, idea: Idea, *, revisions: Mapping[int, int], is_proposed: bool
) -> None:
    """Keep what a run wrote, once, however often it is taken up again; a proposal is put before the
    room's moderators, who are told of it.

    Raises: Halted if a message that the run was shown is gone.

    Args:
        revisions: which text of each message it rests on was read, by id.
    """
    status = OutputStatus.PROPOSED if is_proposed else OutputStatus.APPROVED
    row = insert(_OUTPUTS).values(
        run_id=run.id,
        room_id=run.room_id,
        kind=idea.kind,
        idea=idea.model_dump(mode="json"),
        evidence=list(revisions),
        revisions=list(revisions.values()),
        status=status.value,
        created_at=deps.clock(),
    )
    with transaction(deps.sessions) as tx:
        is_new = tx.execute(row.on_conflict_do_nothing().returning(_OUTPUTS.c.id)).scalar()
        check_stands(tx, run)
        if is_new is None or not is_proposed:
            return
        notify(
            tx,
            deps,
            account_ids=list_staff(tx, room_id=run.room_id),
            kind=Kind.AGENT_PROPOSAL,
            group_key=str(run.room_id),
            by_id=run.agent_id,
            room_id=run.room_id,
            detail=idea.text,
        )
        tell_staff(tx, deps, room_id=run.room_id)


def wait(deps: Deps, run: Run) -> bool:
    """Have a run wait for a moderator; False if its proposal was decided meanwhile, or another
    worker has the run."""
    with transaction(deps.sessions) as tx:
        status = tx.execute(
            select(col(AgentOutput.status))
            .where(col(AgentOutput.run_id) == run.id)
            .with_for_update()
        ).scalar()
        return status == OutputStatus.PROPOSED and pause(tx, deps, run)


def find_verdict(deps: Deps, run: Run) -> Verdict | None:
    """What was decided about the run's proposal; None while it waits."""
    with transaction(deps.sessions) as tx:
        row = tx.execute(
            select(col(AgentOutput.status), col(AgentOutput.reason)).where(
                col(AgentOutput.run_id) == run.id
            )
        ).one()
    if row.status == OutputStatus.PROPOSED:
        return None
    outcome = _OUTCOMES.get(row.status)
    if outcome is None:
        return Verdict(is_approved=True)
    return Verdict(is_approved=False, outcome=outcome, reason=row.reason)


_OUTCOMES = {
    OutputStatus.REJECTED: RunOutcome.REJECTED,
    OutputStatus.EXPIRED: RunOutcome.EXPIRED,
    OutputStatus.WITHDRAWN: RunOutcome.WITHDRAWN,
}
