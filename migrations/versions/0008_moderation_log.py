"""The moderation log holds what model and rules flagged too, and is read page by page."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The log refuses changes; these add what is known of its entries from elsewhere.
_WITH_VERDICTS = """
    ALTER TABLE moderation_log DISABLE TRIGGER moderation_log_append_only;
    UPDATE moderation_log AS entry SET verdict_id = (
        SELECT max(v.id) FROM verdicts v
        WHERE v.message_id = entry.message_id AND v.decision = 'remove'
            AND v.created_at <= entry.created_at
    ) WHERE entry.action = 'remove' AND entry.by_id IS NULL;
    ALTER TABLE moderation_log ENABLE TRIGGER moderation_log_append_only;
    INSERT INTO moderation_log
        (room_id, action, message_id, account_id, reason, detail, verdict_id, created_at)
    SELECT v.room_id, v.decision, v.message_id, m.author_id, v.rule,
        jsonb_build_object('score', v.score, 'model', v.model), v.id, v.created_at
    FROM verdicts v JOIN messages m ON m.id = v.message_id
    WHERE v.decision IN ('flag', 'hide')
    ORDER BY v.id;
"""
_INDEXES = {
    "moderation_log_time": ["room_id", "created_at", "id"],
    "moderation_log_action": ["room_id", "action", "created_at", "id"],
    "moderation_log_by": ["room_id", "by_id", "created_at", "id"],
    "moderation_log_account": ["room_id", "account_id", "created_at", "id"],
}
_OF_SOME = {
    "moderation_log_model": "verdict_id IS NOT NULL AND reason = ''",
    "moderation_log_rules": "verdict_id IS NOT NULL AND reason <> ''",
    "moderation_log_appeals": "(detail ->> 'appeal') IS NOT NULL",
}
_UNDOES = sa.text("undoes_id IS NOT NULL")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("cases", sa.Column("opened_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "cases_opened_by_fkey", "cases", "accounts", ["opened_by"], ["id"], ondelete="CASCADE"
    )
    op.add_column("moderation_log", sa.Column("verdict_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "moderation_log_verdict_id_fkey",
        "moderation_log",
        "verdicts",
        ["verdict_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.execute(_WITH_VERDICTS)
    op.drop_index("moderation_log_account", table_name="moderation_log")
    for name, columns in _INDEXES.items():
        op.create_index(name, "moderation_log", columns, unique=False)
    for name, where in _OF_SOME.items():
        op.create_index(
            name,
            "moderation_log",
            ["room_id", "created_at", "id"],
            unique=False,
            postgresql_where=sa.text(where),
        )
    op.create_index(
        "moderation_log_undoes",
        "moderation_log",
        ["undoes_id"],
        unique=False,
        postgresql_where=_UNDOES,
    )


def downgrade() -> None:
    """Take the tables back to the revision before. What was added to the log stays in it."""
    op.drop_index("moderation_log_undoes", table_name="moderation_log", postgresql_where=_UNDOES)
    for name in reversed([*_INDEXES, *_OF_SOME]):
        op.drop_index(name, table_name="moderation_log")
    op.create_index("moderation_log_account", "moderation_log", ["room_id", "account_id"])
    op.drop_column("moderation_log", "verdict_id")
    op.drop_column("cases", "opened_by")
