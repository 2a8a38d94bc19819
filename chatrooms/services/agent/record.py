"""What runs of an agent did, for the moderators of its room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, AgentOutput, AgentRun, AgentStep
from chatrooms.domain.agent import (
    AgentSettings,
    Idea,
    OutputStatus,
    RunOutcome,
    RunStatus,
    Trigger,
    parse_idea,
)
from chatrooms.domain.errors import ChatError, RunUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_account, access_room, is_id
from chatrooms.services.agent.shown import ERASED


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
    """What it wrote, of `domain.agent.IDEAS`; empty if nothing."""
    message_id: int
    """The message that shows it; 0 if none does."""
    model: str
    tokens: int
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """What one node did."""

    n: int
    """Its number in the run, from 1 on."""
    node: str
    input_digest: str
    """SHA-256 of what it was given."""
    output: Mapping[str, Any]
    """What it changed of the run's state, without any word of a message."""
    outcome: str
    """What the run ends with, `domain.agent.RunOutcome`; empty if it went on."""
    tokens_in: int
    tokens_out: int
    took_ms: int
    at: datetime

    @property
    def is_erased(self) -> bool:
        """Whether what the model wrote in it went with a message that it was shown."""
        return self.output == ERASED


@dataclass(frozen=True, slots=True)
class RecordedOutput:
    """What a run wrote for its room, and what became of it."""

    kind: str
    """Of `domain.agent.IDEAS`."""
    idea: Idea
    """As a moderator left it; without words if they went with a message that the run was shown."""
    status: OutputStatus
    is_edited: bool
    """Whether a moderator changed it."""
    decided_by: str
    """Name of the moderator who decided; empty if nobody did."""
    decided_at: datetime | None
    reason: str
    """Why it was rejected."""


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run with all that it did."""

    in_short: RunInShort
    room_id: int
    settings: AgentSettings
    """Those it was begun with."""
    is_erased: bool
    """Whether a message that it was shown is gone, and with it the model's words."""
    output: RecordedOutput | None
    steps: tuple[RecordedStep, ...]


_BY, _DECIDER = aliased(Account), aliased(Account)
_RUNS: Any = (
    select(AgentRun, AgentOutput, col(_BY.name), col(_DECIDER.name))
    .outerjoin(_BY, col(_BY.id) == col(AgentRun.by_id))
    .outerjoin(AgentOutput, col(AgentOutput.run_id) == col(AgentRun.id))
    .outerjoin(_DECIDER, col(_DECIDER.id) == col(AgentOutput.decided_by))
)


def list_runs(deps: Deps, *, actor_id: int, room_id: int, limit: int = 10) -> list[RunInShort]:
    """The last runs in a room, the newest first. Moderators only. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        rows: Sequence[Any] = tx.execute(
            _RUNS.where(col(AgentRun.room_id) == access.room_id)
            .order_by(col(AgentRun.id).desc())
            .limit(limit)
        ).all()
    return [_in_short(run, output, by) for run, output, by, _ in rows]


def get_run(deps: Deps, *, actor_id: int, run_id: int) -> RecordedRun:
    """A run with its steps, for moderators of its room.

    Raises: NotSignedIn; RunUnavailable if there is no such run, or it is none of theirs.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        known = tx.get(AgentRun, run_id) if is_id(run_id) else None
        if known is None:
            raise RunUnavailable
        try:
            access_room(tx, actor_id=actor_id, room_id=known.room_id, to=Permission.MODERATE)
        except ChatError as error:
            raise RunUnavailable from error
        return _read(tx, run_id)


def read_run(deps: Deps, *, run_id: int) -> RecordedRun:
    """A run with its steps, for the product's own tools. Raises: RunUnavailable."""
    with transaction(deps.sessions) as tx:
        return _read(tx, run_id)


def _read(tx: Transaction, run_id: int) -> RecordedRun:
    row: Any = tx.execute(_RUNS.where(col(AgentRun.id) == run_id)).one_or_none()
    if row is None:
        raise RunUnavailable
    run, output, by, decider = row
    steps = tx.scalars(
        select(AgentStep).where(col(AgentStep.run_id) == run_id).order_by(col(AgentStep.n))
    ).all()
    return RecordedRun(
        in_short=_in_short(run, output, by),
        room_id=run.room_id,
        settings=AgentSettings.model_validate(run.settings),
        is_erased=run.is_erased,
        output=_output(output, decider or "") if output is not None else None,
        steps=tuple(map(_step, steps)),
    )


def _in_short(run: AgentRun, output: AgentOutput | None, by: str | None) -> RunInShort:
    return RunInShort(
        id=run.id,
        trigger=Trigger(run.trigger),
        by=by or "",
        status=RunStatus(run.status),
        outcome=RunOutcome(run.outcome) if run.outcome else None,
        reason=run.reason,
        kind=output.kind if output is not None else "",
        message_id=(output.message_id if output is not None else 0) or 0,
        model=run.model,
        tokens=run.tokens_in + run.tokens_out,
        begun_at=run.begun_at,
    )


def _output(output: AgentOutput, decider: str) -> RecordedOutput:
    return RecordedOutput(
        kind=output.kind,
        idea=parse_idea(output.idea),
        status=OutputStatus(output.status),
        is_edited=output.is_edited,
        decided_by=decider,
        decided_at=output.decided_at,
        reason=output.reason,
    )


def _step(step: AgentStep) -> RecordedStep:
    return RecordedStep(
        n=step.n,
        node=step.node,
        input_digest=step.input_digest,
        output=step.output,
        outcome=step.outcome,
        tokens_in=step.tokens_in,
        tokens_out=step.tokens_out,
        took_ms=step.took_ms,
        at=step.created_at,
    )
