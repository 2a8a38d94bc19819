"""Where people spend time, and whether they want that kept."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "visits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("visits_account", "visits", ["account_id", "last_at"])
    op.create_index("visits_last", "visits", ["last_at"])
    op.create_index(op.f("ix_visits_room_id"), "visits", ["room_id"])
    op.add_column(
        "accounts",
        sa.Column("keeps_visits", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column("accounts", sa.Column("visits_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_column("accounts", "visits_since")
    op.drop_column("accounts", "keeps_visits")
    op.drop_table("visits")
