"""The accounts under which the language model writes in rooms: one per installation for answers,
one for what it says by itself. They are made at first need, without a password, so that nobody can
sign in to them."""

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
_NAMES = {Being.ASSISTANT: (NAME, "Assistant"), Being.AGENT: ("agent", "Room agent")}
"""What they are called: user name and name."""
RESERVED = frozenset(
    name for username, _ in _NAMES.values() for name in (username, f"{username}-bot")
)
"""User names that nobody can sign up with."""


def find_ai(tx: Transaction, being: Being) -> Account | None:
    """The account of this kind, if it was needed before."""
    return tx.scalars(select(Account).where(col(Account.kind) == being.value)).one_or_none()


def ensure_ai(tx: Transaction, being: Being) -> Account:
    """The account of this kind. Safe to repeat, and at once in several transactions."""
    found = find_ai(tx, being)
    wanted, shown = _NAMES[being]
    if_taken = (f"{wanted}-bot", *(f"{wanted}-bot-{n}" for n in range(2, 100)))
    for name in chain((wanted,), if_taken):
        if found is not None:
            return found
        tx.execute(
            insert(Account)
            .values(
                username=name,
                name=shown,
                hue=hue_of(name),
                kind=being.value,
                password_hash="",
                is_admin=False,
            )
            .on_conflict_do_nothing()
        )
        # If nothing was stored, somebody has that name, or another transaction was first.
        found = find_ai(tx, being)
    raise ServiceUnavailable


def list_ai_ids(tx: Transaction) -> Collection[int]:
    """The ids of the accounts under which the language model writes."""
    return tx.scalars(select(col(Account.id)).where(col(Account.kind) != Being.PERSON.value)).all()


def ensure_assistant(tx: Transaction) -> Account:
    """The assistant's account, as `ensure_ai`."""
    return ensure_ai(tx, Being.ASSISTANT)


def find_called(tx: Transaction, *, names: Collection[str]) -> Account | None:
    """The assistant, if one of these user names, in lower case, is its own and it is in use."""
    if not any(name.startswith(NAME) for name in names):
        return None
    assistant = ensure_assistant(tx)
    is_called = assistant.username.lower() in names and assistant.deactivated_at is None
    return assistant if is_called else None
