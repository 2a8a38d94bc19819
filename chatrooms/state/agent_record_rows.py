"""The shapes in which the agent's runs, step by step, and their effect reach browsers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chatrooms.domain.agent import IDEAS, OutputStatus
from chatrooms.live.rows import iso
from chatrooms.services.agent.effect import Effect
from chatrooms.services.agent.record import RecordedOutput, RecordedRun, RecordedStep
from chatrooms.services.agent.telling import NODES, tell
from chatrooms.state.agent_rows import RunRow, run_row

_STATUSES = {
    OutputStatus.PROPOSED: "Waits for a moderator",
    OutputStatus.APPROVED: "About to be posted",
    OutputStatus.POSTED: "Posted",
    OutputStatus.REJECTED: "Rejected",
    OutputStatus.EXPIRED: "Nobody decided in time",
    OutputStatus.WITHDRAWN: "Taken back",
}
_SHOWN_OF_DIGEST = 12


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a run."""

    n: int = 0
    node: str = ""
    """In a word."""
    told: list[str] = field(default_factory=list[str])
    """What it did, in sentences."""
    digest: str = ""
    """The beginning of the digest of what it was given."""
    took: str = ""
    at: str = ""
    output: str = ""
    """What it changed, as JSON."""


@dataclass(frozen=True, slots=True)
class RecordedRunRow:
    """A run with its steps."""

    in_short: RunRow = field(default_factory=RunRow)
    begun_with: str = ""
    """The settings that it was begun with, as JSON."""
    wrote: str = ""
    """All words of what it wrote; empty if nothing, or if they are gone."""
    became: str = ""
    """What became of that, who decided and why."""
    is_erased: bool = False
    steps: list[StepRow] = field(default_factory=list[StepRow])


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What outputs of one kind led to, in numbers as they are shown."""

    kind: str = ""
    shown: int = 0
    replies: int = 0
    votes: int = 0
    after: str = ""
    usual: str = ""


def recorded_run_row(run: RecordedRun) -> RecordedRunRow:
    """A run with its steps for the browser."""
    return RecordedRunRow(
        in_short=run_row(run.in_short),
        begun_with=_json(run.settings.model_dump(mode="json")),
        wrote=run.output.idea.text.strip() if run.output is not None else "",
        became=_became(run.output) if run.output is not None else "",
        is_erased=run.is_erased,
        steps=[_step_row(run, step) for step in run.steps],
    )


def effect_row(effect: Effect) -> EffectRow:
    """What outputs of one kind led to, for the browser."""
    return EffectRow(
        kind=IDEAS[effect.kind].words,
        shown=effect.shown,
        replies=effect.replies,
        votes=effect.votes,
        after=_mean(effect.after),
        usual=_mean(effect.usual),
    )


def _became(output: RecordedOutput) -> str:
    edited = ", with changes" if output.is_edited else ""
    decided = ""
    if output.decided_by:
        is_rejected = output.status is OutputStatus.REJECTED
        decided = f" by {output.decided_by}" if is_rejected else f", {_approved(output)}{edited}"
    reason = f": {output.reason}" if output.reason else ""
    return f"{_STATUSES[output.status]}{decided}{reason}"


def _approved(output: RecordedOutput) -> str:
    return f"approved by {output.decided_by}"


def _step_row(run: RecordedRun, step: RecordedStep) -> StepRow:
    return StepRow(
        n=step.n,
        node=NODES[step.node],
        told=tell(run, step),
        digest=step.input_digest[:_SHOWN_OF_DIGEST],
        took=f"{step.took_ms:,} ms",
        at=iso(step.at),
        output=_json(step.output),
    )


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False)


def _mean(value: float | None) -> str:
    return "not yet" if value is None else f"{value:.1f}"
