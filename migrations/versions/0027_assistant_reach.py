"""Answers that rest on messages of other rooms, such that were looked for by words alone, and
replies that tell what became of their sources."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# A reply is called by the turn that wrote it.
_NAME_REPLIES = """
    UPDATE assistant_turns SET reply_id = messages.id
    FROM messages JOIN accounts ON accounts.id = messages.author_id
    WHERE assistant_turns.kind = 'mention' AND assistant_turns.outcome = 'answered'
        AND accounts.kind = 'assistant' AND messages.client_id = 'turn-' || assistant_turns.id
"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "assistant_turns",
        sa.Column(
            "elsewhere", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column(
        "assistant_turns",
        sa.Column("by_words", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(
        "assistant_turns_elsewhere",
        "assistant_turns",
        ["elsewhere"],
        postgresql_using="gin",
        postgresql_where=sa.text("elsewhere <> '{}'"),
    )
    op.add_column("assistant_turns", sa.Column("reply_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "assistant_turns", sa.Column("outdated", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "assistant_turns",
        sa.Column(
            "lost", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.create_foreign_key(
        "assistant_turns_reply_id_fkey",
        "assistant_turns",
        "messages",
        ["reply_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.execute(_NAME_REPLIES)
    op.create_index(
        "assistant_turns_reply",
        "assistant_turns",
        ["reply_id"],
        unique=True,
        postgresql_where=sa.text("reply_id IS NOT NULL"),
    )
    op.create_index(
        "assistant_turns_replies_rest_on",
        "assistant_turns",
        ["rests_on"],
        postgresql_using="gin",
        postgresql_where=sa.text("reply_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Bring the tables back to the one before."""
    op.drop_index("assistant_turns_replies_rest_on", "assistant_turns")
    op.drop_index("assistant_turns_reply", "assistant_turns")
    for column in ("lost", "outdated", "reply_id"):
        op.drop_column("assistant_turns", column)
    op.drop_index("assistant_turns_elsewhere", "assistant_turns")
    op.drop_column("assistant_turns", "by_words")
    op.drop_column("assistant_turns", "elsewhere")
