"""Messages that have a thread, found without reading all others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    # One pass over the messages, a third of a second for a million, in which nobody can post.
    # Building it beside posting would wait for every other session, also for one that waits for
    # the lock under which this one migrates.
    op.create_index(
        "messages_with_thread",
        "messages",
        ["sent_at", "id"],
        unique=False,
        postgresql_where=sa.text("reply_count > 0"),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_index(
        "messages_with_thread",
        table_name="messages",
        postgresql_where=sa.text("reply_count > 0"),
    )
