"""What narrows a search: rooms, authors, days, and what a message has."""

from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, AttachmentRow, Message, table_of
from chatrooms.domain.search import Has, SearchQuery

_MESSAGES = table_of(Message)


def narrowed(
    tx: Transaction, asked: SearchQuery, *, rooms: list[int], account: Account
) -> list[ColumnElement[bool]] | None:
    """What a message must be beside its words, for the account that asks; None if none can be, such
    as by somebody who does not exist."""
    wanted: list[ColumnElement[bool]] = [
        col(Message.deleted_at).is_(None),
        col(Message.withheld) == "",
        col(Message.position).is_not(None),
        col(Message.room_id) == func.any(bindparam("rooms", rooms, ARRAY(BigInteger))),
    ]
    if asked.authors:
        authors = _authors(tx, asked.authors, actor_id=account.id)
        if not authors:
            return None
        wanted.append(col(Message.author_id).in_(authors))
    wanted += [_HAS[each] for each in sorted(asked.has)]
    if asked.after:
        wanted.append(col(Message.sent_at) >= _midnight(asked.after, _zone(account)))
    if asked.before:
        wanted.append(col(Message.sent_at) < _midnight(asked.before, _zone(account)))
    return wanted


_HAS: dict[Has, ColumnElement[bool]] = {
    Has.POLL: _MESSAGES.c.has_poll,
    Has.LINK: _MESSAGES.c.has_link,
    # Written out, as a condition of its index.
    Has.THREAD: col(Message.reply_count) > literal_column("0"),
    Has.FILE: exists().where(col(AttachmentRow.message_id) == col(Message.id)),
}


def _zone(account: Account) -> tzinfo:
    try:
        return ZoneInfo(account.timezone)
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _authors(tx: Transaction, names: tuple[str, ...], *, actor_id: int) -> list[int]:
    found = list(
        tx.scalars(
            select(col(Account.id)).where(
                or_(
                    func.lower(col(Account.username)).in_(names),
                    func.lower(col(Account.name)).in_(names),
                )
            )
        )
    )
    return [*found, actor_id] if "me" in names else found
