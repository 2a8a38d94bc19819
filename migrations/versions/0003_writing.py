"""Whom each message mentions, and drafts of replies in threads."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Of a message written before, whoever has an account counts as meant, and everybody if its author
# may call everybody now. What stands in code is left out when a message is shown.
_MEANT = """
    UPDATE messages SET mentions = meant.names FROM (
        SELECT found.id, array_agg(DISTINCT found.name ORDER BY found.name) AS names
        FROM (
            SELECT id, room_id, author_id, rtrim(lower(
                (regexp_matches(body, '@([A-Za-z0-9][A-Za-z0-9._-]{0,31})', 'g'))[1]
            ), '.-') AS name
            FROM messages WHERE body LIKE '%@%'
        ) AS found
        WHERE EXISTS (SELECT FROM accounts WHERE lower(accounts.username) = found.name)
            OR (found.name = 'room' AND EXISTS (
                SELECT FROM memberships
                WHERE memberships.room_id = found.room_id
                    AND memberships.account_id = found.author_id
                    AND memberships.role IN ('owner', 'moderator')
            ))
        GROUP BY found.id
    ) AS meant WHERE messages.id = meant.id
"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "messages",
        sa.Column("mentions", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.execute(_MEANT)
    op.create_table(
        "thread_drafts",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thread_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "thread_id"),
    )
    op.create_index(
        op.f("ix_thread_drafts_thread_id"), "thread_drafts", ["thread_id"], unique=False
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_table("thread_drafts")
    op.drop_column("messages", "mentions")
