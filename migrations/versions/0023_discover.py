"""Public rooms are found by meaning: their vectors are asked for, before those of messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# An index that was begun before asks by itself for what changes only.
_ASK_FOR_ROOMS = """
    INSERT INTO index_requests (room_id, kind, item_id)
    SELECT id, 'room', id FROM rooms WHERE NOT is_private AND archived_at IS NULL
"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index(
        "index_requests_rooms",
        "index_requests",
        ["id"],
        postgresql_where=sa.text("kind = 'room'"),
    )
    op.execute(_ASK_FOR_ROOMS)


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.execute("DELETE FROM index_requests WHERE kind = 'room'")
    op.drop_index("index_requests_rooms", "index_requests")
