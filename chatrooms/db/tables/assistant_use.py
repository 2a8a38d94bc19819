"""What the language model took."""

from datetime import date

from sqlalchemy import BigInteger, Column, Date, Index, Text
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, reference


class ModelUse(SQLModel, table=True):
    """Calls of one model for one room, or for none, on one day, by what they were for."""

    __tablename__ = "model_use"
    __table_args__ = (
        Index(
            "model_use_key",
            *("day", "room_id", "feature", "model"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("model_use_room", "room_id"),
    )

    id: int = Field(default=None, sa_column=identifier())
    day: date = Field(sa_column=Column(Date, nullable=False))
    """In UTC."""
    room_id: int | None = Field(default=None, sa_column=reference("rooms.id", nullable=True))
    feature: str = Field(sa_column=Column(Text, nullable=False))
    model: str = Field(sa_column=Column(Text, nullable=False))
    calls: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    tokens_in: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    tokens_out: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
