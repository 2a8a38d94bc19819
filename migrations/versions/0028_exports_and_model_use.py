"""An export that cannot be made is given up, and a language model works for no room as well."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "data_exports",
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
    )
    op.add_column("data_exports", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("model_use", "room_id", nullable=True)
    _make_key(nulls_not_distinct=True)


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.execute("DELETE FROM model_use WHERE room_id IS NULL")
    _make_key(nulls_not_distinct=False)
    op.alter_column("model_use", "room_id", nullable=False)
    op.drop_column("data_exports", "failed_at")
    op.drop_column("data_exports", "tries")


def _make_key(*, nulls_not_distinct: bool) -> None:
    op.drop_index("model_use_key")
    op.create_index(
        "model_use_key",
        "model_use",
        ["day", "room_id", "feature", "model"],
        unique=True,
        postgresql_nulls_not_distinct=nulls_not_distinct,
    )
