"""Corrections: what rooms' decisions teach the model."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "room_corrections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column(
            "measured", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "weights", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("rolled_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rolled_back_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["replaces_id"], ["room_corrections.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rolled_back_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "room_corrections_running",
        "room_corrections",
        ["room_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        "room_corrections_version", "room_corrections", ["room_id", "version"], unique=True
    )
    op.add_column("rooms", sa.Column("correction_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "rooms_correction_id_fkey",
        "rooms",
        "room_corrections",
        ["correction_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_constraint("rooms_correction_id_fkey", "rooms", type_="foreignkey")
    op.drop_column("rooms", "correction_id")
    op.drop_index("room_corrections_version", table_name="room_corrections")
    op.drop_index(
        "room_corrections_running",
        table_name="room_corrections",
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.drop_table("room_corrections")
