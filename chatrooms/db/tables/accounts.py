"""Accounts, and the browsers that are signed in to them."""

from datetime import datetime

from sqlalchemy import Boolean, Column, DateTime, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class Account(SQLModel, table=True):
    """Somebody who can write. `password_hash` is empty where nobody can sign in."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("accounts_username_key", text("lower(username)"), unique=True),
        Index("accounts_email_key", "email", unique=True),
        Index("accounts_ai", "kind", unique=True, postgresql_where=text("kind <> 'person'")),
    )

    id: int = Field(default=None, sa_column=identifier())
    username: str = Field(sa_column=Column(Text, nullable=False))
    email: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    hue: int
    kind: str = Field(
        default="person", sa_column=Column(Text, nullable=False, server_default="person")
    )
    """Who writes: `domain.events.Being`."""
    password_hash: str = Field(default="", sa_column=Column(Text, nullable=False))
    is_admin: bool = False
    bio: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    avatar: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Token of the avatar's picture; empty for initials."""
    last_seen_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    quiet_from: int | None = None
    """Do-not-disturb hours: minutes after midnight in `timezone`; none if they are off."""
    quiet_until: int | None = None
    timezone: str = Field(
        default="UTC", sa_column=Column(Text, nullable=False, server_default="UTC")
    )
    hides_assistant: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    """Whether the person wants to see nothing of the assistant."""
    keeps_visits: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=text("true"))
    )
    """Whether it is recorded where the person spends time."""
    visits_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Time before this was forgotten, or not to be recorded."""
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    deactivated_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    deleted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When the person had it deleted: nobody is behind it any more."""


class Session(SQLModel, table=True):
    """One browser that is signed in."""

    __tablename__ = "sessions"

    id: int = Field(default=None, sa_column=identifier())
    account_id: int = Field(sa_column=reference("accounts.id", index=True))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    device: str = Field(default="", sa_column=Column(Text, nullable=False))
    address: str = Field(default="", sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    last_seen_at: datetime = Field(default=None, sa_column=moment(now=True))
    expires_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, index=True)
    )


class Ticket(SQLModel, table=True):
    """A one-time token that the session route exchanges for a session cookie."""

    __tablename__ = "tickets"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    account_id: int = Field(sa_column=reference("accounts.id", index=True))
    expires_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, index=True)
    )
