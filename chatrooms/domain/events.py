"""What can happen in a room, as it is stored in `room_events` and sent between processes."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Person(_Model):
    """The public face of an account: what every screen may show of it."""

    id: int
    username: str
    name: str
    hue: int = Field(ge=0, lt=360, description="Colour of the avatar, degrees on the colour wheel.")


class Quote(_Model):
    """The message that a reply answers, as the reply shows it."""

    id: int
    author_name: str
    excerpt: str
    is_deleted: bool = False


class Message(_Model):
    """One message as every screen shows it."""

    id: int
    position: int = Field(description="The room's seq at which it was posted; orders the room.")
    client_id: str
    author: Person
    body: str
    sent_at: datetime
    edited_at: datetime | None = None
    is_deleted: bool = False
    quote: Quote | None = None


class RoomFacts(_Model):
    """What everybody who may read the room sees of the room itself."""

    id: int
    slug: str
    name: str
    description: str
    topic: str
    tags: tuple[str, ...]
    is_private: bool
    is_archived: bool


class MessagePosted(_Model):
    """A message was added at the end of the room."""

    kind: Literal["message_posted"] = "message_posted"
    message: Message


class MessageEdited(_Model):
    """The author changed a message's text."""

    kind: Literal["message_edited"] = "message_edited"
    message_id: int
    body: str
    edited_at: datetime


class MessageDeleted(_Model):
    """The author took a message back; its text is gone."""

    kind: Literal["message_deleted"] = "message_deleted"
    message_id: int


class MemberJoined(_Model):
    """An account became a member."""

    kind: Literal["member_joined"] = "member_joined"
    account_id: int


class MemberLeft(_Model):
    """An account stopped being a member, by itself or because somebody removed it."""

    kind: Literal["member_left"] = "member_left"
    account_id: int


class RoleChanged(_Model):
    """A member was promoted or demoted."""

    kind: Literal["role_changed"] = "role_changed"
    account_id: int
    role: str


class RoomChanged(_Model):
    """Name, description, topic, tags, visibility or archive state changed."""

    kind: Literal["room_changed"] = "room_changed"
    facts: RoomFacts


RoomEvent = Annotated[
    MessagePosted
    | MessageEdited
    | MessageDeleted
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
