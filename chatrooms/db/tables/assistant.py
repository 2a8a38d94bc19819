"""What people asked the assistant, and what it answered."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class AssistantTurn(SQLModel, table=True):
    """One thing that an account had the assistant write in a room: for itself alone, or as a reply
    to a message of its that called the assistant."""

    __tablename__ = "assistant_turns"
    __table_args__ = (
        Index("assistant_turns_client", "account_id", "client_id", unique=True),
        Index(
            "assistant_turns_message",
            "message_id",
            unique=True,
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index("assistant_turns_conversation", "account_id", "room_id", "id"),
        Index("assistant_turns_room", "room_id", "asked_at"),
        Index(
            "assistant_turns_running",
            "account_id",
            "room_id",
            "kind",
            unique=True,
            postgresql_where=text("outcome = 'running' AND kind <> 'mention'"),
        ),
        Index(
            "assistant_turns_unfinished", "asked_at", postgresql_where=text("outcome = 'running'")
        ),
        Index(
            "assistant_turns_elsewhere",
            "elsewhere",
            postgresql_using="gin",
            postgresql_where=text("elsewhere <> '{}'"),
        ),
        Index(
            "assistant_turns_reply",
            "reply_id",
            unique=True,
            postgresql_where=text("reply_id IS NOT NULL"),
        ),
        Index(
            "assistant_turns_replies_rest_on",
            "rests_on",
            postgresql_using="gin",
            postgresql_where=text("reply_id IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    account_id: int = Field(sa_column=reference("accounts.id"))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    message_id: int | None = Field(default=None, sa_column=reference("messages.id", nullable=True))
    """The message that called the assistant, if one did."""
    client_id: str = Field(sa_column=Column(Text, nullable=False))
    question: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    answer: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """With marks such as [2]: the second of its sources."""
    sources: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}"),
    )
    """Ids of the messages that it cites, in the order in which they were first cited."""
    rests_on: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}"),
    )
    """Ids of all messages that it may rest on, cited or not: while it is being written, and if it
    was stopped, all that the model was shown."""
    revisions: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(Integer), nullable=False, server_default="{}"),
    )
    """Which text of each of them was read, in the order of `rests_on`."""
    elsewhere: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}"),
    )
    """Ids of other rooms from which some of these messages may be; none of what others read."""
    by_words: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    """Whether messages were looked for mostly by their words: see `retrieval.Retrieved`."""
    reply_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("messages.id", ondelete="SET NULL")),
    )
    """The message as which its answer was posted, if it was."""
    outdated: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Whether a message that this rests on is `changed` or `removed`, of what was posted."""
    lost: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}"),
    )
    """Ids of the sources of what was posted that are no more what they were."""
    outcome: str = Field(
        default="running", sa_column=Column(Text, nullable=False, server_default="running")
    )
    error: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Why it failed: the code of an error."""
    model: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    tokens_in: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    tokens_out: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default="0")
    )
    rating: int = Field(
        default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0")
    )
    """1 for a good answer, -1 for a bad one, 0 while nothing was said."""
    attempt: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    """How often it was begun: what an earlier attempt still writes is not taken."""
    asked_at: datetime = Field(default=None, sa_column=moment(now=True))
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
