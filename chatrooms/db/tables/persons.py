"""What people ask to be done with all that is theirs: having it handed out, having it gone."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, SmallInteger, Text
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import moment


def _account() -> Column[int]:
    return Column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)


class DataExport(SQLModel, table=True):
    """The newest file with all that is kept of a person, asked for by the person."""

    __tablename__ = "data_exports"

    account_id: int = Field(sa_column=_account())
    token: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    """Random name: in the address, and of the file on disk."""
    asked_at: datetime = Field(sa_column=moment())
    sent_at: datetime = Field(sa_column=moment())
    """When a worker was last asked for it, or began."""
    tries: int = Field(
        default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0")
    )
    """How often a worker began."""
    failed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When it was given up."""
    made_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    size: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Bytes."""


class Deletion(SQLModel, table=True):
    """The deletion of an account: what is asked for, and how far it is."""

    __tablename__ = "account_deletions"

    account_id: int = Field(sa_column=_account())
    keeps_messages: bool
    username: str = Field(sa_column=Column(Text, nullable=False))
    """What the person was called, in lower case, until that is nowhere else; empty after that."""
    asked_at: datetime = Field(sa_column=moment())
    sent_at: datetime = Field(sa_column=moment())
    """When a worker was last asked to go on."""
    room_id: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    """How far the logs of rooms were gone through: the room, and the event there."""
    seq: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
