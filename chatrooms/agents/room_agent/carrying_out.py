"""Carries out runs: from the beginning, from where a killed worker left them, or from a moderator's
decision on."""

from __future__ import annotations

from typing import Any

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from chatrooms.agents.room_agent.graph import Graph, compiled
from chatrooms.agents.room_agent.shift import HandedOver, Shift
from chatrooms.agents.room_agent.state import AgentState, Context
from chatrooms.bootstrap import Deps
from chatrooms.domain.agent import RunOutcome, Verdict
from chatrooms.services.agent import proposing, runs
from chatrooms.services.agent.forgetting import thread_id_of
from chatrooms.services.agent.runs import Run, TakenElsewhere

log = structlog.get_logger(__name__)

SHIFT_S = 480.0
"""How long one worker stays with a run. Its task is ended by force a minute later."""
_NODES_PER_ASKING = 2
_OTHER_NODES = 12


def carry_out(deps: Deps, *, run_id: int, shift_s: float = SHIFT_S) -> None:
    """Carry a run on until it is over or waits for a moderator, or until another worker is to go on
    with it. Safe to repeat, and at once by several workers: one of them does it.

    Args:
        shift_s: seconds after which another worker goes on with it.

    Raises: SQLAlchemyError, RedisError; another worker goes on with it then.
    """
    run = runs.take(deps, run_id=run_id)
    if run is None:
        return
    shift = Shift(lasts_s=shift_s, answer_s=deps.chat.answers_within_s)
    context = Context(deps, run, go_on=lambda: runs.go_on(deps, run), shift=shift)
    try:
        while _advance(deps, run, context):
            pass
    except TakenElsewhere:
        log.info("agent_run_taken_elsewhere", run_id=run.id)
    except HandedOver:
        runs.hand_over(deps, run)


def _advance(deps: Deps, run: Run, context: Context) -> bool:
    """Go on from the last checkpoint until the graph stops; False once nothing is left to do."""
    graph, config = compiled(deps.checkpoints), config_of(run)
    snapshot = graph.get_state(config)
    if not snapshot.created_at:
        given: Any = AgentState(messages=[])
    elif snapshot.interrupts:
        verdict = _verdict(deps, run)
        if verdict is None:
            return False
        given = Command(resume=verdict.model_dump(mode="json"))
    elif snapshot.next:
        given = None
    else:
        _finish(deps, run, snapshot.values)
        return False
    _invoke(graph, given, config, context)
    return True


def _verdict(deps: Deps, run: Run) -> Verdict | None:
    """What was decided; None if the run waits now, or another worker has it."""
    found = proposing.find_verdict(deps, run)
    if found is not None or proposing.wait(deps, run):
        return found
    # Decided between the two questions.
    return proposing.find_verdict(deps, run)


def _invoke(graph: Graph, given: Any, config: RunnableConfig, context: Context) -> None:
    # Each checkpoint is stored before the next node begins.
    graph.invoke(given, config, context=context, durability="sync")


def _finish(deps: Deps, run: Run, state: dict[str, Any]) -> None:
    outcome = RunOutcome(state.get("outcome") or RunOutcome.FAILED)
    if runs.finish(deps, run, outcome, str(state.get("reason", ""))):
        # The record says it all; how far the graph was nobody needs any more.
        deps.checkpoints.forget(thread_id_of(run.id))


def config_of(run: Run) -> RunnableConfig:
    """How the graph is invoked for a run."""
    most = run.settings.max_steps * _NODES_PER_ASKING + _OTHER_NODES
    return {"configurable": {"thread_id": thread_id_of(run.id)}, "recursion_limit": most}
