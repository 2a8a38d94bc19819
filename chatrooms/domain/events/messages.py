"""Messages, and what becomes of them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from chatrooms.domain.events.agent import AgentNote
from chatrooms.domain.events.assistant import Outdated
from chatrooms.domain.events.marks import Poll, Reaction
from chatrooms.domain.events.part import Part
from chatrooms.domain.events.people import Person
from chatrooms.domain.moderation import Withheld


class Quote(Part):
    """The message that another one quotes, as that one shows it."""

    id: int
    author_id: int = 0
    author_name: str
    excerpt: str
    is_deleted: bool = False
    withheld: Withheld = Withheld.NO


class ThreadSummary(Part):
    """What a message's footer shows of the replies in its thread."""

    count: int
    last_at: datetime
    last_position: int
    faces: tuple[Person, ...] = Field(description="Who replied last, newest first, at most three.")


class Attachment(Part):
    """A file that belongs to a message."""

    token: str
    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    width: int = Field(default=0, description="Pixels of a picture; 0 for other files.")
    height: int = 0


class Message(Part):
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
    agent: AgentNote | None = None
    outdated: Outdated | None = None
    attachments: tuple[Attachment, ...] = ()


class MessagePosted(Part):
    """A message was added at the end of the room or, if it has a `thread_id`, of a thread."""

    kind: Literal["message_posted"] = "message_posted"
    message: Message
    thread: ThreadSummary | None = Field(
        default=None, description="How the thread stands with it, if it is a reply in one."
    )


class MessageEdited(Part):
    """The author changed a message's text."""

    kind: Literal["message_edited"] = "message_edited"
    message_id: int
    body: str
    mentions: tuple[str, ...] = ()
    edited_at: datetime


class MessageDeleted(Part):
    """The author took a message back; its text is gone."""

    kind: Literal["message_deleted"] = "message_deleted"
    message_id: int
    thread_id: int | None = None
    thread: ThreadSummary | None = Field(
        default=None, description="How the thread `thread_id` stands without it."
    )
