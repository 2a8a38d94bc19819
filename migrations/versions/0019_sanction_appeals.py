"""Appeals against time-outs and bans, which wait among the cases."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Who is under a sanction now finds the way to appeal where they were last told of it.
_TELL_OF_STANDING = """
    UPDATE notifications AS told SET sanction_id = newest.sanction_id
    FROM (
        SELECT DISTINCT ON (s.id) s.id AS sanction_id, n.id
        FROM sanctions s
        JOIN notifications n ON n.account_id = s.account_id AND n.room_id = s.room_id
            AND n.kind = 'sanctioned' AND n.detail LIKE s.kind || ':%'
        WHERE s.lifted_at IS NULL
        ORDER BY s.id, n.id DESC
    ) AS newest
    WHERE told.id = newest.id
"""


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "sanction_appeals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("sanction_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sanction_id"], ["sanctions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sanction_appeals_sanction", "sanction_appeals", ["sanction_id"], unique=True)
    op.create_index(
        "sanction_appeals_waiting",
        "sanction_appeals",
        ["sanction_id"],
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.alter_column("cases", "message_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("cases", sa.Column("sanction_appeal_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "cases_sanction_appeal_id_fkey",
        "cases",
        "sanction_appeals",
        ["sanction_appeal_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_check_constraint(
        "cases_about_one_thing", "cases", "(message_id IS NULL) <> (sanction_appeal_id IS NULL)"
    )
    op.create_index(
        "cases_sanction_appeal",
        "cases",
        ["sanction_appeal_id"],
        unique=True,
        postgresql_where=sa.text("sanction_appeal_id IS NOT NULL"),
    )
    op.add_column("notifications", sa.Column("sanction_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "notifications_sanction_id_fkey",
        "notifications",
        "sanctions",
        ["sanction_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(
        "notifications_sanction",
        "notifications",
        ["sanction_id"],
        postgresql_where=sa.text("sanction_id IS NOT NULL"),
    )
    op.execute(_TELL_OF_STANDING)


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_column("notifications", "sanction_id")
    op.execute("DELETE FROM cases WHERE message_id IS NULL")
    op.drop_constraint("cases_about_one_thing", "cases")
    op.drop_column("cases", "sanction_appeal_id")
    op.alter_column("cases", "message_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_table("sanction_appeals")
