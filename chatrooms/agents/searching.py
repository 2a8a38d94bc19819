"""The assistant's one tool: looking for messages, with the rights of who asks.

What the model passes is input from outside. The rights are asked in the service at each call. An
answer that everybody in the room reads comes from that room alone: then there is no argument for
another, and passing one is no call at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Kind
from chatrooms.domain.errors import RoomUnavailable
from chatrooms.services.ai.answering import RunningTurn
from chatrooms.services.ai.other_rooms import OtherRoom, search_other
from chatrooms.services.ai.retrieval import Hit, retrieve

if TYPE_CHECKING:
    from langchain_core.messages import ToolCall

NAME = "search_messages"
NO_SUCH_ROOM = "There is no such room."
"""What the model is told of every room that it may not look into, whether there is one or not."""
_MAX_QUERY_CHARS = 300
_MAX_SLUG_CHARS = 100


class SearchMessages(BaseModel):
    """What the tool takes."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    query: str = Field(
        min_length=1, max_length=_MAX_QUERY_CHARS, description="What to look for, in a few words."
    )


class SearchRooms(SearchMessages):
    """What the tool takes where it may look into other rooms too."""

    room: str | None = Field(
        default=None,
        max_length=_MAX_SLUG_CHARS,
        description="The slug of another room to look in; left out for this room.",
    )


@dataclass(frozen=True, slots=True)
class Looked:
    """What a call found."""

    hits: tuple[Hit, ...] = ()
    elsewhere: OtherRoom | None = None
    """The room they are from, if it is not that of the question."""
    problem: str | None = None
    """Why nothing was looked for, for the model."""


def may_look_elsewhere(turn: RunningTurn) -> bool:
    """Whether the answer is for one person alone, who may then be told of other rooms."""
    return turn.kind is Kind.QUESTION


@cache
def search_tool(*, elsewhere: bool) -> dict[str, Any]:
    """How the tool is described to the model; `elsewhere`: with other rooms."""
    arguments, where = (
        (SearchRooms, "this room or of another room of the person")
        if elsewhere
        else (SearchMessages, "this room")
    )
    return {
        "type": "function",
        "function": {
            "name": NAME,
            "description": f"Look for more messages of {where}.",
            "parameters": arguments.model_json_schema(),
        },
    }


def search(deps: Deps, turn: RunningTurn, call: ToolCall) -> Looked:
    """What a call finds with the rights of who asked; nothing for a call of something else and for
    one that cannot be read.

    Raises: as `retrieve`, of the room of the question.
    """
    if call["name"] != NAME:
        return Looked()
    arguments = SearchRooms if may_look_elsewhere(turn) else SearchMessages
    try:
        wanted = arguments.model_validate(call["args"])
    except ValidationError:
        return Looked()
    if isinstance(wanted, SearchRooms) and wanted.room:
        return _elsewhere(deps, turn, wanted.room, wanted.query)
    return Looked(
        retrieve(deps, actor_id=turn.account_id, room_id=turn.room_id, question=wanted.query).hits
    )


def _elsewhere(deps: Deps, turn: RunningTurn, slug: str, query: str) -> Looked:
    try:
        room, found = search_other(deps, actor_id=turn.account_id, slug=slug, question=query)
    except RoomUnavailable:
        return Looked(problem=NO_SUCH_ROOM)
    return Looked(found.hits, room if room.id != turn.room_id else None)
