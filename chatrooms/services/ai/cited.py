"""The messages that something written by the assistant rests on, as far as they may be shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, Message, table_of
from chatrooms.domain.events import Person
from chatrooms.domain.moderation import Status
from chatrooms.domain.text import excerpt

PREVIEW_CHARS = 600
_MESSAGES, _ACCOUNTS = table_of(Message), table_of(Account)
IS_CITABLE: Any = (
    col(Message.position).is_not(None)
    & col(Message.deleted_at).is_(None)
    & (col(Message.withheld) == "")
    & (col(Message.status) == Status.APPROVED)
)
"""Whether the assistant may rest on a message: it is approved, and everybody in the room sees
it."""
_SELECT: Any = select(
    _MESSAGES.c.id,
    _MESSAGES.c.body,
    _MESSAGES.c.sent_at,
    _MESSAGES.c.edited_at,
    _MESSAGES.c.thread_id,
    _ACCOUNTS.c.id.label("author_id"),
    _ACCOUNTS.c.username,
    _ACCOUNTS.c.name,
    _ACCOUNTS.c.hue,
    _ACCOUNTS.c.avatar,
    _ACCOUNTS.c.kind.label("author_kind"),
).join(_ACCOUNTS, _ACCOUNTS.c.id == _MESSAGES.c.author_id)


@dataclass(frozen=True, slots=True)
class CitedMessage:
    """A message in short, to be named as a source."""

    message_id: int
    author: Person
    text: str
    """The beginning of it, on one line."""
    preview: str
    """More of it, as it was written."""
    sent_at: datetime
    edited_at: datetime | None
    in_thread: bool

    def stood_at(self, moment: datetime) -> bool:
        """Whether it says the same as then."""
        return self.edited_at is None or self.edited_at <= moment


def read_cited(tx: Transaction, *, room_id: int, ids: Iterable[int]) -> dict[int, CitedMessage]:
    """Those of the messages that are in this room and may be shown, by id."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = tx.execute(
        _SELECT.where(col(Message.room_id) == room_id, col(Message.id).in_(wanted), IS_CITABLE)
    ).all()
    return {row.id: _cited(row) for row in rows}


def _cited(row: Any) -> CitedMessage:
    return CitedMessage(
        message_id=row.id,
        author=Person(
            id=row.author_id,
            username=row.username,
            name=row.name,
            hue=row.hue,
            avatar=row.avatar,
            kind=row.author_kind,
        ),
        text=excerpt(row.body),
        preview=row.body[:PREVIEW_CHARS] + ("\u2026" if len(row.body) > PREVIEW_CHARS else ""),
        sent_at=row.sent_at,
        edited_at=row.edited_at,
        in_thread=row.thread_id is not None,
    )
