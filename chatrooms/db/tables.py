"""The tables. PostgreSQL is the truth; only services read and write them.

Times are UTC with time zone. Secrets (session ids, tickets, invitation tokens) are stored as
SHA-256, so a copy of the database opens no door.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel


def _id() -> Any:
    return Column(BigInteger, Identity(always=True), primary_key=True)


def _ref(target: str, *, nullable: bool = False, index: bool = False) -> Any:
    return Column(
        BigInteger,
        ForeignKey(target, ondelete="CASCADE"),
        nullable=nullable,
        index=index,
    )


def _time(*, nullable: bool = False, now: bool = False) -> Any:
    default = func.now() if now else None
    return Column(DateTime(timezone=True), nullable=nullable, server_default=default)


class Account(SQLModel, table=True):
    """Somebody who can write. `password_hash` is empty where nobody can sign in."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("accounts_username_key", text("lower(username)"), unique=True),
        Index("accounts_email_key", "email", unique=True),
    )

    id: int = Field(default=None, sa_column=_id())
    username: str = Field(sa_column=Column(Text, nullable=False))
    email: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    hue: int
    password_hash: str = Field(default="", sa_column=Column(Text, nullable=False))
    is_admin: bool = False
    created_at: datetime = Field(default=None, sa_column=_time(now=True))
    deactivated_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Session(SQLModel, table=True):
    """One browser that is signed in."""

    __tablename__ = "sessions"

    id: int = Field(default=None, sa_column=_id())
    account_id: int = Field(sa_column=_ref("accounts.id", index=True))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    device: str = Field(default="", sa_column=Column(Text, nullable=False))
    address: str = Field(default="", sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(default=None, sa_column=_time(now=True))
    last_seen_at: datetime = Field(default=None, sa_column=_time(now=True))
    expires_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, index=True)
    )


class Ticket(SQLModel, table=True):
    """A one-time token that the session route exchanges for a session cookie."""

    __tablename__ = "tickets"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    account_id: int = Field(sa_column=_ref("accounts.id", index=True))
    expires_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, index=True)
    )


class Room(SQLModel, table=True):
    """A room. `last_seq` numbers its events; its row lock orders them."""

    __tablename__ = "rooms"
    __table_args__ = (
        Index("rooms_slug_key", "slug", unique=True),
        Index(
            "rooms_public_members",
            text("member_count DESC"),
            text("id DESC"),
            postgresql_where=text("NOT is_private AND archived_at IS NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=_id())
    slug: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    description: str = Field(default="", sa_column=Column(Text, nullable=False))
    topic: str = Field(default="", sa_column=Column(Text, nullable=False))
    tags: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}")
    )
    is_private: bool = False
    last_seq: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    member_count: int = Field(default=0)
    created_by: int = Field(sa_column=_ref("accounts.id"))
    created_at: datetime = Field(default=None, sa_column=_time(now=True))
    archived_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Membership(SQLModel, table=True):
    """An account in a room, with its role."""

    __tablename__ = "memberships"
    __table_args__ = (
        PrimaryKeyConstraint("room_id", "account_id"),
        Index("memberships_account", "account_id"),
    )

    room_id: int = Field(sa_column=_ref("rooms.id"))
    account_id: int = Field(sa_column=_ref("accounts.id"))
    role: str = Field(sa_column=Column(Text, nullable=False))
    joined_at: datetime = Field(default=None, sa_column=_time(now=True))


class Invitation(SQLModel, table=True):
    """A link that lets whoever holds it join a room until it expires or is revoked."""

    __tablename__ = "invitations"

    id: int = Field(default=None, sa_column=_id())
    room_id: int = Field(sa_column=_ref("rooms.id", index=True))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    created_by: int = Field(sa_column=_ref("accounts.id"))
    created_at: datetime = Field(default=None, sa_column=_time(now=True))
    expires_at: datetime = Field(sa_column=_time())
    revoked_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    uses: int = 0


class JoinRequest(SQLModel, table=True):
    """An account that asks to be let into a room. At most one is open per room and account."""

    __tablename__ = "join_requests"
    __table_args__ = (
        Index(
            "join_requests_open",
            "room_id",
            "account_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=_id())
    room_id: int = Field(sa_column=_ref("rooms.id"))
    account_id: int = Field(sa_column=_ref("accounts.id"))
    asked_at: datetime = Field(default=None, sa_column=_time(now=True))
    decided_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    decided_by: int | None = Field(default=None, sa_column=_ref("accounts.id", nullable=True))
    is_accepted: bool | None = None


class Message(SQLModel, table=True):
    """A message. `position` is the room's seq of its posting and orders the room."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("author_id", "client_id", name="messages_author_client_key"),
        Index("messages_room_position_key", "room_id", "position", unique=True),
        Index("messages_reply_to", "reply_to_id", postgresql_where=text("reply_to_id IS NOT NULL")),
    )

    id: int = Field(default=None, sa_column=_id())
    room_id: int = Field(sa_column=_ref("rooms.id"))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    author_id: int = Field(sa_column=_ref("accounts.id"))
    client_id: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    reply_to_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("messages.id", ondelete="SET NULL")),
    )
    sent_at: datetime = Field(default=None, sa_column=_time(now=True))
    edited_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    deleted_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class MessageEdit(SQLModel, table=True):
    """What a message said before an edit. Erased when its author deletes the message."""

    __tablename__ = "message_edits"

    id: int = Field(default=None, sa_column=_id())
    message_id: int = Field(sa_column=_ref("messages.id", index=True))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    replaced_at: datetime = Field(default=None, sa_column=_time(now=True))


class RoomEventRow(SQLModel, table=True):
    """One entry of a room's log: `seq` is gapless within the room."""

    __tablename__ = "room_events"
    __table_args__ = (PrimaryKeyConstraint("room_id", "seq"),)

    room_id: int = Field(sa_column=_ref("rooms.id"))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(default=None, sa_column=_time(now=True))


def table_of(model: type[SQLModel]) -> Table:
    """The plain table of a model: statements on it skip the object mapper, on the hot paths."""
    return cast(Table, vars(model)["__table__"])
