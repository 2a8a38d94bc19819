"""What the room's agent says about a message of its own, and what people make of it."""

from typing import Literal

from pydantic import Field

from chatrooms.domain.events.part import Part
from chatrooms.domain.events.people import Named


class AgentNote(Part):
    """What the room's agent says about a message that it wrote by itself."""

    kind: str = Field(description="Of `domain.agent.IDEAS`.")
    why: str
    sources: tuple[int, ...] = Field(description="Ids of the messages that it rests on.")
    started_by: Named | None = Field(
        default=None, description="Who started the topic, if it suggests one and somebody did."
    )


class TopicStarted(Part):
    """Somebody started a topic that the agent suggested."""

    kind: Literal["topic_started"] = "topic_started"
    message_id: int
    by: Named
