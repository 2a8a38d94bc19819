"""Rooms, who is in them and may come in, and the logs of what happened there."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


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
        Index(
            "rooms_published",
            text("id DESC"),
            postgresql_where=text("NOT is_private AND archived_at IS NULL"),
        ),
        Index("rooms_search", "search", postgresql_using="gin"),
        Index("rooms_tags", "tags", postgresql_using="gin"),
        Index("rooms_topic", "topic_id"),
    )

    id: int = Field(default=None, sa_column=identifier())
    slug: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    description: str = Field(default="", sa_column=Column(Text, nullable=False))
    topic: str = Field(default="", sa_column=Column(Text, nullable=False))
    tags: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}")
    )
    topic_id: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger, ForeignKey("topics.id", name="rooms_topic_id_fkey", ondelete="SET NULL")
        ),
    )
    """Where it stands in the tree of topics; `topic` is what it says about itself."""
    search: Any = Field(
        default=None,
        sa_column=Column(
            TSVECTOR, Computed("room_words(name, topic, tags, description)", persisted=True)
        ),
    )
    is_private: bool = False
    last_seq: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    message_count: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """How many messages its timeline ever got: the ordinal of the newest."""
    moderated_count: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """How many of its messages were decided about, by model or moderators."""
    policy: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    """How it is moderated: `domain.moderation.Policy`, where it differs from the defaults."""
    correction_id: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger,
            ForeignKey(
                "room_corrections.id",
                name="rooms_correction_id_fkey",
                ondelete="SET NULL",
                use_alter=True,
            ),
        ),
    )
    """What its decisions taught the model, if that is in use."""
    member_count: int = Field(default=0)
    has_assistant: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=text("true"))
    )
    """Whether a language model may read it."""
    keep_days: int | None = None
    """After how many days its messages are deleted; none for never."""
    created_by: int = Field(sa_column=reference("accounts.id"))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    archived_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Membership(SQLModel, table=True):
    """An account in a room, with its role, its read marker and how much it wants to hear."""

    __tablename__ = "memberships"
    __table_args__ = (
        PrimaryKeyConstraint("room_id", "account_id"),
        Index("memberships_account", "account_id"),
    )

    room_id: int = Field(sa_column=reference("rooms.id"))
    account_id: int = Field(sa_column=reference("accounts.id"))
    role: str = Field(sa_column=Column(Text, nullable=False))
    read_position: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """Position of the last message read."""
    read_ordinal: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """Ordinal of the last message read: the room's `message_count` less this is unread."""
    notify: str = Field(
        default="mentions",
        sa_column=Column(Text, nullable=False, server_default="mentions"),
    )
    """`all`, `mentions` or `nothing`."""
    joined_at: datetime = Field(default=None, sa_column=moment(now=True))


class Invitation(SQLModel, table=True):
    """A link that lets whoever holds it join a room until it expires or is revoked."""

    __tablename__ = "invitations"

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id", index=True))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    created_by: int = Field(sa_column=reference("accounts.id"))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    expires_at: datetime = Field(sa_column=moment())
    revoked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
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

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    account_id: int = Field(sa_column=reference("accounts.id"))
    asked_at: datetime = Field(default=None, sa_column=moment(now=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    decided_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    is_accepted: bool | None = None


class RoomEventRow(SQLModel, table=True):
    """One entry of a room's log: `seq` is gapless within the room."""

    __tablename__ = "room_events"
    __table_args__ = (
        PrimaryKeyConstraint("room_id", "seq"),
        Index(
            "room_events_restored",
            "room_id",
            text("(payload #> '{message,id}')"),
            postgresql_where=text("kind = 'message_restored'"),
        ),
    )

    room_id: int = Field(sa_column=reference("rooms.id"))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
