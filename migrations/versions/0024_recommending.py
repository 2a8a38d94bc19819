"""What is recommended to people: interests, declined rooms, recommendations, and whose are due."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _belongs_to(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], ondelete="CASCADE")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "interests",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        _belongs_to("account_id", "accounts"),
        sa.PrimaryKeyConstraint("account_id", "word"),
    )
    op.create_table(
        "declined_rooms",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "declined_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=True,
        ),
        _belongs_to("account_id", "accounts"),
        _belongs_to("room_id", "rooms"),
        sa.PrimaryKeyConstraint("account_id", "room_id"),
    )
    op.create_index(op.f("ix_declined_rooms_room_id"), "declined_rooms", ["room_id"])
    op.create_table(
        "recommendations",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", postgresql.JSONB(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        _belongs_to("account_id", "accounts"),
        _belongs_to("room_id", "rooms"),
        sa.PrimaryKeyConstraint("account_id", "rank"),
    )
    op.create_index(op.f("ix_recommendations_room_id"), "recommendations", ["room_id"])
    op.create_table(
        "recommendation_requests",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_nightly", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        _belongs_to("account_id", "accounts"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_index(
        "recommendation_requests_asked", "recommendation_requests", ["is_nightly", "asked_at"]
    )
    op.create_index("message_votes_account", "message_votes", ["account_id"])


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_index("message_votes_account", "message_votes")
    for table in ("recommendation_requests", "recommendations", "declined_rooms", "interests"):
        op.drop_table(table)
