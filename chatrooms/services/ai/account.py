"""The account under which the assistant writes in rooms: one per installation, made at first need,
without a password, so that nobody can sign in to it."""

from collections.abc import Collection
from itertools import chain

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account
from chatrooms.domain.errors import ServiceUnavailable
from chatrooms.domain.events import Being
from chatrooms.services.people import hue_of

NAME = "assistant"
RESERVED = frozenset({NAME, "assistant-bot", "agent"})
"""User names that nobody can sign up with."""
_IF_TAKEN = ("assistant-bot", *(f"assistant-bot-{n}" for n in range(2, 100)))
"""What it is called where people have those names already."""


def find_assistant(tx: Transaction) -> Account | None:
    """The assistant's account, if it was needed before."""
    return tx.scalars(
        select(Account).where(col(Account.kind) == Being.ASSISTANT.value)
    ).one_or_none()


def ensure_assistant(tx: Transaction) -> Account:
    """The assistant's account. Safe to repeat, and at once in several transactions."""
    found = find_assistant(tx)
    for name in chain((NAME,), _IF_TAKEN):
        if found is not None:
            return found
        tx.execute(
            insert(Account)
            .values(
                username=name,
                name="Assistant",
                hue=hue_of(name),
                kind=Being.ASSISTANT.value,
                password_hash="",
                is_admin=False,
            )
            .on_conflict_do_nothing()
        )
        # If nothing was stored, somebody has that name, or another transaction was first.
        found = find_assistant(tx)
    raise ServiceUnavailable


def find_called(tx: Transaction, *, names: Collection[str]) -> Account | None:
    """The assistant, if one of these user names, in lower case, is its own and it is in use."""
    if not any(name.startswith(NAME) for name in names):
        return None
    assistant = ensure_assistant(tx)
    is_called = assistant.username.lower() in names and assistant.deactivated_at is None
    return assistant if is_called else None
