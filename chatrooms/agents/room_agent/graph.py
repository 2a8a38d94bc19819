"""The graph of a run: observe, decide, act, and round again until there is something to put out, or
nothing."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol, TypeAlias, cast

import structlog
from langchain_core.messages import BaseMessage, message_to_dict
from langgraph.errors import GraphBubbleUp
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.adapters.checkpoints import Checkpoints
from chatrooms.agents.room_agent import nodes
from chatrooms.agents.room_agent.shift import HandedOver
from chatrooms.agents.room_agent.state import AgentState, Context
from chatrooms.agents.room_agent.world import NotRecorded
from chatrooms.domain.agent import AgentMode, RunOutcome
from chatrooms.domain.usage import Usage
from chatrooms.services.agent.runs import Halted, Step, TakenElsewhere
from chatrooms.services.agent.shown import without_words

log = structlog.get_logger(__name__)


_ASK_THEMSELVES = ("deliver", "end")
"""What was posted was posted, also if the agent was turned off before it was noted."""


class _Recorded(Protocol):
    """A node as LangGraph calls it."""

    def __call__(self, state: AgentState, runtime: Runtime[Context]) -> dict[str, Any]: ...


Node: TypeAlias = Callable[[AgentState, Context, Usage], dict[str, Any]]
Graph: TypeAlias = "CompiledStateGraph[AgentState, Context, AgentState, AgentState]"


@lru_cache(maxsize=4)
def compiled(checkpoints: Checkpoints) -> Graph:
    """The graph of this process, which keeps how far runs are."""
    return build().compile(checkpointer=checkpoints.saver())


def build() -> StateGraph[AgentState, Context, AgentState, AgentState]:
    """The graph, without anything to keep its state."""
    graph = StateGraph(AgentState, context_schema=Context)
    for node in (
        nodes.observe,
        nodes.decide,
        nodes.act,
        nodes.propose,
        nodes.await_decision,
        nodes.deliver,
        nodes.end,
    ):
        graph.add_node(node.__name__, _recorded(node.__name__, node))
    graph.add_edge(START, "observe")
    graph.add_conditional_edges("observe", _unless_over("decide"), ["decide", "end"])
    graph.add_conditional_edges("decide", _unless_over("act"), ["act", "end"])
    graph.add_conditional_edges("act", _after_act, ["decide", "propose", "end"])
    graph.add_conditional_edges("propose", _after_propose, ["await_decision", "deliver", "end"])
    graph.add_conditional_edges("await_decision", _unless_over("deliver"), ["deliver", "end"])
    graph.add_edge("deliver", "end")
    graph.add_edge("end", END)
    return graph


def _unless_over(otherwise: str) -> Callable[[AgentState], str]:
    def route(state: AgentState) -> str:
        return "end" if state.get("outcome") else otherwise

    return route


def _after_act(state: AgentState) -> str:
    if state.get("outcome"):
        return "end"
    return "propose" if state.get("idea") else "decide"


def _after_propose(state: AgentState, runtime: Runtime[Context]) -> str:
    if state.get("outcome"):
        return "end"
    is_asked = runtime.context.run.settings.mode is AgentMode.PROPOSE
    return "await_decision" if is_asked else "deliver"


def _recorded(name: str, node: Node) -> _Recorded:
    """A node that is only begun while the run may go on, ends the run with a named outcome if it
    fails, and leaves a step in the run's record."""

    def run(state: AgentState, runtime: Runtime[Context]) -> dict[str, Any]:
        context, usage, started = runtime.context, Usage(), time.monotonic()
        update = _update(name, node, state, context, usage)
        step = Step(
            n=state.get("steps", 0) + 1,
            node=name,
            input_digest=_digest(state),
            output=_plain(without_words(update)),
            outcome=str(update.get("outcome", "")),
            usage=usage,
            took_ms=int((time.monotonic() - started) * 1_000),
        )
        context.world.note(context, step)
        return {**update, "steps": 1}

    return run


def _update(
    name: str, node: Node, state: AgentState, context: Context, usage: Usage
) -> dict[str, Any]:
    """What a node changes. Raises: what another worker mends, later or at once."""
    try:
        if name not in _ASK_THEMSELVES:
            context.go_on()
        return node(state, context, usage)
    except Halted as halted:
        return {"outcome": halted.outcome.value, "reason": halted.reason}
    except (GraphBubbleUp, HandedOver, NotRecorded, TakenElsewhere, SQLAlchemyError, RedisError):
        raise
    except Exception:
        log.exception("agent_node_failed", node=name, run_id=context.run.id)
        return {"outcome": RunOutcome.FAILED.value, "reason": "Something went wrong on the server."}


def _plain(values: Any) -> Any:
    """The same as JSON knows it."""
    if isinstance(values, BaseMessage):
        return message_to_dict(values)
    if isinstance(values, dict):
        return {key: _plain(value) for key, value in cast(dict[str, Any], values).items()}
    if isinstance(values, list | tuple):
        return [_plain(value) for value in cast(list[Any], values)]
    return values


def _digest(state: AgentState) -> str:
    known = json.dumps(_plain(dict(state)), sort_keys=True, default=str)
    return hashlib.sha256(known.encode()).hexdigest()
