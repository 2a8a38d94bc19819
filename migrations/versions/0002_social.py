"""Threads, votes, reactions, polls, notifications, read markers, search, attachments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "drafts",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "room_id"),
    )
    op.create_index(op.f("ix_drafts_room_id"), "drafts", ["room_id"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("is_avatar", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attachments_message", "attachments", ["message_id"], unique=False)
    op.create_index("attachments_token_key", "attachments", ["token"], unique=True)
    op.create_index(
        "attachments_waiting",
        "attachments",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("message_id IS NULL"),
    )
    op.create_index(op.f("ix_attachments_account_id"), "attachments", ["account_id"], unique=False)
    op.create_table(
        "message_votes",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value IN (-1, 1)", name="message_votes_value"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "account_id"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thread_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "notifications_account",
        "notifications",
        ["account_id", sa.literal_column("updated_at DESC")],
        unique=False,
    )
    op.create_index(
        "notifications_group",
        "notifications",
        ["account_id", "group_key"],
        unique=True,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("notifications_updated", "notifications", ["updated_at"], unique=False)
    op.create_index(
        "notifications_message",
        "notifications",
        ["message_id"],
        unique=False,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_table(
        "polls",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("choices", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_multiple", sa.Boolean(), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index(
        "polls_due",
        "polls",
        ["closes_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "reactions",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "emoji", "account_id"),
    )
    op.create_table(
        "saved_messages",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "message_id"),
    )
    op.create_index(
        op.f("ix_saved_messages_message_id"), "saved_messages", ["message_id"], unique=False
    )
    op.create_table(
        "thread_follows",
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("is_following", sa.Boolean(), nullable=False),
        sa.Column("read_position", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thread_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("thread_id", "account_id"),
    )
    op.create_index("thread_follows_account", "thread_follows", ["account_id"], unique=False)
    op.create_table(
        "poll_votes",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["polls.message_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "account_id", "choice"),
    )
    op.add_column("accounts", sa.Column("bio", sa.Text(), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("avatar", sa.Text(), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("quiet_from", sa.Integer(), nullable=True))
    op.add_column("accounts", sa.Column("quiet_until", sa.Integer(), nullable=True))
    op.add_column(
        "accounts", sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False)
    )
    op.add_column(
        "memberships",
        sa.Column("read_position", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "memberships",
        sa.Column("read_ordinal", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "memberships", sa.Column("notify", sa.Text(), server_default="mentions", nullable=False)
    )
    op.add_column("messages", sa.Column("ordinal", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("thread_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "messages", sa.Column("reply_count", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("messages", sa.Column("score", sa.Integer(), server_default="0", nullable=False))
    op.add_column("messages", sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "messages",
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('english'::regconfig, body)", persisted=True),
            nullable=True,
        ),
    )
    op.add_column(
        "messages",
        sa.Column(
            "has_link",
            sa.Boolean(),
            sa.Computed("body ~* 'https?://'", persisted=True),
            nullable=True,
        ),
    )
    op.create_index(
        "messages_pinned",
        "messages",
        ["room_id"],
        unique=False,
        postgresql_where=sa.text("pinned_at IS NOT NULL"),
    )
    op.create_index("messages_search", "messages", ["search"], unique=False, postgresql_using="gin")
    op.create_index("messages_sent", "messages", ["sent_at", "id"], unique=False)
    op.create_index(
        "messages_with_link",
        "messages",
        ["sent_at", "id"],
        unique=False,
        postgresql_where=sa.text("has_link"),
    )
    op.create_index(
        "messages_thread",
        "messages",
        ["thread_id", "position"],
        unique=False,
        postgresql_where=sa.text("thread_id IS NOT NULL"),
    )
    op.create_index(
        "messages_timeline",
        "messages",
        ["room_id", "position"],
        unique=False,
        postgresql_where=sa.text("thread_id IS NULL"),
    )
    op.create_index(
        "messages_top",
        "messages",
        ["room_id", sa.literal_column("score DESC")],
        unique=False,
        postgresql_where=sa.text("score > 0"),
    )
    op.create_foreign_key(
        "messages_thread_id_fkey", "messages", "messages", ["thread_id"], ["id"], ondelete="CASCADE"
    )
    op.add_column(
        "rooms", sa.Column("message_count", sa.BigInteger(), server_default="0", nullable=False)
    )
    _number_messages()


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_column("rooms", "message_count")
    op.drop_constraint("messages_thread_id_fkey", "messages", type_="foreignkey")
    op.drop_index("messages_top", table_name="messages", postgresql_where=sa.text("score > 0"))
    op.drop_index(
        "messages_timeline", table_name="messages", postgresql_where=sa.text("thread_id IS NULL")
    )
    op.drop_index(
        "messages_thread", table_name="messages", postgresql_where=sa.text("thread_id IS NOT NULL")
    )
    op.drop_index("messages_with_link", table_name="messages", postgresql_where=sa.text("has_link"))
    op.drop_index("messages_sent", table_name="messages")
    op.drop_index("messages_search", table_name="messages", postgresql_using="gin")
    op.drop_index(
        "messages_pinned", table_name="messages", postgresql_where=sa.text("pinned_at IS NOT NULL")
    )
    op.drop_column("messages", "has_link")
    op.drop_column("messages", "search")
    op.drop_column("messages", "pinned_at")
    op.drop_column("messages", "score")
    op.drop_column("messages", "reply_count")
    op.drop_column("messages", "thread_id")
    op.drop_column("messages", "ordinal")
    op.drop_column("memberships", "notify")
    op.drop_column("memberships", "read_ordinal")
    op.drop_column("memberships", "read_position")
    op.drop_column("accounts", "timezone")
    op.drop_column("accounts", "quiet_until")
    op.drop_column("accounts", "quiet_from")
    op.drop_column("accounts", "last_seen_at")
    op.drop_column("accounts", "avatar")
    op.drop_column("accounts", "bio")
    op.drop_table("poll_votes")
    op.drop_index("thread_follows_account", table_name="thread_follows")
    op.drop_table("thread_follows")
    op.drop_index(op.f("ix_saved_messages_message_id"), table_name="saved_messages")
    op.drop_table("saved_messages")
    op.drop_table("reactions")
    op.drop_index("polls_due", table_name="polls", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_table("polls")
    op.drop_index(
        "notifications_message",
        table_name="notifications",
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.drop_index("notifications_updated", table_name="notifications")
    op.drop_index(
        "notifications_group",
        table_name="notifications",
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index("notifications_account", table_name="notifications")
    op.drop_table("notifications")
    op.drop_table("message_votes")
    op.drop_index(op.f("ix_attachments_account_id"), table_name="attachments")
    op.drop_index(
        "attachments_waiting",
        table_name="attachments",
        postgresql_where=sa.text("message_id IS NULL"),
    )
    op.drop_index("attachments_token_key", table_name="attachments")
    op.drop_index("attachments_message", table_name="attachments")
    op.drop_table("attachments")
    op.drop_index(op.f("ix_drafts_room_id"), table_name="drafts")
    op.drop_table("drafts")


def _number_messages() -> None:
    """Number what is there, and count it as read: nobody wants to catch up on all of it."""
    op.execute("""
        UPDATE messages SET ordinal = numbered.ordinal FROM (
            SELECT id, row_number() OVER (PARTITION BY room_id ORDER BY position) AS ordinal
            FROM messages
        ) AS numbered WHERE numbered.id = messages.id
    """)
    op.execute("""
        UPDATE rooms SET message_count = counted.count FROM (
            SELECT room_id, count(*) FROM messages GROUP BY room_id
        ) AS counted WHERE counted.room_id = rooms.id
    """)
    op.execute("""
        UPDATE memberships SET read_position = rooms.last_seq, read_ordinal = rooms.message_count
        FROM rooms WHERE rooms.id = memberships.room_id
    """)
