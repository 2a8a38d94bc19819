"""What is to be put into the index of meaning, and how far that is."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment


class IndexRequest(SQLModel, table=True):
    """That something changed which the index may have to follow. Whoever changes a message adds one
    more, so as to wait for no worker."""

    __tablename__ = "index_requests"
    __table_args__ = (Index("index_requests_rooms", "id", postgresql_where=text("kind = 'room'")),)

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    """`message`, `summary` or `room`."""
    item_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The message, the sentence of a summary, or the room itself. It may be gone by now: that is a
    change too."""
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    due_at: datetime = Field(default=None, sa_column=moment(now=True))
    """From when on it waits for a worker, or when a worker that took it counts as lost."""


class IndexRun(SQLModel, table=True):
    """How far the messages that were there before are in the index. One, of the embedder in use."""

    __tablename__ = "index_runs"

    embedder: str = Field(sa_column=Column(Text, primary_key=True))
    chroma_id: str = Field(sa_column=Column(Text, nullable=False))
    """Chroma's id of its data: another one means that the data was lost."""
    before_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """The oldest message that was asked for; the newest come first."""
    started_at: datetime = Field(default=None, sa_column=moment(now=True))
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
