"""The tables. PostgreSQL is the truth; only services read and write them.

Times are UTC with time zone. Secrets (session ids, tickets, invitation tokens) are stored as
SHA-256, so a copy of the database opens no door.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
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
    bio: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    avatar: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Token of the avatar's picture; empty for initials."""
    last_seen_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    quiet_from: int | None = None
    """Do-not-disturb hours: minutes after midnight in `timezone`; none if they are off."""
    quiet_until: int | None = None
    timezone: str = Field(
        default="UTC", sa_column=Column(Text, nullable=False, server_default="UTC")
    )
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
    message_count: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """How many messages its timeline ever got: the ordinal of the newest."""
    member_count: int = Field(default=0)
    created_by: int = Field(sa_column=_ref("accounts.id"))
    created_at: datetime = Field(default=None, sa_column=_time(now=True))
    archived_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Membership(SQLModel, table=True):
    """An account in a room, with its role, its read marker and how much it wants to hear."""

    __tablename__ = "memberships"
    __table_args__ = (
        PrimaryKeyConstraint("room_id", "account_id"),
        Index("memberships_account", "account_id"),
    )

    room_id: int = Field(sa_column=_ref("rooms.id"))
    account_id: int = Field(sa_column=_ref("accounts.id"))
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
        Index("messages_search", "search", postgresql_using="gin"),
        Index("messages_sent", "sent_at", "id"),
        Index("messages_with_link", "sent_at", "id", postgresql_where=text("has_link")),
    )

    id: int = Field(default=None, sa_column=_id())
    room_id: int = Field(sa_column=_ref("rooms.id"))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    ordinal: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """Its number among the messages of the timeline; none in a thread."""
    author_id: int = Field(sa_column=_ref("accounts.id"))
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
    sent_at: datetime = Field(default=None, sa_column=_time(now=True))
    edited_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    deleted_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    pinned_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
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


class MessageEdit(SQLModel, table=True):
    """What a message said before an edit. Erased when its author deletes the message."""

    __tablename__ = "message_edits"

    id: int = Field(default=None, sa_column=_id())
    message_id: int = Field(sa_column=_ref("messages.id", index=True))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    replaced_at: datetime = Field(default=None, sa_column=_time(now=True))


class Vote(SQLModel, table=True):
    """One account's vote on one message: 1 up, -1 down."""

    __tablename__ = "message_votes"
    __table_args__ = (
        PrimaryKeyConstraint("message_id", "account_id"),
        CheckConstraint("value IN (-1, 1)", name="message_votes_value"),
    )

    message_id: int = Field(sa_column=_ref("messages.id"))
    account_id: int = Field(sa_column=_ref("accounts.id"))
    value: int


class ReactionRow(SQLModel, table=True):
    """One account's emoji on one message."""

    __tablename__ = "reactions"
    __table_args__ = (PrimaryKeyConstraint("message_id", "emoji", "account_id"),)

    message_id: int = Field(sa_column=_ref("messages.id"))
    emoji: str = Field(sa_column=Column(Text, nullable=False))
    account_id: int = Field(sa_column=_ref("accounts.id"))
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
    closes_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class PollVote(SQLModel, table=True):
    """One account's choice in one poll; several rows if it allows several."""

    __tablename__ = "poll_votes"
    __table_args__ = (PrimaryKeyConstraint("message_id", "account_id", "choice"),)

    message_id: int = Field(sa_column=_ref("polls.message_id"))
    account_id: int = Field(sa_column=_ref("accounts.id"))
    choice: int
    """Index into the poll's choices."""
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The room's seq at which it was cast: orders voters."""


class ThreadFollow(SQLModel, table=True):
    """That an account follows a thread, and how far it has read it."""

    __tablename__ = "thread_follows"
    __table_args__ = (
        PrimaryKeyConstraint("thread_id", "account_id"),
        Index("thread_follows_account", "account_id"),
    )

    thread_id: int = Field(sa_column=_ref("messages.id"))
    account_id: int = Field(sa_column=_ref("accounts.id"))
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
    )

    id: int = Field(default=None, sa_column=_id())
    account_id: int = Field(sa_column=_ref("accounts.id"))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    group_key: str = Field(sa_column=Column(Text, nullable=False))
    count: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    room_id: int | None = Field(default=None, sa_column=_ref("rooms.id", nullable=True))
    message_id: int | None = Field(default=None, sa_column=_ref("messages.id", nullable=True))
    """The newest message that it is about, where a click leads."""
    thread_id: int | None = Field(default=None, sa_column=_ref("messages.id", nullable=True))
    by_id: int | None = Field(default=None, sa_column=_ref("accounts.id", nullable=True))
    """Who caused it last."""
    detail: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    created_at: datetime = Field(default=None, sa_column=_time(now=True))
    updated_at: datetime = Field(default=None, sa_column=_time(now=True))
    read_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class SavedMessage(SQLModel, table=True):
    """A message that an account keeps for itself."""

    __tablename__ = "saved_messages"
    __table_args__ = (PrimaryKeyConstraint("account_id", "message_id"),)

    account_id: int = Field(sa_column=_ref("accounts.id"))
    message_id: int = Field(sa_column=_ref("messages.id", index=True))
    saved_at: datetime = Field(default=None, sa_column=_time(now=True))


class Draft(SQLModel, table=True):
    """What an account began to write in a room."""

    __tablename__ = "drafts"
    __table_args__ = (PrimaryKeyConstraint("account_id", "room_id"),)

    account_id: int = Field(sa_column=_ref("accounts.id"))
    room_id: int = Field(sa_column=_ref("rooms.id", index=True))
    body: str = Field(sa_column=Column(Text, nullable=False))
    updated_at: datetime = Field(default=None, sa_column=_time(now=True))


class ThreadDraft(SQLModel, table=True):
    """What an account began to reply in a thread."""

    __tablename__ = "thread_drafts"
    __table_args__ = (PrimaryKeyConstraint("account_id", "thread_id"),)

    account_id: int = Field(sa_column=_ref("accounts.id"))
    thread_id: int = Field(sa_column=_ref("messages.id", index=True))
    body: str = Field(sa_column=Column(Text, nullable=False))
    updated_at: datetime = Field(default=None, sa_column=_time(now=True))


class AttachmentRow(SQLModel, table=True):
    """A file on disk. Without a message it waits for one, or is somebody's avatar."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("attachments_token_key", "token", unique=True),
        Index("attachments_message", "message_id"),
        Index("attachments_waiting", "created_at", postgresql_where=text("message_id IS NULL")),
    )

    id: int = Field(default=None, sa_column=_id())
    token: str = Field(sa_column=Column(Text, nullable=False))
    """Random name: in the address, and of the file on disk."""
    account_id: int = Field(sa_column=_ref("accounts.id", index=True))
    room_id: int | None = Field(default=None, sa_column=_ref("rooms.id", nullable=True))
    message_id: int | None = Field(default=None, sa_column=_ref("messages.id", nullable=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    media_type: str = Field(sa_column=Column(Text, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    width: int = 0
    height: int = 0
    is_avatar: bool = False
    created_at: datetime = Field(default=None, sa_column=_time(now=True))


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
