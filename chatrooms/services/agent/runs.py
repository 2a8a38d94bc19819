"""Runs of the room agent as workers meet them: taken under a lease, fenced, and recorded step by
step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AgentOutput, AgentRun, AgentStep, table_of
from chatrooms.domain import jobs
from chatrooms.domain.agent import (
    AgentMode,
    AgentSettings,
    OutputStatus,
    RunOutcome,
    RunStatus,
    Trigger,
)
from chatrooms.domain.events import Being
from chatrooms.domain.usage import Usage
from chatrooms.services.agent.settings import read_settings
from chatrooms.services.agent.shown import hold_outputs, is_void, kept_of
from chatrooms.services.agent.staff import settle_proposal
from chatrooms.services.agent.standing import read_standing
from chatrooms.services.ai.account import ensure_ai
from chatrooms.services.ai.use import record_use

LEASE = timedelta(seconds=30)
FEATURE = "agent"
"""What its calls of the language model are counted as."""
_GONE = "A message that it was shown was changed or taken away."
_RUNS, _STEPS = table_of(AgentRun), table_of(AgentStep)


class TakenElsewhere(Exception):
    """Another worker carries out this run, or it ended."""


class Halted(Exception):
    """The run may not go on."""

    def __init__(self, outcome: RunOutcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Run:
    """A run as a worker carries it out."""

    id: int
    attempt: int
    room_id: int
    trigger: Trigger
    settings: AgentSettings
    """The room's when the run was begun."""
    agent_id: int
    """The account that it acts as."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one node did."""

    n: int
    """Its number in the run, from 1 on."""
    node: str
    input_digest: str
    output: Mapping[str, Any]
    outcome: str
    usage: Usage
    took_ms: int


def start(
    tx: Transaction, deps: Deps, *, room_id: int, trigger: Trigger, by_id: int | None = None
) -> int | None:
    """Begin a run and have a worker carry it out after the commit; its id, or None if the room has
    one that is not over."""
    settings = read_settings(tx, room_id=room_id)
    row = insert(_RUNS).values(
        room_id=room_id,
        trigger=trigger.value,
        by_id=by_id,
        settings=settings.model_dump(mode="json"),
        begun_at=deps.clock(),
    )
    run_id = tx.execute(row.on_conflict_do_nothing().returning(_RUNS.c.id)).scalar()
    if run_id is not None:
        send_after_commit(tx, deps, run_id=run_id)
        tx.after_commit(lambda: deps.bus.nudge_room(room_id, "agent"))
    return run_id


def send_after_commit(tx: Transaction, deps: Deps, *, run_id: int) -> None:
    """Have a worker carry a run out, or go on with it."""
    tx.after_commit(lambda: deps.jobs.send(jobs.RUN_AGENT, queue=jobs.AGENTS_QUEUE, run_id=run_id))


_TAKE = text("""
    UPDATE agent_runs SET lease_until = now() + :lease, attempt = attempt + 1
    WHERE id = :run AND status = 'running' AND (lease_until IS NULL OR lease_until < now())
    RETURNING id, room_id, attempt, trigger, settings
""")


def take(deps: Deps, *, run_id: int) -> Run | None:
    """A run to carry out or to go on with, under a lease; None if it is over, waits for a
    moderator, or another worker has it."""
    with transaction(deps.sessions) as tx:
        row = tx.execute(_TAKE, {"run": run_id, "lease": LEASE}).one_or_none()
        if row is None:
            return None
        return Run(
            id=row.id,
            attempt=row.attempt,
            room_id=row.room_id,
            trigger=Trigger(row.trigger),
            settings=AgentSettings.model_validate(row.settings),
            agent_id=ensure_ai(tx, Being.AGENT).id,
        )


def go_on(deps: Deps, run: Run) -> None:
    """Renew the lease, and check that the run may go on. Raises: TakenElsewhere; Halted, also if a
    message that it was shown is gone; as `check_may_act`."""
    with transaction(deps.sessions) as tx:
        renewed = tx.execute(
            update(AgentRun)
            .where(*_is_ours(run))
            .values(lease_until=func.now() + LEASE)
            .returning(col(AgentRun.id))
        ).scalar()
        if renewed is None:
            raise TakenElsewhere
        check_stands(tx, run)
        check_may_act(tx, run)


def check_stands(tx: Transaction, run: Run) -> None:
    """Check that every message which the run was shown still says the same, and hold that until the
    transaction ends. Raises: Halted."""
    if is_void(tx, run_id=run.id):
        raise Halted(RunOutcome.WITHDRAWN, _GONE)


def _is_ours(run: Run) -> tuple[Any, ...]:
    return (
        col(AgentRun.id) == run.id,
        col(AgentRun.attempt) == run.attempt,
        col(AgentRun.status) == RunStatus.RUNNING.value,
    )


def check_may_act(tx: Transaction, run: Run) -> AgentSettings:
    """Check that the agent may see this room and write in it at this moment; the settings that hold
    now.

    Raises: Halted with what ends the run.
    """
    room = read_standing(tx, room_id=run.room_id, agent_id=run.agent_id)
    if room.are_stopped:
        raise Halted(RunOutcome.STOPPED, "An administrator stopped all agents.")
    if not room.has_assistant or room.settings.mode is AgentMode.OFF:
        raise Halted(RunOutcome.STOPPED, "The agent was turned off in this room.")
    if room.is_archived:
        raise Halted(RunOutcome.NOT_ALLOWED, "The room is archived.")
    if not room.may_write:
        raise Halted(RunOutcome.NOT_ALLOWED, "The agent may not write in this room.")
    return room.settings


