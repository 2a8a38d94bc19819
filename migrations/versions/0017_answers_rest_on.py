"""What answers of the assistant may rest on, and which text of it was read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Of an answer that was there before, only what it cites is known. A message that was edited after
# the question counts as changed: which of its texts was read is not known.
_CITED = """
    UPDATE assistant_turns SET rests_on = sources, revisions = (
        SELECT array_agg(
            CASE
                WHEN messages.edited_at > assistant_turns.asked_at THEN -1
                ELSE coalesce(messages.revision, -1)
            END
            ORDER BY cited.place
        )
        FROM unnest(assistant_turns.sources) WITH ORDINALITY AS cited (id, place)
        LEFT JOIN messages ON messages.id = cited.id
    )
    WHERE sources <> '{}'
"""
# What the assistant says is found no more: the index takes it out.
_OWN = """
    INSERT INTO index_requests (room_id, kind, item_id)
    SELECT messages.room_id, 'message', messages.id
    FROM messages JOIN accounts ON accounts.id = messages.author_id
    WHERE accounts.kind = 'assistant'
"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    for name, kind in (("rests_on", sa.BigInteger()), ("revisions", sa.Integer())):
        column = sa.Column(name, postgresql.ARRAY(kind), server_default="{}", nullable=False)
        op.add_column("assistant_turns", column)
    op.execute(_CITED)
    op.execute(_OWN)


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_column("assistant_turns", "revisions")
    op.drop_column("assistant_turns", "rests_on")
