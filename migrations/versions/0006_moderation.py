"""Moderation: policies, verdicts, cases, decisions, reports, appeals, sanctions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# What was decided is only ever added to. Of a verdict, the words may be erased: they go with the
# message that its author deletes.
_APPEND_ONLY = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'evidence' = to_jsonb(OLD) - 'evidence'
            AND to_jsonb(NEW) -> 'evidence' = '[]'::jsonb THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER moderation_log_append_only BEFORE UPDATE OR DELETE ON moderation_log
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER verdicts_append_only BEFORE UPDATE OR DELETE ON verdicts
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "moderation_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "options", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("moderation_rules_room", "moderation_rules", ["room_id"], unique=False)
    op.create_table(
        "sanctions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sanctions_account", "sanctions", ["room_id", "account_id"], unique=False)
    op.create_table(
        "summary_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("moderated_count", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "summary_requests_once", "summary_requests", ["room_id", "moderated_count"], unique=True
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column(
            "opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["claimed_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["closed_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cases_author", "cases", ["room_id", "author_id"], unique=False)
    op.create_index(
        "cases_open",
        "cases",
        ["message_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "cases_queue",
        "cases",
        ["room_id", "queue", "opened_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("cases_room_closed", "cases", ["room_id", "closed_at"], unique=False)
    op.create_table(
        "moderation_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["undoes_id"], ["moderation_log.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "moderation_log_account", "moderation_log", ["room_id", "account_id"], unique=False
    )
    op.create_index("moderation_log_message", "moderation_log", ["message_id"], unique=False)
    op.create_index(
        "moderation_log_room",
        "moderation_log",
        ["room_id", sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["reporter_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "reports_open",
        "reports",
        ["message_id", "reporter_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index("reports_reporter", "reports", ["reporter_id", "decided_at"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column(
            "evidence", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column(
            "policy", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rule_id"], ["moderation_rules.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("verdicts_message", "verdicts", ["message_id", "id"], unique=False)
    op.create_index("verdicts_room", "verdicts", ["room_id", "created_at"], unique=False)
    op.create_table(
        "appeals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("removal_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["removal_id"], ["moderation_log.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("appeals_message", "appeals", ["message_id"], unique=False)
    op.create_index("appeals_removal", "appeals", ["removal_id"], unique=True)
    op.add_column(
        "messages", sa.Column("status", sa.Text(), server_default="approved", nullable=False)
    )
    op.add_column("messages", sa.Column("withheld", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "messages", sa.Column("revision", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("messages", sa.Column("judge_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("messages", "position", existing_type=sa.BIGINT(), nullable=True)
    op.create_index(
        "messages_held",
        "messages",
        ["hold_until"],
        unique=False,
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_index(
        "messages_to_judge",
        "messages",
        ["judge_at"],
        unique=False,
        postgresql_where=sa.text("judge_at IS NOT NULL"),
    )
    op.add_column(
        "rooms", sa.Column("moderated_count", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column(
        "rooms",
        sa.Column(
            "policy", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
    )

    op.execute(_APPEND_ONLY)


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.execute("DROP TRIGGER moderation_log_append_only ON moderation_log")
    op.execute("DROP TRIGGER verdicts_append_only ON verdicts")
    op.execute("DROP FUNCTION refuse_change")
    op.drop_column("rooms", "policy")
    op.drop_column("rooms", "moderated_count")
    op.drop_index(
        "messages_to_judge", table_name="messages", postgresql_where=sa.text("judge_at IS NOT NULL")
    )
    op.drop_index(
        "messages_held", table_name="messages", postgresql_where=sa.text("position IS NULL")
    )
    op.alter_column("messages", "position", existing_type=sa.BIGINT(), nullable=False)
    op.drop_column("messages", "hold_until")
    op.drop_column("messages", "judge_at")
    op.drop_column("messages", "revision")
    op.drop_column("messages", "withheld")
    op.drop_column("messages", "status")
    op.drop_index("appeals_removal", table_name="appeals")
    op.drop_index("appeals_message", table_name="appeals")
    op.drop_table("appeals")
    op.drop_index("verdicts_room", table_name="verdicts")
    op.drop_index("verdicts_message", table_name="verdicts")
    op.drop_table("verdicts")
    op.drop_index("reports_reporter", table_name="reports")
    op.drop_index(
        "reports_open", table_name="reports", postgresql_where=sa.text("decided_at IS NULL")
    )
    op.drop_table("reports")
    op.drop_index("moderation_log_room", table_name="moderation_log")
    op.drop_index("moderation_log_message", table_name="moderation_log")
    op.drop_index("moderation_log_account", table_name="moderation_log")
    op.drop_table("moderation_log")
    op.drop_index("cases_room_closed", table_name="cases")
    op.drop_index("cases_queue", table_name="cases", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("cases_open", table_name="cases", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("cases_author", table_name="cases")
    op.drop_table("cases")
    op.drop_index("summary_requests_once", table_name="summary_requests")
    op.drop_table("summary_requests")
    op.drop_index("sanctions_account", table_name="sanctions")
    op.drop_table("sanctions")
    op.drop_index("moderation_rules_room", table_name="moderation_rules")
    op.drop_table("moderation_rules")
