"""Who is banned or timed out, as SQL: for the questions that decide who may read a room."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from chatrooms.db.tables import SanctionRow, table_of

BAN, TIME_OUT = "ban", "time_out"
_SANCTIONS = table_of(SanctionRow)


def stands(kind: str, *, room_id: Any, account_id: Any) -> Any:
    """That a sanction of this kind stands against an account in a room; both may be columns of a
    question around it, also of one further out: SQLAlchemy by itself looks no further than the
    nearest one."""
    return (
        (_SANCTIONS.c.room_id == room_id)
        & (_SANCTIONS.c.account_id == account_id)
        & (_SANCTIONS.c.kind == kind)
        & _SANCTIONS.c.lifted_at.is_(None)
        & (_SANCTIONS.c.until.is_(None) | (_SANCTIONS.c.until > func.now()))
    )


def is_banned(*, room_id: Any, account_id: Any) -> Any:
    """Whether an account is banned from a room."""
    ban = stands(BAN, room_id=room_id, account_id=account_id)
    return select(_SANCTIONS.c.id).where(ban).correlate_except(_SANCTIONS).exists()


def is_timed_out(*, room_id: Any, account_id: Any) -> Any:
    """Whether an account may only read in a room for a while."""
    time_out = stands(TIME_OUT, room_id=room_id, account_id=account_id)
    return select(_SANCTIONS.c.id).where(time_out).correlate_except(_SANCTIONS).exists()


def timed_out_until(*, room_id: Any, account_id: Any) -> Any:
    """Until when an account may not write in a room; null if it may."""
    time_out = stands(TIME_OUT, room_id=room_id, account_id=account_id)
    until = select(func.max(_SANCTIONS.c.until)).where(time_out)
    return until.correlate_except(_SANCTIONS).scalar_subquery()


def time_out_words(until: datetime) -> str:
    """Until when somebody may only read, in a sentence."""
    at = until.astimezone(UTC)
    return f"You are timed out in this room until {at:%H:%M} UTC on {at.day} {at:%B %Y}."
