"""Messages that show a poll, found without reading all others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "messages",
        sa.Column("has_poll", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    # Only the messages that show one are written anew.
    op.execute(
        "UPDATE messages SET has_poll = true FROM polls WHERE polls.message_id = messages.id"
    )
    op.create_index(
        "messages_with_poll",
        "messages",
        ["sent_at", "id"],
        unique=False,
        postgresql_where=sa.text("has_poll"),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_index("messages_with_poll", table_name="messages", postgresql_where=sa.text("has_poll"))
    op.drop_column("messages", "has_poll")
