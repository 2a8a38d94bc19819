"""The assistant's one tool: looking for messages of the room, with the rights of who asks.

What the model passes is input from outside. The rights are asked in the service at each call, and
the room is that of the question: there is no argument for another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatrooms.bootstrap import Deps
from chatrooms.services.ai.answering import RunningTurn
from chatrooms.services.ai.retrieval import Hit, retrieve

if TYPE_CHECKING:
    from langchain_core.messages import ToolCall

NAME = "search_messages"
_MAX_QUERY_CHARS = 300


class SearchMessages(BaseModel):
    """What the tool takes."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    query: str = Field(
        min_length=1, max_length=_MAX_QUERY_CHARS, description="What to look for, in a few words."
    )


def search_tool() -> dict[str, Any]:
    """How the tool is described to the model."""
    return {
        "type": "function",
        "function": {
            "name": NAME,
            "description": "Look for more messages of this room.",
            "parameters": SearchMessages.model_json_schema(),
        },
    }


def search(deps: Deps, turn: RunningTurn, call: ToolCall) -> tuple[Hit, ...]:
    """What a call finds with the rights of who asked; nothing for a call of something else and for
    one that cannot be read.

    Raises: as `retrieve`.
    """
    if call["name"] != NAME:
        return ()
    try:
        wanted = SearchMessages.model_validate(call["args"])
    except ValidationError:
        return ()
    return retrieve(
        deps, actor_id=turn.account_id, room_id=turn.room_id, question=wanted.query
    ).hits
