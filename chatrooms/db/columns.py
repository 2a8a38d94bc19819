"""Columns that many tables have."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, func


def identifier() -> Any:
    """The number of a row, which the database gives it."""
    return Column(BigInteger, Identity(always=True), primary_key=True)


def reference(target: str, *, nullable: bool = False, index: bool = False) -> Any:
    """A row of another table, with which this one goes."""
    return Column(
        BigInteger,
        ForeignKey(target, ondelete="CASCADE"),
        nullable=nullable,
        index=index,
    )


def moment(*, nullable: bool = False, now: bool = False) -> Any:
    """A time with its zone; with `now`, that of the transaction unless one is given."""
    default = func.now() if now else None
    return Column(DateTime(timezone=True), nullable=nullable, server_default=default)
