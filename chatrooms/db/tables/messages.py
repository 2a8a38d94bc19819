"""Messages, what they said before, and the files attached to them."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class Message(SQLModel, table=True):
    """A message. `position` is the room's seq of its posting and orders the room."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("author_id", "client_id", name="messages_author_client_key"),
        Index("messages_room_position_key", "room_id", "position", unique=True),
        Index(
            "messages_timeline", "room_id", "position", postgresql_where=text("thread_id IS NULL")
        ),
        Index(
            "messages_thread",
            "thread_id",
            "position",
            postgresql_where=text("thread_id IS NOT NULL"),
        ),
        Index("messages_reply_to", "reply_to_id", postgresql_where=text("reply_to_id IS NOT NULL")),
        Index("messages_pinned", "room_id", postgresql_where=text("pinned_at IS NOT NULL")),
        Index(
            "messages_top",
            "room_id",
            text("score DESC"),
            postgresql_where=text("score > 0"),
        ),
        Index(
            "messages_statistics",
            "room_id",
            "sent_at",
            postgresql_include=["author_id", "score"],
            postgresql_where=text("position IS NOT NULL AND deleted_at IS NULL AND withheld = ''"),
        ),
        Index("messages_to_judge", "judge_at", postgresql_where=text("judge_at IS NOT NULL")),
        Index(
            "messages_held",
            "hold_until",
            postgresql_where=text("position IS NULL OR held_edit IS NOT NULL"),
        ),
        Index("messages_search", "search", postgresql_using="gin"),
        Index("messages_sent", "sent_at", "id"),
        Index(
            "messages_standing",
            "room_id",
            "sent_at",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("messages_with_thread", "sent_at", "id", postgresql_where=text("reply_count > 0")),
        Index("messages_with_link", "sent_at", "id", postgresql_where=text("has_link")),
        Index("messages_with_poll", "sent_at", "id", postgresql_where=text("has_poll")),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    position: int = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """NULL while it is held: it has no place yet, and only its author knows of it. `access_message`
    gives none that is held."""
    ordinal: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """Its number among the messages of the timeline; none in a thread."""
    author_id: int = Field(sa_column=reference("accounts.id"))
    client_id: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    reply_to_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("messages.id", ondelete="SET NULL")),
    )
    """The message that this one quotes."""
    thread_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("messages.id", ondelete="CASCADE")),
    )
    """The message of the timeline in whose thread this is a reply."""
    reply_count: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default="0")
    )
    """Replies in its own thread that were not deleted."""
    score: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """Upvotes less downvotes: the sum of its rows in `message_votes`."""
    sent_at: datetime = Field(default=None, sa_column=moment(now=True))
    edited_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    deleted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    pinned_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    status: str = Field(
        default="approved", sa_column=Column(Text, nullable=False, server_default="approved")
    )
    """What was decided about it: `pending`, `approved`, `flagged`, `removed`."""
    withheld: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Why its text is not shown: `removed`, `review`; empty if it is."""
    revision: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """How often it was edited: which text of it was judged."""
    judge_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Since when it waits to be judged, or when a worker that took it counts as lost."""
    hold_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """While it or an edit of it is held: when the room's choice for late verdicts applies; none for
    no limit."""
    held_edit: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """What its author changed it to, while others see that only once it is judged."""
    held_edit_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    mentions: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}")
    )
    """User names, in lower case, that the text means; `room` if it calls everybody."""
    search: Any = Field(
        default=None,
        sa_column=Column(
            TSVECTOR, Computed("to_tsvector('english'::regconfig, body)", persisted=True)
        ),
    )
    has_link: bool | None = Field(
        default=None,
        sa_column=Column(Boolean, Computed("body ~* 'https?://'", persisted=True)),
    )
    has_poll: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    """Whether it has a row in `polls`; here too, so that its index is in the order of time."""

    @property
    def is_held(self) -> bool:
        """Whether it waits for its place, and only its author knows of it."""
        return cast(int | None, self.position) is None

    @property
    def newest_text(self) -> str:
        """What its author last made of it: the text that is judged."""
        return self.body if self.held_edit is None else self.held_edit

    @property
    def newest_revision(self) -> int:
        """The number that `newest_text` has or gets as a revision."""
        return self.revision if self.held_edit is None else self.revision + 1


class MessageEdit(SQLModel, table=True):
    """What a message said before an edit. Erased when its author deletes the message."""

    __tablename__ = "message_edits"

    id: int = Field(default=None, sa_column=identifier())
    message_id: int = Field(sa_column=reference("messages.id", index=True))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    replaced_at: datetime = Field(default=None, sa_column=moment(now=True))


class AttachmentRow(SQLModel, table=True):
    """A file on disk. Without a message it waits for one, or is somebody's avatar."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("attachments_token_key", "token", unique=True),
        Index("attachments_message", "message_id"),
        Index("attachments_waiting", "created_at", postgresql_where=text("message_id IS NULL")),
    )

    id: int = Field(default=None, sa_column=identifier())
    token: str = Field(sa_column=Column(Text, nullable=False))
    """Random name: in the address, and of the file on disk."""
    account_id: int = Field(sa_column=reference("accounts.id", index=True))
    room_id: int | None = Field(default=None, sa_column=reference("rooms.id", nullable=True))
    message_id: int | None = Field(default=None, sa_column=reference("messages.id", nullable=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    media_type: str = Field(sa_column=Column(Text, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    width: int = 0
    height: int = 0
    is_avatar: bool = False
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
