"""Having one's data handed out or gone, and how long rooms keep messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "data_exports",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        _moment("asked_at"),
        _moment("sent_at"),
        _moment("made_at", nullable=True),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "account_deletions",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("keeps_messages", sa.Boolean(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        _moment("asked_at"),
        _moment("sent_at"),
        sa.Column("room_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        _moment("finished_at", nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.add_column("accounts", _moment("deleted_at", nullable=True))
    op.add_column("rooms", sa.Column("keep_days", sa.Integer(), nullable=True))
    op.create_index(
        "messages_standing",
        "messages",
        ["room_id", "sent_at"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_index("messages_standing")
    op.drop_column("rooms", "keep_days")
    op.drop_column("accounts", "deleted_at")
    op.drop_table("account_deletions")
    op.drop_table("data_exports")
