"""Which tables hold something of a person, and what becomes of that.

Every table with an `account_id` belongs to its person unless it is named here: its rows are handed
out on request and deleted with the account, so a new table is treated so by itself.
"""

from collections.abc import Iterator

from sqlalchemy import Column, LargeBinary, Table
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import SQLModel

OTHERWISE = {
    "attachments": "files go with their message; waiting ones and avatars with the account",
    "account_deletions": "what is being done",
    "data_exports": "the file goes with the row",
    "memberships": "ended one by one, so that rooms know of it",
    "message_votes": "counted, and without a name",
    "moderation_log": "what moderation decided, without a name",
    "poll_votes": "counted, and without a name",
    "reactions": "counted, and without a name",
    "sanctions": "what moderation decided, without a name",
    "sanction_appeals": "its words are erased",
}
"""Tables with an `account_id` whose rows are not simply deleted with the account, and why."""
_NOT_HANDED_OUT = {
    "account_deletions",
    "data_exports",
    "moderation_log",
    "tickets",
}
_HIDDEN_COLUMNS = {"account_id", "author_id", "reporter_id", "token", "client_id", "rests_on"}
_HIDDEN_TYPES = (LargeBinary, TSVECTOR)


def own_tables() -> Iterator[Table]:
    """The tables whose rows have an account as `account_id`, by name."""
    for name, table in sorted(SQLModel.metadata.tables.items()):
        column = table.columns.get("account_id")
        if column is not None and name != "accounts" and _refers_to_account(column):
            yield table


def deleted_tables() -> list[Table]:
    """Those whose rows are deleted with the account."""
    return [table for table in own_tables() if table.name not in OTHERWISE]


def handed_out_tables() -> list[Table]:
    """Those whose rows are handed out as they are."""
    return [
        table
        for table in own_tables()
        if table.name not in _NOT_HANDED_OUT and table.name != "attachments"
    ]


def shown_columns(table: Table) -> list[Column[object]]:
    """The columns of a table that a person gets of the own rows: no secret, and nobody else."""
    return [
        column
        for column in table.columns
        if column.name not in _HIDDEN_COLUMNS
        and not isinstance(column.type, _HIDDEN_TYPES)
        and not _refers_to_account(column)
    ]


def _refers_to_account(column: Column[object]) -> bool:
    return any(key.target_fullname == "accounts.id" for key in column.foreign_keys)
