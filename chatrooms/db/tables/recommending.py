"""What is recommended to people, and what they said about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import moment, reference


class Interest(SQLModel, table=True):
    """A subject that somebody picked: a tag, or the name of a topic, in lower case."""

    __tablename__ = "interests"
    __table_args__ = (PrimaryKeyConstraint("account_id", "word"),)

    account_id: int = Field(sa_column=reference("accounts.id"))
    word: str = Field(sa_column=Column(Text, nullable=False))


class DeclinedRoom(SQLModel, table=True):
    """A room that somebody is not interested in."""

    __tablename__ = "declined_rooms"
    __table_args__ = (PrimaryKeyConstraint("account_id", "room_id"),)

    account_id: int = Field(sa_column=reference("accounts.id"))
    room_id: int = Field(sa_column=reference("rooms.id", index=True))
    declined_at: datetime = Field(default=None, sa_column=moment(now=True))


class Recommendation(SQLModel, table=True):
    """A room recommended to somebody. New ones replace all that were there. Rights, and whether the
    reason is still true, are asked anew when it is read."""

    __tablename__ = "recommendations"
    __table_args__ = (PrimaryKeyConstraint("account_id", "rank"),)

    account_id: int = Field(sa_column=reference("accounts.id"))
    rank: int = Field(sa_column=Column(Integer, nullable=False))
    """From 1, the best."""
    room_id: int = Field(sa_column=reference("rooms.id", index=True))
    reason: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """`domain.recommending.Reason`."""
    model: str = Field(sa_column=Column(Text, nullable=False))
    """What chose it: the embedder, and the language model if one took part."""
    made_at: datetime = Field(default=None, sa_column=moment(now=True))


class RecommendationRequest(SQLModel, table=True):
    """Somebody whose recommendations are due."""

    __tablename__ = "recommendation_requests"
    __table_args__ = (
        PrimaryKeyConstraint("account_id"),
        Index("recommendation_requests_asked", "is_nightly", "asked_at"),
    )

    account_id: int = Field(sa_column=reference("accounts.id"))
    asked_at: datetime = Field(sa_column=moment())
    is_nightly: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    """Whether it has time: nobody waits for it."""
    taken_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Until when a worker has it; after that it counts as lost."""
