"""Mentions: whom a message tells by name, and whom one can choose from while writing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Membership
from chatrooms.domain import events
from chatrooms.domain.mentions import Mentions
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import searchable
from chatrooms.services import threads
from chatrooms.services.access import RoomAccess, access_room
from chatrooms.services.notify import notify
from chatrooms.services.people import person_of


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Whom somebody who writes may mean."""

    people: list[events.Person]
    may_call_everybody: bool


def tell_mentioned(
    tx: Transaction,
    deps: Deps,
    *,
    access: RoomAccess,
    mentions: Mentions,
    message_id: int,
    thread_id: int | None,
) -> Collection[int]:
    """Tell the members whom a stored message of the actor mentions; they follow its thread. The
    accounts that were meant, whether or not they want to hear of it.

    All members are meant only by those who may call them.
    """
    if not mentions:
        return ()
    found = set(tx.scalars(_members(access.room_id, _named(mentions))).all())
    if thread_id is not None:
        threads.follow(tx, deps, thread_id=thread_id, account_ids=found - {access.actor.id})
    if mentions.is_everybody and Permission.CALL_EVERYBODY in access.permissions:
        found.update(tx.scalars(_members(access.room_id)).all())
    notify(
        tx,
        deps,
        account_ids=found,
        kind=Kind.MENTION,
        group_key=str(message_id),
        by_id=access.actor.id,
        room_id=access.room_id,
        message_id=message_id,
        thread_id=thread_id,
    )
    return found


def _named(mentions: Mentions) -> Select[Any]:
    return select(col(Account.id)).where(func.lower(col(Account.username)).in_(mentions.names))


def _members(room_id: int, among: Select[Any] | None = None) -> Select[Any]:
    wanted = (
        select(col(Account.id))
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(col(Membership.room_id) == room_id, col(Account.deactivated_at).is_(None))
    )
    return wanted if among is None else wanted.where(col(Account.id).in_(among))


def suggest(deps: Deps, *, actor_id: int, room_id: int, query: str, limit: int = 8) -> Suggestions:
    """Members whose user name, or a word of whose name, begins so; those who wrote so first.

    Raises: RoomUnavailable.
    """
    word = searchable(query)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        username, name = func.lower(col(Account.username)), func.lower(col(Account.name))
        rows = tx.scalars(
            select(Account)
            .join(Membership, col(Membership.account_id) == col(Account.id))
            .where(
                col(Membership.room_id) == room_id,
                col(Account.deactivated_at).is_(None),
                or_(
                    username.startswith(word, autoescape=True),
                    name.startswith(word, autoescape=True),
                    name.contains(f" {word}", autoescape=True),
                ),
            )
            .order_by((username == word).desc(), name, col(Account.id))
            .limit(limit)
        ).all()
    may_call = Permission.CALL_EVERYBODY in access.permissions
    return Suggestions([person_of(account) for account in rows], may_call)
