"""How rooms are found: the tree of topics, and when each room was last active."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Text, text
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment


class Topic(SQLModel, table=True):
    """A node of the tree of topics. The tree has two levels."""

    __tablename__ = "topics"
    __table_args__ = (
        Index("topics_slug", "slug", unique=True),
        Index("topics_name", text("coalesce(parent_id, 0)"), text("lower(name)"), unique=True),
    )

    id: int = Field(default=None, sa_column=identifier())
    parent_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("topics.id", ondelete="SET NULL"))
    )
    """The topic above it; none at the top."""
    slug: str = Field(sa_column=Column(Text, nullable=False))
    """What stands in addresses; stays when it gets another name."""
    name: str = Field(sa_column=Column(Text, nullable=False))


class RoomActivity(SQLModel, table=True):
    """When somebody last wrote in a room. Beside `rooms`, whose row each message changes: an index
    on such a column there would cost every message."""

    __tablename__ = "room_activity"
    __table_args__ = (Index("room_activity_newest", text("active_at DESC"), text("room_id DESC")),)

    room_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True)
    )
    active_at: datetime = Field(sa_column=moment())
    """Of its newest message, or when the room was made."""
    counted: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """The room's `message_count` when this was looked up."""
