"""What people asked the assistant, and what it answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "assistant_turns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "sources", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False
        ),
        sa.Column("outcome", sa.Text(), server_default="running", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("tokens_in", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tokens_out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rating", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "assistant_turns_client", "assistant_turns", ["account_id", "client_id"], unique=True
    )
    op.create_index(
        "assistant_turns_conversation",
        "assistant_turns",
        ["account_id", "room_id", "id"],
        unique=False,
    )
    op.create_index(
        "assistant_turns_room", "assistant_turns", ["room_id", "asked_at"], unique=False
    )
    op.create_index(
        "assistant_turns_running",
        "assistant_turns",
        ["account_id", "room_id", "kind"],
        unique=True,
        postgresql_where=sa.text("outcome = 'running' AND kind <> 'mention'"),
    )
    op.create_index(
        "assistant_turns_unfinished",
        "assistant_turns",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("outcome = 'running'"),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_table("assistant_turns")
