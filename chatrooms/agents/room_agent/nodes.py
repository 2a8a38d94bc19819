"""The nodes of the graph: small functions of the run's state. Each ends the run with a named
outcome where it cannot go on; none of them raises because of what a model wrote."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any, TypeVar, cast

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, ValidationError

from chatrooms.agents.room_agent.answers import UNREADABLE, storable
from chatrooms.agents.room_agent.prompts import prompt
from chatrooms.agents.room_agent.shift import HandedOver
from chatrooms.agents.room_agent.state import AgentState, Context
from chatrooms.agents.room_agent.tools import TOOLS, StaySilent
from chatrooms.domain.agent import RunOutcome, parse_idea
from chatrooms.domain.agent_observation import Observation
from chatrooms.domain.errors import AnswerUnusable, AssistantUnavailable, InvalidInput
from chatrooms.domain.usage import Usage

MAX_MISTAKES = 3
"""After so many answers that led to nothing, a run ends as unusable."""
_LOOK_S = 0.5
"""How often it is asked, while the model is silent, whether the run may go on."""
Update = dict[str, Any]
T = TypeVar("T")


def observe(_state: AgentState, context: Context, _usage: Usage) -> Update:
    """Look at the room."""
    seen = context.world.observe(context)
    return {"observation": seen.model_dump(mode="json")}


def decide(state: AgentState, context: Context, usage: Usage) -> Update:
    """Have the model choose a tool, if steps and tokens are left. Raises: HandedOver if this worker
    has too little time left for it."""
    settings, deps = context.run.settings, context.deps
    if state.get("asked", 0) >= settings.max_steps:
        return _ended(RunOutcome.OUT_OF_STEPS, f"It had asked {settings.max_steps} times.")
    if state.get("tokens", 0) >= settings.max_tokens:
        return _ended(RunOutcome.OUT_OF_TOKENS, f"It had used {settings.max_tokens} tokens.")
    if not context.shift.may_ask():
        raise HandedOver
    room_for = min(deps.settings.llm_context_tokens, settings.max_tokens // 2)
    said = [*prompt(_seen(state), max_tokens=room_for), *state.get("messages", [])]
    try:
        answer = _while_allowed(
            context,
            lambda: context.world.ask(context, said, usage),
            is_over=lambda: context.shift.is_over,
        )
    except AssistantUnavailable as error:
        return _ended(RunOutcome.UNAVAILABLE, str(error))
    except AnswerUnusable:
        answer = AIMessage(UNREADABLE)
    return {
        "messages": [storable(answer)],
        "asked": 1,
        "tokens": usage.tokens_in + usage.tokens_out,
    }


def act(state: AgentState, context: Context, _usage: Usage) -> Update:
    """Read what the model called, check it, and answer each call. Of several only the first that
    can be put out counts."""
    answer = cast(AIMessage, state.get("messages", [])[-1])
    update: Update = {"messages": []}
    for broken in answer.invalid_tool_calls:
        _refuse(update, broken["id"], "the arguments are no JSON.", is_mistake=True)
    for call in answer.tool_calls:
        if "idea" in update or "outcome" in update:
            _refuse(update, call["id"], "one tool at a time.")
        else:
            _answer(update, state, context, call["name"], call["args"], call["id"])
    if not update["messages"]:
        update["messages"].append(HumanMessage("Call exactly one of the tools."))
        update["mistakes"] = 1
    mistakes = state.get("mistakes", 0) + update.get("mistakes", 0)
    if mistakes >= MAX_MISTAKES and not {"idea", "outcome"} & update.keys():
        update |= _ended(RunOutcome.UNUSABLE, "What the model answered could not be used.")
    return update


def _answer(
    update: Update,
    state: AgentState,
    context: Context,
    name: str,
    args: dict[str, Any],
    call_id: str | None,
) -> None:
    """Carry out one call: a draft that passes every check, silence, or why not."""
    try:
        tool = _read(name, args)
        if isinstance(tool, StaySilent):
            update |= _ended(RunOutcome.SILENT, tool.reason)
            update["messages"].append(ToolMessage("Silent.", tool_call_id=call_id or ""))
            return
    except InvalidInput as error:
        _refuse(update, call_id, str(error), is_mistake=True)
        return
    try:
        # Loading the model that judges the tone may take longer than the lease.
        idea = _while_allowed(
            context, lambda: context.world.check(context, tool, _seen(state), call_id or "")
        )
    except InvalidInput as error:
        _refuse(update, call_id, str(error))
        return
    update["idea"] = idea.model_dump(mode="json")
    update["messages"].append(ToolMessage("Accepted.", tool_call_id=call_id or ""))


def _read(name: str, args: dict[str, Any]) -> BaseModel:
    """The call as its tool takes it. Raises: InvalidInput."""
    if name not in TOOLS:
        raise InvalidInput(f"there is no such tool. Tools: {', '.join(TOOLS)}.")
    try:
        return TOOLS[name].model_validate(args)
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"{where}: {first['msg']}.") from None


def propose(state: AgentState, context: Context, _usage: Usage) -> Update:
    """Keep what is to be put out; where moderators decide, put it before them."""
    idea = parse_idea(state.get("idea"))
    context.world.store(context, idea, revisions=_seen(state).revision_of(idea.evidence))
    return {}


def await_decision(_state: AgentState, context: Context, _usage: Usage) -> Update:
    """Stop until a moderator has decided."""
    verdict = context.world.decided(context)
    if verdict.is_approved:
        return {}
    return _ended(verdict.outcome, verdict.reason)


def deliver(_state: AgentState, context: Context, _usage: Usage) -> Update:
    """Post it."""
    context.world.deliver(context)
    return _ended(RunOutcome.POSTED, "")


def end(state: AgentState, _context: Context, _usage: Usage) -> Update:
    """The run is over."""
    return {
        "outcome": state.get("outcome", RunOutcome.FAILED.value),
        "reason": state.get("reason", ""),
    }


def _seen(state: AgentState) -> Observation:
    return Observation.model_validate(state.get("observation"))


def _ended(outcome: RunOutcome, reason: str) -> Update:
    return {"outcome": outcome.value, "reason": reason}


def _refuse(update: Update, call_id: str | None, why: str, *, is_mistake: bool = False) -> None:
    update["messages"].append(ToolMessage(f"Refused: {why}", tool_call_id=call_id or ""))
    if is_mistake:
        update["mistakes"] = update.get("mistakes", 0) + 1


def _while_allowed(
    context: Context, call: Callable[[], T], *, is_over: Callable[[], bool] = lambda: False
) -> T:
    """What a call that may take long gives, as long as the run may go on meanwhile: it is stopped
    within a second, also while the model is silent. Raises: as the call and `go_on`;
    AssistantUnavailable if time is over first."""
    found: list[T] = []
    failed: list[BaseException] = []
    done = Event()

    def run() -> None:
        try:
            found.append(call())
        except BaseException as error:
            failed.append(error)
        finally:
            done.set()

    # A model that still writes is left alone: its time-out ends it.
    Thread(target=run, daemon=True, name=f"agent-run-{context.run.id}").start()
    while not done.wait(_LOOK_S):
        context.go_on()
        if is_over():
            raise AssistantUnavailable("The model took longer than an agent waits for it.")
    if failed:
        raise failed[0]
    return found[0]
