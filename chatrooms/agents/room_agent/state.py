"""What a run knows while it goes through the graph, and what its nodes work with."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

from chatrooms.agents.room_agent.shift import Shift
from chatrooms.agents.room_agent.world import LIVE, World
from chatrooms.bootstrap import Deps
from chatrooms.services.agent.runs import Run


class AgentState(TypedDict, total=False):
    """A run's state: JSON and LangChain's messages only, so that it can be stored after each
    node."""

    observation: dict[str, Any]
    """`domain.agent_observation.Observation`."""
    messages: Annotated[list[AnyMessage], add_messages]
    """What the model said and what its tools answered."""
    steps: Annotated[int, operator.add]
    """Nodes done so far."""
    asked: Annotated[int, operator.add]
    """How often the model was asked."""
    tokens: Annotated[int, operator.add]
    mistakes: Annotated[int, operator.add]
    """Answers of the model that led to nothing."""
    idea: dict[str, Any] | None
    """`domain.agent.Idea`, once one passed every check."""
    outcome: str
    """`domain.agent.RunOutcome`, once the run is over."""
    reason: str
    """Why it ended so."""


@dataclass(frozen=True, slots=True)
class Context:
    """What nodes work with."""

    deps: Deps
    run: Run
    go_on: Callable[[], None]
    """Renews the run's lease and raises `Halted` or `TakenElsewhere` if it may not go on."""
    world: World = LIVE
    shift: Shift = field(default_factory=Shift)
