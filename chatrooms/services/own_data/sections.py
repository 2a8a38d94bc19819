"""What is kept of a person, section by section."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import (
    Account,
    AppealRow,
    AttachmentRow,
    Invitation,
    Message,
    MessageEdit,
    PollRow,
    ReportRow,
    Room,
    SavedMessage,
    table_of,
)
from chatrooms.services.access_rooms import may_read
from chatrooms.services.ai.cited import find_outdated
from chatrooms.services.own_data.holdings import handed_out_tables, shown_columns

_AT_ONCE = 500
_ROOMS, _MESSAGES = table_of(Room), table_of(Message)
_TITLES = {
    "assistant_turns": "Asked of the assistant",
    "drafts": "Drafts",
    "join_requests": "Asked to join",
    "memberships": "Rooms you are in",
    "message_votes": "Votes",
    "poll_votes": "Votes in polls",
    "saved_messages": "Saved messages",
    "sanction_appeals": "Appeals against time-outs and bans",
    "sanctions": "Time-outs and bans",
    "sessions": "Where you are signed in",
    "thread_drafts": "Drafts of replies",
    "thread_follows": "Followed threads",
    "visits": "Where you spent time",
}

_OF_PERSON = (
    (table_of(AttachmentRow).c.account_id, "Files"),
    (table_of(AppealRow).c.author_id, "Appeals against removals"),
    (table_of(ReportRow).c.reporter_id, "Reports"),
    (table_of(Invitation).c.created_by, "Invitation links"),
)
"""What else is a person's, and the column that says whose."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind, read a few at a time."""

    name: str
    title: str
    rows: Callable[[], Iterator[Row]]


def profile_of(account: Account) -> Row:
    """What is kept of the account itself, without the password's hash."""
    columns = shown_columns(table_of(Account))
    hidden = {"password_hash", "avatar", "kind"}
    return {c.name: getattr(account, c.name) for c in columns if c.name not in hidden}


def list_sections(tx: Transaction, *, account_id: int) -> list[Section]:
    """All sections, those with messages first. The caller acts for the account, in a transaction
    that stays open while rows are read.

    What others said is in it only where the person may read it now; what the person said, always.
    """
    return [
        *_of_messages(tx, account_id),
        *(_of_table(tx, table, account_id) for table in handed_out_tables()),
    ]


def _of_messages(tx: Transaction, account_id: int) -> Iterator[Section]:
    mine = _MESSAGES.c.author_id == account_id
    of_message = _MESSAGES.c.room_id
    edits, polls = table_of(MessageEdit), table_of(PollRow)
    read = partial(_section, tx, account_id=account_id)
    yield read("messages", "Messages", _select(_MESSAGES).where(mine))
    for table, title in ((edits, "What messages said before"), (polls, "Polls")):
        joined = _select(table, of_message).join(_MESSAGES, _MESSAGES.c.id == table.c.message_id)
        yield read(table.name, title, joined.where(mine))
    for column, title in _OF_PERSON:
        yield read(column.table.name, title, _select(column.table).where(column == account_id))


def _of_table(tx: Transaction, table: Table, account_id: int) -> Section:
    title = _TITLES.get(table.name, table.name.replace("_", " ").capitalize())
    wanted = _select(table).where(table.c.account_id == account_id)
    if table is table_of(SavedMessage):
        text = case((_MESSAGES.c.withheld == "", _MESSAGES.c.body), else_="").label("text")
        wanted = (
            _select(table, _MESSAGES.c.room_id, text)
            .join(_MESSAGES, _MESSAGES.c.id == table.c.message_id)
            .where(table.c.account_id == account_id)
        )
    return _section(tx, table.name, title, wanted, account_id=account_id)


def _select(table: Table, *more: ColumnElement[Any]) -> Select[Any]:
    """The rows of a table in order, without secrets and other people."""
    columns = (*shown_columns(table), *more)
    return select(*columns).select_from(table).order_by(*table.primary_key.columns)


def _section(
    tx: Transaction, name: str, title: str, wanted: Select[Any], *, account_id: int
) -> Section:
    def rows() -> Iterator[Row]:
        found = tx.execute(wanted, execution_options={"yield_per": _AT_ONCE})
        for part in found.mappings().partitions():
            batch = [dict(row) for row in part]
            _name_rooms(tx, batch, account_id=account_id)
            yield from _as_shown(tx, name, batch)

    return Section(name, title, rows)


def _name_rooms(tx: Transaction, batch: Sequence[Row], *, account_id: int) -> None:
    """Add the rooms' names to rows that have a room, empty for those that one may not read now."""
    room_ids = {row["room_id"] for row in batch if row.get("room_id")}
    if not room_ids:
        return
    readable = select(_ROOMS.c.id, _ROOMS.c.name).where(
        _ROOMS.c.id.in_(room_ids), may_read(room_id=_ROOMS.c.id, account_id=account_id)
    )
    names: dict[int, str] = {row.id: row.name for row in tx.execute(readable)}
    for row in batch:
        row["room"] = names.get(row["room_id"], "")


def _as_shown(tx: Transaction, name: str, batch: Sequence[Row]) -> Sequence[Row]:
    """The rows without what others said and the person may not see any more."""
    match name:
        case "notifications":
            return [row for row in batch if row["room_id"] is None or row["room"]]
        case "saved_messages":
            return [row if row["room"] else row | {"text": ""} for row in batch]
        case "assistant_turns":
            outdated = find_outdated(tx, [row["id"] for row in batch if row["answer"]])
            hidden = [row["id"] in outdated or not row["room"] for row in batch]
            return [
                row | {"answer": ""} if is_hidden else row
                for row, is_hidden in zip(batch, hidden, strict=True)
            ]
        case _:
            return batch


def files_of(tx: Transaction, *, account_id: int) -> Iterator[tuple[int, str, str]]:
    """Id, token and name of the files that the account uploaded."""
    wanted = (
        select(col(AttachmentRow.id), col(AttachmentRow.token), col(AttachmentRow.name))
        .where(col(AttachmentRow.account_id) == account_id)
        .order_by(col(AttachmentRow.id))
    )
    for row in tx.execute(wanted, execution_options={"yield_per": _AT_ONCE}):
        yield row[0], row[1], row[2]
