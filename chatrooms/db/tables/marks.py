"""Votes, reactions and polls: a row per person."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import moment, reference


class Vote(SQLModel, table=True):
    """One account's vote on one message: 1 up, -1 down."""

    __tablename__ = "message_votes"
    __table_args__ = (
        PrimaryKeyConstraint("message_id", "account_id"),
        CheckConstraint("value IN (-1, 1)", name="message_votes_value"),
        Index("message_votes_account", "account_id"),
    )

    message_id: int = Field(sa_column=reference("messages.id"))
    account_id: int = Field(sa_column=reference("accounts.id"))
    value: int


class ReactionRow(SQLModel, table=True):
    """One account's emoji on one message."""

    __tablename__ = "reactions"
    __table_args__ = (PrimaryKeyConstraint("message_id", "emoji", "account_id"),)

    message_id: int = Field(sa_column=reference("messages.id"))
    emoji: str = Field(sa_column=Column(Text, nullable=False))
    account_id: int = Field(sa_column=reference("accounts.id"))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The room's seq at which it was put there: orders reactions."""


class PollRow(SQLModel, table=True):
    """The poll that a message shows."""

    __tablename__ = "polls"
    __table_args__ = (Index("polls_due", "closes_at", postgresql_where=text("closed_at IS NULL")),)

    message_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
        )
    )
    question: str = Field(sa_column=Column(Text, nullable=False))
    choices: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    is_multiple: bool = False
    is_anonymous: bool = False
    closes_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class PollVote(SQLModel, table=True):
    """One account's choice in one poll; several rows if it allows several."""

    __tablename__ = "poll_votes"
    __table_args__ = (PrimaryKeyConstraint("message_id", "account_id", "choice"),)

    message_id: int = Field(sa_column=reference("polls.message_id"))
    account_id: int = Field(sa_column=reference("accounts.id"))
    choice: int
    """Index into the poll's choices."""
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The room's seq at which it was cast: orders voters."""
