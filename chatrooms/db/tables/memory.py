"""What a room's memory holds: summaries, and the messages that their sentences rest on."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Text
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class RoomMemory(SQLModel, table=True):
    """How far a room is summarised, and whether its rolling summary is up to date."""

    __tablename__ = "room_memories"
    __table_args__ = (
        Index(
            "room_memories_stale",
            "due_at",
            postgresql_where=sql("version <> renewed_version AND due_at IS NOT NULL"),
        ),
    )

    room_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True)
    )
    summarised_to: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """The position up to which messages were summarised if they were approved by then. Those that
    became so later are in `late_messages`."""
    version: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """Counts changes of its summaries."""
    renewed_version: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """The version that the rolling summary was made from."""
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When the rolling summary is made anew, or when a worker that does so counts as lost; none
    once that was given up."""
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    outcome: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Why making it anew did not work: `domain.memory.Outcome`; empty if it did."""


class LateMessage(SQLModel, table=True):
    """A message that became approved, or said something else, after its place in the room was
    summarised: it is in the next summary."""

    __tablename__ = "late_messages"
    __table_args__ = (Index("late_messages_room", "room_id"),)

    message_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
        )
    )
    room_id: int = Field(sa_column=reference("rooms.id"))


class Summary(SQLModel, table=True):
    """A summary of messages (level 0), of several summaries of the level below, or a room's
    rolling summary, which is made from those that are part of no other."""

    __tablename__ = "summaries"
    __table_args__ = (
        Index("summaries_request", "request_id", unique=True),
        Index("summaries_rolling", "room_id", unique=True, postgresql_where=sql("is_rolling")),
        Index(
            "summaries_front",
            "room_id",
            "level",
            "last_position",
            postgresql_where=sql("parent_id IS NULL AND NOT is_rolling"),
        ),
        Index("summaries_parent", "parent_id", postgresql_where=sql("parent_id IS NOT NULL")),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    level: int = 0
    is_rolling: bool = False
    request_id: int | None = Field(
        default=None, sa_column=reference("summary_requests.id", nullable=True)
    )
    """The newest request that it answers; none above level 0, for what a long history was split off
    into, and if the request went further after it."""
    parent_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("summaries.id", ondelete="SET NULL")),
    )
    """The summary of the next level that it is part of."""
    last_position: int = Field(sa_column=Column(BigInteger, nullable=False))
    """How far in the room it goes."""
    model: str = Field(sa_column=Column(Text, nullable=False))
    """Name of the model that wrote it."""
    tokens_in: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    tokens_out: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default="0")
    )
    created_at: datetime = Field(default=None, sa_column=moment(now=True))


class SummarySentence(SQLModel, table=True):
    """One sentence of a summary. Deleted when a message it rests on may not be quoted any more."""

    __tablename__ = "summary_sentences"
    __table_args__ = (Index("summary_sentences_summary", "summary_id", "ordinal"),)

    id: int = Field(default=None, sa_column=identifier())
    summary_id: int = Field(sa_column=reference("summaries.id"))
    ordinal: int
    text: str = Field(sa_column=Column(Text, nullable=False))


class SummarySource(SQLModel, table=True):
    """That a sentence rests on a message."""

    __tablename__ = "summary_sources"
    __table_args__ = (
        PrimaryKeyConstraint("sentence_id", "message_id"),
        Index("summary_sources_message", "message_id"),
    )

    sentence_id: int = Field(sa_column=reference("summary_sentences.id"))
    message_id: int = Field(sa_column=reference("messages.id"))
