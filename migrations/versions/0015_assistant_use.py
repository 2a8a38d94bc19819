"""What the language model took, and switches that turn it off."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "model_use",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "model_use_key", "model_use", ["day", "room_id", "feature", "model"], unique=True
    )
    op.create_index("model_use_room", "model_use", ["room_id"])
    op.add_column(
        "rooms",
        sa.Column("has_assistant", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "accounts",
        sa.Column("hides_assistant", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_column("accounts", "hides_assistant")
    op.drop_column("rooms", "has_assistant")
    op.drop_table("model_use")
