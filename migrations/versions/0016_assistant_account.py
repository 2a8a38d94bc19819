"""The assistant's own account, and which message called it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("accounts", sa.Column("kind", sa.Text(), server_default="person", nullable=False))
    op.create_index(
        "accounts_assistant",
        "accounts",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind = 'assistant'"),
    )
    op.add_column("assistant_turns", sa.Column("message_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "assistant_turns_message_id_fkey",
        "assistant_turns",
        "messages",
        ["message_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(
        "assistant_turns_message",
        "assistant_turns",
        ["message_id"],
        unique=True,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_column("assistant_turns", "message_id")
    op.drop_index("accounts_assistant", table_name="accounts")
    op.drop_column("accounts", "kind")
