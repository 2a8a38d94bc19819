"""What rooms taught the model: every training of a correction, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class CorrectionRow(SQLModel, table=True):
    """One training on a room's decisions. At most one of a room is under way; once it is finished
    nothing changes but that it may be rolled back. `rooms.correction_id` says which one is in use.
    """

    __tablename__ = "room_corrections"
    __table_args__ = (
        Index("room_corrections_version", "room_id", "version", unique=True),
        Index(
            "room_corrections_running",
            "room_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    version: int
    """Counts the trainings of the room."""
    by_id: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """Who asked for it; none at night."""
    asked_at: datetime = Field(default=None, sa_column=moment(now=True))
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    outcome: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """`promoted`, or why it was not."""
    model: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Version of the shared model that it belongs to."""
    kept: int = Field(default=0)
    removed: int = Field(default=0)
    """Decisions that were learnt from or compared on."""
    measured: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    """Before and after: `ml.comparing.Comparison`."""
    weights: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    """Of one that was promoted: `ml.correction.Correction`."""
    replaces_id: int | None = Field(
        default=None, sa_column=reference("room_corrections.id", nullable=True)
    )
    """The one in use before it."""
    rolled_back_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    rolled_back_by: int | None = Field(
        default=None, sa_column=reference("accounts.id", nullable=True)
    )
