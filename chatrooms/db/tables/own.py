"""What is a person's alone: followed threads, notifications, saved messages, drafts."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Text, text
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class ThreadFollow(SQLModel, table=True):
    """That an account follows a thread, and how far it has read it."""

    __tablename__ = "thread_follows"
    __table_args__ = (
        PrimaryKeyConstraint("thread_id", "account_id"),
        Index("thread_follows_account", "account_id"),
    )

    thread_id: int = Field(sa_column=reference("messages.id"))
    account_id: int = Field(sa_column=reference("accounts.id"))
    is_following: bool = True
    """False once somebody stopped following on purpose: a mention does not begin it again."""
    read_position: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )


class Notification(SQLModel, table=True):
    """Something one account should know. What belongs together and is unread shares a row."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index(
            "notifications_group",
            "account_id",
            "group_key",
            unique=True,
            postgresql_where=text("read_at IS NULL"),
        ),
        Index("notifications_account", "account_id", text("updated_at DESC")),
        Index("notifications_updated", "updated_at"),
        Index(
            "notifications_message",
            "message_id",
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index(
            "notifications_sanction",
            "sanction_id",
            postgresql_where=text("sanction_id IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=identifier())
    account_id: int = Field(sa_column=reference("accounts.id"))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    group_key: str = Field(sa_column=Column(Text, nullable=False))
    count: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    room_id: int | None = Field(default=None, sa_column=reference("rooms.id", nullable=True))
    message_id: int | None = Field(default=None, sa_column=reference("messages.id", nullable=True))
    """The newest message that it is about, where a click leads."""
    thread_id: int | None = Field(default=None, sa_column=reference("messages.id", nullable=True))
    sanction_id: int | None = Field(
        default=None, sa_column=reference("sanctions.id", nullable=True)
    )
    """The time-out or ban that it tells of."""
    by_id: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """Who caused it last."""
    detail: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    updated_at: datetime = Field(default=None, sa_column=moment(now=True))
    read_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class SavedMessage(SQLModel, table=True):
    """A message that an account keeps for itself."""

    __tablename__ = "saved_messages"
    __table_args__ = (PrimaryKeyConstraint("account_id", "message_id"),)

    account_id: int = Field(sa_column=reference("accounts.id"))
    message_id: int = Field(sa_column=reference("messages.id", index=True))
    saved_at: datetime = Field(default=None, sa_column=moment(now=True))


class Draft(SQLModel, table=True):
    """What an account began to write in a room."""

    __tablename__ = "drafts"
    __table_args__ = (PrimaryKeyConstraint("account_id", "room_id"),)

    account_id: int = Field(sa_column=reference("accounts.id"))
    room_id: int = Field(sa_column=reference("rooms.id", index=True))
    body: str = Field(sa_column=Column(Text, nullable=False))
    updated_at: datetime = Field(default=None, sa_column=moment(now=True))


class ThreadDraft(SQLModel, table=True):
    """What an account began to reply in a thread."""

    __tablename__ = "thread_drafts"
    __table_args__ = (PrimaryKeyConstraint("account_id", "thread_id"),)

    account_id: int = Field(sa_column=reference("accounts.id"))
    thread_id: int = Field(sa_column=reference("messages.id", index=True))
    body: str = Field(sa_column=Column(Text, nullable=False))
    updated_at: datetime = Field(default=None, sa_column=moment(now=True))
