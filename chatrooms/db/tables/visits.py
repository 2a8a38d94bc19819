"""Where people spend time."""

from datetime import datetime

from sqlalchemy import Column, Float, Index
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


class Visit(SQLModel, table=True):
    """Time that one account spent in one room without a long break. No session belongs to it."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("visits_account", "account_id", "last_at"),
        Index("visits_last", "last_at"),
    )

    id: int = Field(default=None, sa_column=identifier())
    account_id: int = Field(sa_column=reference("accounts.id"))
    room_id: int = Field(sa_column=reference("rooms.id", index=True))
    seconds: float = Field(sa_column=Column(Float, nullable=False))
    began_at: datetime = Field(sa_column=moment())
    last_at: datetime = Field(sa_column=moment())
    """Up to when time was counted."""
