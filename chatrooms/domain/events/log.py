"""Every kind of event, and how one is stored and sent."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from chatrooms.domain.events.agent import TopicStarted
from chatrooms.domain.events.assistant import AnswerOutdated
from chatrooms.domain.events.marks import PollClosed, PollVoted, ReactionsChanged, VoteChanged
from chatrooms.domain.events.messages import MessageDeleted, MessageEdited, MessagePosted
from chatrooms.domain.events.moderation import MessageRestored, MessageWithheld, PinChanged
from chatrooms.domain.events.people import PersonChanged
from chatrooms.domain.events.rooms import MemberJoined, MemberLeft, RoleChanged, RoomChanged

RoomEvent = Annotated[
    MessagePosted
    | MessageEdited
    | MessageDeleted
    | MessageWithheld
    | MessageRestored
    | VoteChanged
    | ReactionsChanged
    | PollVoted
    | PollClosed
    | TopicStarted
    | AnswerOutdated
    | PinChanged
    | PersonChanged
    | MemberJoined
    | MemberLeft
    | RoleChanged
    | RoomChanged,
    Field(discriminator="kind"),
]

_ADAPTER: TypeAdapter[RoomEvent] = TypeAdapter(RoomEvent)


class Sequenced(BaseModel):
    """An event with its place in its room's log, as the bus carries it."""

    model_config = ConfigDict(frozen=True)

    room_id: int
    seq: int
    created_at: datetime
    event: RoomEvent


def parse_event(payload: object) -> RoomEvent:
    """The event stored as this JSON value.

    Raises: pydantic.ValidationError.
    """
    return _ADAPTER.validate_python(payload)
