"""Answers that rest on messages of other rooms, and such that were looked for by words alone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


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


def downgrade() -> None:
    """Bring the tables back to the one before."""
    op.drop_index("assistant_turns_elsewhere", "assistant_turns")
    op.drop_column("assistant_turns", "by_words")
    op.drop_column("assistant_turns", "elsewhere")
