"""The room agent: its account, settings, runs, steps and outputs, and where its runs can be taken
up again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The tables of langgraph-checkpoint-postgres, as its migrations 0 to 9 leave them. Its own set-up
# builds indexes concurrently, which waits for other instances that wait for this migration.
_CHECKPOINTS = """
    CREATE TABLE checkpoint_migrations (v INTEGER PRIMARY KEY);
    CREATE TABLE checkpoints (
        thread_id TEXT NOT NULL,
        checkpoint_ns TEXT NOT NULL DEFAULT '',
        checkpoint_id TEXT NOT NULL,
        parent_checkpoint_id TEXT,
        type TEXT,
        checkpoint JSONB NOT NULL,
        metadata JSONB NOT NULL DEFAULT '{}',
        PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id)
    );
    CREATE TABLE checkpoint_blobs (
        thread_id TEXT NOT NULL,
        checkpoint_ns TEXT NOT NULL DEFAULT '',
        channel TEXT NOT NULL,
        version TEXT NOT NULL,
        type TEXT NOT NULL,
        blob BYTEA,
        PRIMARY KEY (thread_id, checkpoint_ns, channel, version)
    );
    CREATE TABLE checkpoint_writes (
        thread_id TEXT NOT NULL,
        checkpoint_ns TEXT NOT NULL DEFAULT '',
        checkpoint_id TEXT NOT NULL,
        task_id TEXT NOT NULL,
        idx INTEGER NOT NULL,
        channel TEXT NOT NULL,
        type TEXT,
        blob BYTEA NOT NULL,
        task_path TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
    );
    CREATE INDEX checkpoints_thread_id_idx ON checkpoints (thread_id);
    CREATE INDEX checkpoint_blobs_thread_id_idx ON checkpoint_blobs (thread_id);
    CREATE INDEX checkpoint_writes_thread_id_idx ON checkpoint_writes (thread_id);
    INSERT INTO checkpoint_migrations SELECT generate_series(0, 9);
"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.drop_index("accounts_assistant", "accounts")
    op.create_index(
        "accounts_ai",
        "accounts",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind <> 'person'"),
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_off", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        _moment("changed_at", now=True),
        sa.ForeignKeyConstraint(["changed_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.execute("INSERT INTO switches (name) VALUES ('agents')")
    op.create_table(
        "room_agents",
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), server_default="{}", nullable=False),
        _moment("look_at", nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room_id"),
    )
    _create_runs()
    _create_outputs()
    op.execute(_CHECKPOINTS)


def _create_runs() -> None:
    op.create_table(
        "agent_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("settings", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), server_default="running", nullable=False),
        *(_words(name) for name in ("outcome", "reason", "model")),
        *(_counter(name) for name in ("tokens_in", "tokens_out", "attempt")),
        _moment("lease_until", nullable=True),
        _moment("sent_at", now=True),
        _moment("begun_at"),
        _moment("ended_at", nullable=True),
        sa.Column("shown", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("is_erased", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "agent_runs_live",
        "agent_runs",
        ["room_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'done'"),
    )
    op.create_index("agent_runs_room", "agent_runs", ["room_id", "id"])
    op.create_index(
        "agent_runs_running",
        "agent_runs",
        ["lease_until"],
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index("agent_runs_shown", "agent_runs", ["shown"], postgresql_using="gin")
    op.create_table(
        "agent_steps",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("input_digest", sa.Text(), nullable=False),
        sa.Column("output", postgresql.JSONB(), nullable=False),
        _words("outcome"),
        *(_counter(name) for name in ("tokens_in", "tokens_out", "took_ms")),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["run_id"], ["agent_runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "n"),
    )


def _create_outputs() -> None:
    op.create_table(
        "agent_outputs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("idea", postgresql.JSONB(), nullable=False),
        sa.Column("is_edited", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "evidence", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False
        ),
        sa.Column("revisions", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        _words("reason"),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        _moment("created_at"),
        _moment("posted_at", nullable=True),
        sa.Column("started_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["agent_runs.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["started_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("agent_outputs_run", "agent_outputs", ["run_id"], unique=True)
    op.create_index("agent_outputs_room", "agent_outputs", ["room_id", "id"])
    op.create_index(
        "agent_outputs_message",
        "agent_outputs",
        ["message_id"],
        unique=True,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_index(
        "agent_outputs_waiting",
        "agent_outputs",
        ["room_id"],
        postgresql_where=sa.text("status = 'proposed'"),
    )


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _counter(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def downgrade() -> None:
    """Take the tables back to the revision before."""
    for name in ("writes", "blobs", "migrations"):
        op.drop_table(f"checkpoint_{name}")
    op.drop_table("checkpoints")
    for name in ("agent_outputs", "agent_steps", "agent_runs", "room_agents", "switches"):
        op.drop_table(name)
    op.execute("DELETE FROM accounts WHERE kind = 'agent'")
    op.drop_index("accounts_ai", "accounts")
    op.create_index(
        "accounts_assistant",
        "accounts",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind = 'assistant'"),
    )
