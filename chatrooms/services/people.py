"""The public face of accounts, as rows and events carry it."""

import hashlib

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account
from chatrooms.domain.events import Being, Person


def person_of(account: Account) -> Person:
    """What everybody may see of an account."""
    return Person(
        id=account.id,
        username=account.username,
        name=account.name,
        hue=account.hue,
        avatar=account.avatar,
        kind=Being(account.kind),
    )


def hue_of(username: str) -> int:
    """The colour of an account's avatar, in degrees, derived from its name."""
    return int.from_bytes(hashlib.sha256(username.lower().encode()).digest()[:2]) % 360


def list_people(deps: Deps, *, account_ids: list[int]) -> list[Person]:
    """The people with these ids, by name. For the hub's presence lists."""
    with transaction(deps.sessions) as tx:
        accounts = tx.scalars(
            select(Account).where(col(Account.id).in_(account_ids)).order_by(col(Account.name))
        ).all()
    return [person_of(account) for account in accounts]