def note_step(deps: Deps, run: Run, step: Step) -> None:
    """Record what a node did, without what the model wrote if a message that it was shown is gone.
    A node that a killed worker had done already, but whose result was lost, is recorded as it was
    done last. Raises: TakenElsewhere."""
    row = insert(_STEPS).values(
        run_id=run.id,
        n=step.n,
        node=step.node,
        input_digest=step.input_digest,
        outcome=step.outcome,
        tokens_in=step.usage.tokens_in,
        tokens_out=step.usage.tokens_out,
        took_ms=step.took_ms,
        created_at=deps.clock(),
    )
    kept = {name: row.excluded[name] for name in _STEP_COLUMNS}
    with transaction(deps.sessions) as tx:
        is_erased = tx.execute(
            update(AgentRun)
            .where(*_is_ours(run))
            .values(
                tokens_in=col(AgentRun.tokens_in) + step.usage.tokens_in,
                tokens_out=col(AgentRun.tokens_out) + step.usage.tokens_out,
                model=step.usage.model or col(AgentRun.model),
            )
            .returning(col(AgentRun.is_erased))
        ).scalar()
        # What was used was used, also if another worker has the run by now.
        record_use(tx, deps, room_id=run.room_id, feature=FEATURE, usage=step.usage)
        if is_erased is not None:
            output = kept_of(step.node, step.output, step.outcome, is_erased=is_erased)
            stored = row.values(output=output)
            tx.execute(stored.on_conflict_do_update(index_elements=["run_id", "n"], set_=kept))
    if is_erased is None:
        raise TakenElsewhere


_STEP_COLUMNS = (
    "node",
    "input_digest",
    "output",
    "outcome",
    "tokens_in",
    "tokens_out",
    "took_ms",
    "created_at",
)


def pause(tx: Transaction, deps: Deps, run: Run) -> bool:
    """Have a run wait for a moderator; False if another worker has it."""
    paused = tx.execute(
        update(AgentRun)
        .where(*_is_ours(run))
        .values(status=RunStatus.WAITING.value, lease_until=None)
        .returning(col(AgentRun.id))
    ).scalar()
    tx.after_commit(lambda: deps.bus.nudge_room(run.room_id, "agent"))
    return paused is not None


def hand_over(deps: Deps, run: Run) -> None:
    """Have another worker go on with a run that this one has no time left for."""
    with transaction(deps.sessions) as tx:
        handed = tx.execute(
            update(AgentRun)
            .where(*_is_ours(run))
            .values(lease_until=None, sent_at=func.now())
            .returning(col(AgentRun.id))
        ).scalar()
        if handed is not None:
            send_after_commit(tx, deps, run_id=run.id)


def finish(deps: Deps, run: Run, outcome: RunOutcome, reason: str) -> bool:
    """End a run; False if it ended before, or another worker has it."""
    with transaction(deps.sessions) as tx:
        return end(tx, deps, *_is_ours(run), run_id=run.id, outcome=outcome, reason=reason)


def end(
    tx: Transaction, deps: Deps, *which: Any, run_id: int, outcome: RunOutcome, reason: str
) -> bool:
    """End this run, with what it wrote, if it fulfils these conditions; False if it does not."""
    # Outputs are locked before their runs, here as anywhere.
    hold_outputs(tx, run_ids=[run_id])
    is_silent = outcome is RunOutcome.SILENT
    ended = tx.execute(
        update(AgentRun)
        .where(*which)
        .values(
            status=RunStatus.DONE.value,
            outcome=outcome.value,
            # Why it stays silent is what the model wrote.
            reason=case((col(AgentRun.is_erased) & is_silent, ""), else_=reason),
            lease_until=None,
            ended_at=deps.clock(),
        )
        .returning(col(AgentRun.id), col(AgentRun.room_id))
    ).one_or_none()
    if ended is None:
        return False
    if _close_output(tx, run_id=ended.id, outcome=outcome):
        settle_proposal(tx, deps, room_id=ended.room_id)
    tx.after_commit(lambda: deps.bus.nudge_room(ended.room_id, "agent"))
    return True


def _close_output(tx: Transaction, *, run_id: int, outcome: RunOutcome) -> bool:
    """Have an output that was not posted wait for nothing any more; whether there was one."""
    became = _BECAME.get(outcome, OutputStatus.WITHDRAWN)
    closed = tx.execute(
        update(AgentOutput)
        .where(col(AgentOutput.run_id) == run_id, col(AgentOutput.status).in_(_UNPOSTED))
        .values(status=became.value)
        .returning(col(AgentOutput.id))
    ).scalar()
    return closed is not None


_BECAME = {
    RunOutcome.REJECTED: OutputStatus.REJECTED,
    RunOutcome.EXPIRED: OutputStatus.EXPIRED,
}
_UNPOSTED = (OutputStatus.PROPOSED.value, OutputStatus.APPROVED.value)
