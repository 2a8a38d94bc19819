"""The messages that something written by the assistant rests on, as far as they may be shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, AssistantTurn, Message, table_of
from chatrooms.domain.events import Being, Person
from chatrooms.domain.moderation import Status
from chatrooms.domain.text import excerpt

PREVIEW_CHARS = 600
_MESSAGES, _ACCOUNTS = table_of(Message), table_of(Account)
IS_CITABLE: Any = (
    col(Message.position).is_not(None)
    & col(Message.deleted_at).is_(None)
    & (col(Message.withheld) == "")
    & (col(Message.status) == Status.APPROVED)
    & col(Message.author_id).not_in(
        select(col(Account.id)).where(col(Account.kind) != Being.PERSON.value)
    )
)
"""Whether the assistant may rest on a message: it is approved, everybody in the room sees it, and
a person wrote it. What the language model says rests on messages that may be gone by then."""
_CITED: Any = (
    select(
        _MESSAGES.c.id,
        _MESSAGES.c.body,
        _MESSAGES.c.sent_at,
        _MESSAGES.c.thread_id,
        _ACCOUNTS.c.id.label("author_id"),
        _ACCOUNTS.c.username,
        _ACCOUNTS.c.name,
        _ACCOUNTS.c.hue,
        _ACCOUNTS.c.avatar,
        _ACCOUNTS.c.kind.label("author_kind"),
    )
    .join(_ACCOUNTS, _ACCOUNTS.c.id == _MESSAGES.c.author_id)
    .where(
        col(Message.room_id) == bindparam("room"),
        col(Message.id) == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        IS_CITABLE,
    )
)


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
    in_thread: bool


def read_cited(tx: Transaction, *, room_id: int, ids: Iterable[int]) -> dict[int, CitedMessage]:
    """Those of the messages that are in this room and may be shown, by id."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = tx.execute(_CITED, {"room": room_id, "ids": wanted}).all()
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
        in_thread=row.thread_id is not None,
    )


def still_says(tx: Transaction, *, room_id: int, revisions: Mapping[int, int]) -> bool:
    """Whether each of these messages of a room may be cited and says what it did in that
    revision."""
    if not revisions:
        return True
    now = tx.execute(
        select(col(Message.id), col(Message.revision)).where(
            col(Message.room_id) == room_id, col(Message.id).in_(revisions), IS_CITABLE
        )
    ).all()
    return {row.id: row.revision for row in now} == dict(revisions)


_READ = (
    func.unnest(col(AssistantTurn.rests_on), col(AssistantTurn.revisions))
    .table_valued("id", "revision")
    .render_derived("read")
)
_STANDS: Any = (
    (col(Message.id) == _READ.c.id)
    & (col(Message.revision) == _READ.c.revision)
    & (col(Message.room_id) == col(AssistantTurn.room_id))
    & IS_CITABLE
)
_IS_OUTDATED: Any = (
    select(_READ.c.id)
    .select_from(_READ.outerjoin(_MESSAGES, _STANDS))
    .where(col(Message.id).is_(None))
    .correlate(AssistantTurn)
    .exists()
)
_OUTDATED: Any = select(col(AssistantTurn.id)).where(
    col(AssistantTurn.id) == any_(bindparam("ids", type_=ARRAY(BigInteger))), _IS_OUTDATED
)


def find_outdated(tx: Transaction, turn_ids: Sequence[int]) -> set[int]:
    """Those of the turns that may rest on a message which says something else by now, or may not be
    cited any more."""
    if not turn_ids:
        return set()
    return set(tx.scalars(_OUTDATED, {"ids": list(turn_ids)}))
