"""Walks the graph once more over the record of a run: nothing is asked of a model, and nothing is
written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, messages_from_dict
from pydantic import BaseModel

from chatrooms.agents.room_agent.carrying_out import config_of
from chatrooms.agents.room_agent.graph import build
from chatrooms.agents.room_agent.state import AgentState, Context
from chatrooms.agents.room_agent.world import NotRecorded, World
from chatrooms.bootstrap import Deps
from chatrooms.domain.agent import Idea, RunOutcome, RunStatus, Verdict, parse_idea
from chatrooms.domain.agent_observation import Observation
from chatrooms.domain.errors import AssistantUnavailable, InvalidInput
from chatrooms.domain.usage import Usage
from chatrooms.services.agent.record import RecordedRun, RecordedStep, read_run
from chatrooms.services.agent.runs import Halted, Run, Step

_FOUND = frozenset(
    {
        RunOutcome.SILENT,
        RunOutcome.UNUSABLE,
        RunOutcome.OUT_OF_STEPS,
        RunOutcome.OUT_OF_TOKENS,
        RunOutcome.UNAVAILABLE,
        RunOutcome.REJECTED,
        RunOutcome.EXPIRED,
        RunOutcome.POSTED,
    }
)
"""What nodes come to by themselves. Anything else ended a run from outside."""
_REFUSED = "Refused: "


@dataclass(frozen=True, slots=True)
class ReplayedStep:
    """A step as it was recorded, and as the graph took it now."""

    recorded: RecordedStep
    node: str
    """Where the graph was now."""
    outcome: str
    output: Mapping[str, Any]

    @property
    def differs(self) -> str:
        """In what the two differ: `node`, `outcome` or `output`; empty if in nothing. What was
        erased cannot be compared."""
        if self.node != self.recorded.node:
            return "node"
        if self.outcome != self.recorded.outcome:
            return "outcome"
        is_same = self.recorded.is_erased or _as_json(self.output) == _as_json(self.recorded.output)
        return "" if is_same else "output"


@dataclass(frozen=True, slots=True)
class Replay:
    """A run, walked once more."""

    run: RecordedRun
    steps: tuple[ReplayedStep, ...]
    missing: str
    """Why it could not be walked to its end, in a sentence; empty if it was."""

    @property
    def is_same(self) -> bool:
        """Whether every step that could be walked came out as it was recorded."""
        return not any(step.differs for step in self.steps)


def replay(deps: Deps, *, run_id: int) -> Replay:
    """Walk the graph over a run's record: the model's answers, the checks and the decisions are
    those of the record, and all else is worked out anew. Raises: RunUnavailable."""
    recorded = read_run(deps, run_id=run_id)
    world = _Recorded(recorded)
    run = Run(
        id=recorded.in_short.id,
        attempt=0,
        room_id=recorded.room_id,
        trigger=recorded.in_short.trigger,
        settings=recorded.settings,
        agent_id=0,
    )
    context = Context(deps, run, go_on=world.go_on, world=world)
    missing = ""
    try:
        build().compile().invoke(AgentState(messages=[]), config_of(run), context=context)
    except NotRecorded as reason:
        missing = str(reason)
    left = len(recorded.steps) - len(world.walked)
    if not missing and left:
        missing = f"The graph ended {left} steps earlier than the record."
    return Replay(recorded, tuple(world.walked), missing)


class _Recorded(World):
    """What the record of a run holds, in place of the room, the model and moderators."""

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        self.walked: list[ReplayedStep] = []

    @property
    def _step(self) -> RecordedStep:
        if len(self.walked) < len(self._run.steps):
            return self._run.steps[len(self.walked)]
        is_over = self._run.in_short.status is RunStatus.DONE
        raise NotRecorded("The record ends here." if is_over else "The run is not over.")

    def _output(self) -> Mapping[str, Any]:
        if self._step.is_erased:
            raise NotRecorded("What the model wrote went with a message that it was shown.")
        return self._step.output

    def go_on(self) -> None:
        """End the run where something from outside ended it. Raises: Halted, NotRecorded."""
        outcome = self._step.outcome
        if outcome and RunOutcome(outcome) not in _FOUND:
            raise Halted(RunOutcome(outcome), str(self._step.output.get("reason", "")))

    def observe(self, context: Context) -> Observation:
        """What it saw, without the words."""
        return Observation.model_validate(self._value("observation"))

    def ask(self, context: Context, said: Sequence[BaseMessage], usage: Usage) -> AIMessage:
        """What the model answered then. Raises: AssistantUnavailable if it did not."""
        step = self._step
        usage.tokens_in, usage.tokens_out = step.tokens_in, step.tokens_out
        if step.outcome == RunOutcome.UNAVAILABLE:
            raise AssistantUnavailable(str(step.output.get("reason", "")))
        (answer,) = messages_from_dict(self._value("messages"))
        return cast(AIMessage, answer)

    def check(self, context: Context, tool: BaseModel, seen: Observation, call_id: str) -> Idea:
        """What the checks came to. Raises: InvalidInput as they did."""
        for answer in messages_from_dict(self._value("messages")):
            if getattr(answer, "tool_call_id", None) == call_id:
                said = str(answer.content)
                if said.startswith(_REFUSED):
                    raise InvalidInput(said.removeprefix(_REFUSED))
                return parse_idea(self._value("idea"))
        raise NotRecorded("The record holds no check of this call.")

    def store(self, context: Context, idea: Idea, *, revisions: Mapping[int, int]) -> None:
        """Nothing is kept."""

    def decided(self, context: Context) -> Verdict:
        """What was decided then."""
        outcome = self._step.outcome
        if not outcome:
            return Verdict(is_approved=True)
        reason = str(self._output().get("reason", ""))
        return Verdict(is_approved=False, outcome=RunOutcome(outcome), reason=reason)

    def deliver(self, context: Context) -> None:
        """Nothing is posted. Raises: Halted if nothing was."""
        self.go_on()

    def note(self, context: Context, step: Step) -> None:
        """Keep what came out now beside what came out then. Raises: NotRecorded where the two went
        different ways: what follows cannot be compared."""
        walked = ReplayedStep(self._step, step.node, step.outcome, step.output)
        self.walked.append(walked)
        if walked.differs in ("node", "outcome"):
            raise NotRecorded("From here on the graph goes another way.")

    def _value(self, name: str) -> Any:
        found = self._output().get(name)
        if found is None:
            raise NotRecorded(f"The record holds no {name} here.")
        return found


def _as_json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, default=str)
