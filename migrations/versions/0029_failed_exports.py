"""An export that cannot be made is given up, and its person is told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "data_exports",
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "data_exports", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_column("data_exports", "failed_at")
    op.drop_column("data_exports", "tries")
