"""What a room's memory holds: summaries and the messages they rest on."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Requests that nothing answered so far: one summary per room covers what all of them asked for.
_JOIN_REQUESTS = """
    DELETE FROM summary_requests AS older USING summary_requests AS newer
    WHERE newer.room_id = older.room_id AND newer.moderated_count > older.moderated_count
"""
_AS_FAR_AS_NOW = """
    UPDATE summary_requests SET last_seq = rooms.last_seq FROM rooms WHERE rooms.id = room_id
"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "room_memories",
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("summarised_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("renewed_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room_id"),
    )
    op.create_index(
        "room_memories_stale",
        "room_memories",
        ["due_at"],
        postgresql_where=sa.text("version <> renewed_version AND due_at IS NOT NULL"),
    )
    op.create_table(
        "late_messages",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("late_messages_room", "late_messages", ["room_id"])
    op.create_table(
        "summaries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("is_rolling", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("tokens_in", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tokens_out", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["summaries.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["request_id"], ["summary_requests.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "summaries_front",
        "summaries",
        ["room_id", "level", "last_position"],
        postgresql_where=sa.text("parent_id IS NULL AND NOT is_rolling"),
    )
    op.create_index(
        "summaries_parent",
        "summaries",
        ["parent_id"],
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index("summaries_request", "summaries", ["request_id"], unique=True)
    op.create_index(
        "summaries_rolling",
        "summaries",
        ["room_id"],
        unique=True,
        postgresql_where=sa.text("is_rolling"),
    )
    op.create_table(
        "summary_sentences",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("summary_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["summary_id"], ["summaries.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("summary_sentences_summary", "summary_sentences", ["summary_id", "ordinal"])
    op.create_table(
        "summary_sources",
        sa.Column("sentence_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sentence_id"], ["summary_sentences.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sentence_id", "message_id"),
    )
    op.create_index("summary_sources_message", "summary_sources", ["message_id"])
    op.add_column(
        "summary_requests",
        sa.Column("last_seq", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "summary_requests",
        sa.Column(
            "due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.add_column(
        "summary_requests", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "summary_requests", sa.Column("outcome", sa.Text(), server_default="", nullable=False)
    )
    op.execute(_JOIN_REQUESTS)
    op.execute(_AS_FAR_AS_NOW)
    op.create_index(
        "summary_requests_waiting",
        "summary_requests",
        ["room_id", "moderated_count"],
        postgresql_where=sa.text("done_at IS NULL"),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_index(
        "summary_requests_waiting",
        table_name="summary_requests",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_column("summary_requests", "outcome")
    op.drop_column("summary_requests", "attempts")
    op.drop_column("summary_requests", "due_at")
    op.drop_column("summary_requests", "last_seq")
    op.drop_index("summary_sources_message", table_name="summary_sources")
    op.drop_table("summary_sources")
    op.drop_index("summary_sentences_summary", table_name="summary_sentences")
    op.drop_table("summary_sentences")
    op.drop_index(
        "summaries_rolling", table_name="summaries", postgresql_where=sa.text("is_rolling")
    )
    op.drop_index("summaries_request", table_name="summaries")
    op.drop_index(
        "summaries_parent",
        table_name="summaries",
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.drop_index(
        "summaries_front",
        table_name="summaries",
        postgresql_where=sa.text("parent_id IS NULL AND NOT is_rolling"),
    )
    op.drop_table("summaries")
    op.drop_index("late_messages_room", table_name="late_messages")
    op.drop_table("late_messages")
    op.drop_index(
        "room_memories_stale",
        table_name="room_memories",
        postgresql_where=sa.text("version <> renewed_version AND due_at IS NOT NULL"),
    )
    op.drop_table("room_memories")
