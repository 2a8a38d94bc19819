"""Time-outs and bans, and what people say against them."""

from datetime import datetime

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class SanctionRow(SQLModel, table=True):
    """That somebody may not write in a room until a time, or is banned from it."""

    __tablename__ = "sanctions"
    __table_args__ = (Index("sanctions_account", "room_id", "account_id"),)

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    account_id: int = Field(sa_column=reference("accounts.id"))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    """`time_out` or `ban`."""
    until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When it ends by itself; a ban does not."""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    by_id: int = Field(sa_column=reference("accounts.id"))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    lifted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class SanctionAppealRow(SQLModel, table=True):
    """What somebody says against a time-out or ban of theirs. One per sanction."""

    __tablename__ = "sanction_appeals"
    __table_args__ = (
        Index("sanction_appeals_sanction", "sanction_id", unique=True),
        Index(
            "sanction_appeals_waiting", "sanction_id", postgresql_where=text("decided_at IS NULL")
        ),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    sanction_id: int = Field(sa_column=reference("sanctions.id"))
    account_id: int = Field(sa_column=reference("accounts.id"))
    text: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(default=None, sa_column=moment(now=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    decided_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """The moderator who answered; none if the sanction ended before."""
    outcome: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """`domain.moderation.SanctionAppealOutcome`; empty while it waits."""
    answer: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """The reason that the moderator gave."""
