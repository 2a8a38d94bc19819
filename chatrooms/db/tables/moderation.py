"""What moderation knows: verdicts of the model and rules, cases, decisions, reports, appeals."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class RuleRow(SQLModel, table=True):
    """A rule of one room or, without a room, of the whole site."""

    __tablename__ = "moderation_rules"
    __table_args__ = (Index("moderation_rules_room", "room_id"),)

    id: int = Field(default=None, sa_column=identifier())
    room_id: int | None = Field(default=None, sa_column=reference("rooms.id", nullable=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    action: str = Field(sa_column=Column(Text, nullable=False))
    options: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    """What the kind needs: words, a pattern, limits."""
    is_on: bool = True
    created_by: int = Field(sa_column=reference("accounts.id"))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    deleted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class VerdictRow(SQLModel, table=True):
    """What model and rules made of one text of one message. Never changed."""

    __tablename__ = "verdicts"
    __table_args__ = (
        Index("verdicts_message", "message_id", "id"),
        Index("verdicts_room", "room_id", "created_at", postgresql_include=["decision"]),
    )

    id: int = Field(default=None, sa_column=identifier())
    message_id: int = Field(sa_column=reference("messages.id"))
    room_id: int = Field(sa_column=reference("rooms.id"))
    revision: int
    """Which text of the message: its number of edits."""
    score: float | None = Field(default=None, sa_column=Column(Float, nullable=True))
    """Probability that it breaks the rules, in [0, 1]; none where the model could not read it."""
    model: str = Field(sa_column=Column(Text, nullable=False))
    """Version of the model; empty if there was none to ask."""
    evidence: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    """What of the text drove the score up: words with their weight and place."""
    rule_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("moderation_rules.id", ondelete="SET NULL")),
    )
    rule: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Name of the rule that decided, as it was then."""
    decision: str = Field(sa_column=Column(Text, nullable=False))
    policy: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    """The room's policy at that moment."""
    created_at: datetime = Field(default=None, sa_column=moment(now=True))


class CaseRow(SQLModel, table=True):
    """What waits, or waited, for a moderator: a message, of which at most one case is open, or an
    appeal against a time-out or ban."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(
            "(message_id IS NULL) <> (sanction_appeal_id IS NULL)", name="cases_about_one_thing"
        ),
        Index(
            "cases_sanction_appeal",
            "sanction_appeal_id",
            unique=True,
            postgresql_where=text("sanction_appeal_id IS NOT NULL"),
        ),
        Index(
            "cases_open",
            "message_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "cases_queue",
            "room_id",
            "queue",
            "opened_at",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("cases_room_closed", "room_id", "closed_at"),
        Index("cases_decided", "closed_at", postgresql_where=text("closed_by IS NOT NULL")),
        Index("cases_author", "room_id", "author_id"),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    message_id: int | None = Field(default=None, sa_column=reference("messages.id", nullable=True))
    sanction_appeal_id: int | None = Field(
        default=None, sa_column=reference("sanction_appeals.id", nullable=True)
    )
    author_id: int = Field(sa_column=reference("accounts.id"))
    """Who wrote the message, or appeals."""
    queue: str = Field(sa_column=Column(Text, nullable=False))
    score: float | None = Field(default=None, sa_column=Column(Float, nullable=True))
    opened_at: datetime = Field(default=None, sa_column=moment(now=True))
    claimed_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    claimed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closed_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """The moderator who decided; none if it closed by itself."""
    opened_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """The moderator who took it up, where nothing waited; none if it came up by itself."""
    outcome: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


class AuditRow(SQLModel, table=True):
    """One decision: by whom or which model, about what, why. Never changed or deleted."""

    __tablename__ = "moderation_log"
    __table_args__ = (
        Index("moderation_log_room", "room_id", text("id DESC")),
        Index("moderation_log_message", "message_id"),
        # The log is read newest first, a page at a time, whatever it is narrowed to.
        Index("moderation_log_time", "room_id", "created_at", "id"),
        Index("moderation_log_action", "room_id", "action", "created_at", "id"),
        Index("moderation_log_by", "room_id", "by_id", "created_at", "id"),
        Index("moderation_log_account", "room_id", "account_id", "created_at", "id"),
        Index(
            "moderation_log_model",
            "room_id",
            "created_at",
            "id",
            postgresql_where=text("verdict_id IS NOT NULL AND reason = ''"),
        ),
        Index(
            "moderation_log_rules",
            "room_id",
            "created_at",
            "id",
            postgresql_where=text("verdict_id IS NOT NULL AND reason <> ''"),
        ),
        Index(
            "moderation_log_appeals",
            "room_id",
            "created_at",
            "id",
            postgresql_where=text("(detail ->> 'appeal') IS NOT NULL"),
        ),
        Index("moderation_log_undoes", "undoes_id", postgresql_where=text("undoes_id IS NOT NULL")),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int | None = Field(default=None, sa_column=reference("rooms.id", nullable=True))
    action: str = Field(sa_column=Column(Text, nullable=False))
    message_id: int | None = Field(default=None, sa_column=reference("messages.id", nullable=True))
    account_id: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """Whom it concerns."""
    by_id: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """Who decided; none if model or rules did."""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    detail: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    undoes_id: int | None = Field(
        default=None, sa_column=reference("moderation_log.id", nullable=True)
    )
    """The decision that this one takes back."""
    verdict_id: int | None = Field(default=None, sa_column=reference("verdicts.id", nullable=True))
    """What model and rules found, if they decided."""
    created_at: datetime = Field(default=None, sa_column=moment(now=True))


class ReportRow(SQLModel, table=True):
    """That somebody found a message wrong. At most one open report per person and message."""

    __tablename__ = "reports"
    __table_args__ = (
        Index(
            "reports_open",
            "message_id",
            "reporter_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("reports_reporter", "reporter_id", "decided_at"),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    message_id: int = Field(sa_column=reference("messages.id"))
    reporter_id: int = Field(sa_column=reference("accounts.id"))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    is_upheld: bool | None = None


class AppealRow(SQLModel, table=True):
    """An author's objection to a removal. One per removal."""

    __tablename__ = "appeals"
    __table_args__ = (
        Index("appeals_removal", "removal_id", unique=True),
        Index("appeals_message", "message_id"),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    message_id: int = Field(sa_column=reference("messages.id"))
    author_id: int = Field(sa_column=reference("accounts.id"))
    removal_id: int = Field(sa_column=reference("moderation_log.id"))
    """The decision that it objects to."""
    text: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    decided_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    is_granted: bool | None = None
    answer: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


class SummaryRequest(SQLModel, table=True):
    """That enough was moderated in a room for another summary. One per multiple of K."""

    __tablename__ = "summary_requests"
    __table_args__ = (
        Index("summary_requests_once", "room_id", "moderated_count", unique=True),
        Index(
            "summary_requests_waiting",
            "room_id",
            "moderated_count",
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    moderated_count: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The room's count of moderated messages that asked for it."""
    last_seq: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """The room's newest event then: the summary goes as far as that."""
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    due_at: datetime = Field(default=None, sa_column=moment(now=True))
    """When it is tried next, or when a worker that took it counts as lost."""
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    outcome: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """What became of it: `domain.memory.Outcome`. While it waits: why it did not work yet."""
    done_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
