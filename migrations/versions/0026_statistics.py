"""Indexes that statistics are read from, without the rows themselves."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index(
        "messages_statistics",
        "messages",
        ["room_id", "sent_at"],
        postgresql_include=["author_id", "score"],
        postgresql_where=sa.text("position IS NOT NULL AND deleted_at IS NULL AND withheld = ''"),
    )
    op.drop_index("verdicts_room", "verdicts")
    op.create_index(
        "verdicts_room", "verdicts", ["room_id", "created_at"], postgresql_include=["decision"]
    )
    op.create_index(
        "cases_decided",
        "cases",
        ["closed_at"],
        postgresql_where=sa.text("closed_by IS NOT NULL"),
    )


def downgrade() -> None:
    """Bring the tables back to the one before."""
    op.drop_index("cases_decided", "cases")
    op.drop_index("verdicts_room", "verdicts")
    op.create_index("verdicts_room", "verdicts", ["room_id", "created_at"])
    op.drop_index("messages_statistics", "messages")
