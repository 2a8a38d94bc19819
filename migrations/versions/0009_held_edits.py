"""Edits that others see only once they are judged."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_HELD = "position IS NULL OR held_edit IS NOT NULL"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("messages", sa.Column("held_edit", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("held_edit_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("messages_held", table_name="messages")
    op.create_index("messages_held", "messages", ["hold_until"], postgresql_where=sa.text(_HELD))
    op.create_index(
        "room_events_restored",
        "room_events",
        ["room_id", sa.text("(payload #> '{message,id}')")],
        postgresql_where=sa.text("kind = 'message_restored'"),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_index("room_events_restored", table_name="room_events")
    op.drop_index("messages_held", table_name="messages")
    op.create_index(
        "messages_held", "messages", ["hold_until"], postgresql_where=sa.text("position IS NULL")
    )
    op.drop_column("messages", "held_edit_at")
    op.drop_column("messages", "held_edit")
