"""What can happen in a room, as it is stored in `room_events` and sent between processes."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from chatrooms.domain.moderation import Mode, Withheld


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Being(StrEnum):
    """Who stands behind an account. Stored by value."""

    PERSON = "person"
    ASSISTANT = "assistant"
    """The language model: nobody signs in to it."""


class Person(_Model):
    """The public face of an account: what every screen may show of it."""

    id: int
    username: str
    name: str
    hue: int = Field(ge=0, lt=360, description="Colour of the avatar, degrees on the colour wheel.")
    avatar: str = Field(default="", description="Token of the avatar's picture; empty: initials.")
    kind: Being = Field(default=Being.PERSON, description="Whether it is a person at all.")

    @property
    def is_ai(self) -> bool:
        """Whether a language model writes for it."""
        return self.kind is not Being.PERSON


class Quote(_Model):
    """The message that another one quotes, as that one shows it."""

    id: int
    author_id: int = 0
    author_name: str
    excerpt: str
    is_deleted: bool = False
    withheld: Withheld = Withheld.NO


class Named(_Model):
    """Somebody by name, where a name is all that is shown."""

    id: int
    name: str


class Reaction(_Model):
    """One emoji on a message."""

    emoji: str
    count: int
    first: tuple[Named, ...] = Field(description="Who reacted first, at most `MAX_NAMED`.")


class Tally(_Model):
    """How a poll stands."""

    counts: tuple[int, ...] = Field(description="Votes of each choice.")
    voter_count: int = 0
    voters: tuple[tuple[Named, ...], ...] = Field(
        default=(),
        description="Who voted first for each choice, at most `MAX_NAMED`; empty if anonymous.",
    )


class Poll(_Model):
    """A question with choices, shown as a card in its message."""

    question: str
    choices: tuple[str, ...]
    is_multiple: bool
    is_anonymous: bool
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    tally: Tally


class ThreadSummary(_Model):
    """What a message's footer shows of the replies in its thread."""

    count: int
    last_at: datetime
    last_position: int
    faces: tuple[Person, ...] = Field(description="Who replied last, newest first, at most three.")


class Attachment(_Model):
    """A file that belongs to a message."""

    token: str
    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    width: int = Field(default=0, description="Pixels of a picture; 0 for other files.")
    height: int = 0


MAX_NAMED = 10
"""How many people a reaction or a poll's choice names; the rest are counted."""


class Message(_Model):
    """One message as every screen shows it."""

    id: int
    position: int = Field(description="The room's seq at which it was posted; orders the room.")
    ordinal: int = Field(
        default=0, description="Its number among the timeline's messages; 0 in a thread."
    )
    client_id: str
    author: Person
    body: str
    mentions: tuple[str, ...] = Field(
        default=(),
        description="User names, in lower case, that the text means; `room` if it calls everybody.",
    )
    sent_at: datetime
    edited_at: datetime | None = None
    is_deleted: bool = False
    withheld: Withheld = Field(
        default=Withheld.NO,
        description="Why moderation keeps its text from screens.",
    )
    is_pinned: bool = False
    quote: Quote | None = None
    thread_id: int | None = Field(
        default=None, description="The message whose thread this is a reply in."
    )
    thread: ThreadSummary | None = None
    score: int = Field(default=0, description="Upvotes less downvotes.")
    reactions: tuple[Reaction, ...] = ()
    poll: Poll | None = None
    attachments: tuple[Attachment, ...] = ()


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
    mode: Mode = Mode.MANUAL
    slow_s: int = 0
    has_assistant: bool = True


class MessagePosted(_Model):
    """A message was added at the end of the room or, if it has a `thread_id`, of a thread."""

    kind: Literal["message_posted"] = "message_posted"
    message: Message
    thread: ThreadSummary | None = Field(
        default=None, description="How the thread stands with it, if it is a reply in one."
    )


class MessageEdited(_Model):
    """The author changed a message's text."""

    kind: Literal["message_edited"] = "message_edited"
    message_id: int
    body: str
    mentions: tuple[str, ...] = ()
    edited_at: datetime


class MessageDeleted(_Model):
    """The author took a message back; its text is gone."""

    kind: Literal["message_deleted"] = "message_deleted"
    message_id: int
    thread_id: int | None = None
    thread: ThreadSummary | None = Field(
        default=None, description="How the thread `thread_id` stands without it."
    )


class MessageWithheld(_Model):
    """Moderation took a message's text, and what hangs on it, from all screens."""

    kind: Literal["message_withheld"] = "message_withheld"
    message_id: int
    withheld: Withheld


class MessageRestored(_Model):
    """A withheld message is shown again, as it was and where it was."""

    kind: Literal["message_restored"] = "message_restored"
    message: Message


class VoteChanged(_Model):
    """Somebody voted a message up or down, or took the vote back."""

    kind: Literal["vote_changed"] = "vote_changed"
    message_id: int
    score: int


class ReactionsChanged(_Model):
    """Somebody put an emoji on a message or took it off."""

    kind: Literal["reactions_changed"] = "reactions_changed"
    message_id: int
    reactions: tuple[Reaction, ...]


class PollVoted(_Model):
    """Somebody voted in a poll, changed the vote or took it back."""

    kind: Literal["poll_voted"] = "poll_voted"
    message_id: int
    tally: Tally


class PollClosed(_Model):
    """A poll takes no more votes."""

    kind: Literal["poll_closed"] = "poll_closed"
    message_id: int
    closed_at: datetime


class PinChanged(_Model):
    """A moderator pinned a message or took the pin off."""

    kind: Literal["pin_changed"] = "pin_changed"
    message_id: int
    is_pinned: bool


class PersonChanged(_Model):
    """Somebody who wrote here changed name or avatar."""

    kind: Literal["person_changed"] = "person_changed"
    person: Person


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
    | MessageWithheld
    | MessageRestored
    | VoteChanged
    | ReactionsChanged
    | PollVoted
    | PollClosed
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
