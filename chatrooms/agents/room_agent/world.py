"""All that nodes do beyond the run's own state: with the room, the model and moderators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, BaseMessage
from langgraph.types import interrupt
from pydantic import BaseModel

from chatrooms.agents.room_agent.tools import described, idea_of
from chatrooms.domain.agent import AgentMode, Idea, Verdict
from chatrooms.domain.agent_observation import Observation
from chatrooms.domain.usage import Usage
from chatrooms.services.agent import checking, delivering, observing, proposing, runs
from chatrooms.services.agent.runs import Step

if TYPE_CHECKING:
    from chatrooms.agents.room_agent.state import Context


class NotRecorded(Exception):
    """A replay came to something that the record of its run does not hold."""


class World:
    """The real one. A replay has a recorded one instead."""

    def observe(self, context: Context) -> Observation:
        """The room. Raises: Halted."""
        return observing.observe(context.deps, context.run)

    def ask(self, context: Context, said: Sequence[BaseMessage], usage: Usage) -> AIMessage:
        """What the model answers. Raises: AssistantUnavailable."""
        return context.deps.chat.ask(said, tools=described(), usage=usage)

    def check(self, context: Context, tool: BaseModel, seen: Observation, call_id: str) -> Idea:
        """What a tool was asked to write, as it may be put out. Raises: InvalidInput."""
        idea = checking.check_form(context.deps, idea_of(tool, seen))
        checking.check_new(context.deps, idea, seen)
        checking.check_tone(context.deps, context.run, idea)
        return idea

    def store(self, context: Context, idea: Idea, *, revisions: Mapping[int, int]) -> None:
        """Keep what is to be put out. Raises: Halted."""
        is_proposed = context.run.settings.mode is AgentMode.PROPOSE
        proposing.store(
            context.deps, context.run, idea, revisions=revisions, is_proposed=is_proposed
        )

    def decided(self, context: Context) -> Verdict:
        """What was decided about it; the graph stops here until somebody has."""
        return Verdict.model_validate(interrupt({"run_id": context.run.id}))

    def deliver(self, context: Context) -> None:
        """Post it. Raises: Halted."""
        delivering.deliver(context.deps, context.run)

    def note(self, context: Context, step: Step) -> None:
        """Record what a node did. Raises: TakenElsewhere."""
        runs.note_step(context.deps, context.run, step)


LIVE = World()
