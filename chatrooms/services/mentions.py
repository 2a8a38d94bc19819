"""Mentions: whom a message tells by name, and whom one can choose from while writing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Membership
from chatrooms.domain import events
from chatrooms.domain.errors import NotAllowed
from chatrooms.domain.events import Being
from chatrooms.domain.mentions import EVERYBODY, Mentions, mentions_in
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import searchable
from chatrooms.services import threads
from chatrooms.services.access import RoomAccess, access_any_message, access_room
from chatrooms.services.ai.account import ensure_assistant, find_called
from chatrooms.services.notify import notify
from chatrooms.services.people import person_of

_MAX_UNHEARD = 10


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Whom somebody who writes may mean."""

    people: list[events.Person]
    may_call_everybody: bool


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a text of the actor means: members by name, and perhaps all of them."""

    by_name: Mapping[str, int]
    """Account ids by user name in lower case."""
    is_everybody: bool = False
    assistant: str = ""
    """The assistant's user name in lower case, if the text calls it and the room has it."""

    @property
    def words(self) -> tuple[str, ...]:
        """What of the text is a mention, as messages carry it."""
        names = [*self.by_name, *([self.assistant] if self.assistant else [])]
        return (*sorted(names), *([EVERYBODY] if self.is_everybody else []))

    def without(self, before: Mentions) -> "Meant":
        """Those whom the text did not mention before."""
        new = {name: each for name, each in self.by_name.items() if name not in before.names}
        return Meant(new, self.is_everybody and not before.is_everybody)


def find_meant(tx: Transaction, *, access: RoomAccess, mentions: Mentions) -> Meant:
    """Whom the actor's text means in this room. Others of that name are not in the room, and all
    members are meant only by those who may call them. What the assistant writes means nobody: it
    may repeat what anybody wrote."""
    if not mentions or access.actor.is_ai:
        return Meant({})
    rows = tx.execute(
        select(func.lower(col(Account.username)), col(Account.id))
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(
            col(Membership.room_id) == access.room_id,
            col(Account.deactivated_at).is_(None),
            col(Account.kind) == Being.PERSON.value,
            func.lower(col(Account.username)).in_(mentions.names),
        )
    ).all()
    assistant = find_called(tx, names=mentions.names) if access.facts.has_assistant else None
    calls = mentions.is_everybody and Permission.CALL_EVERYBODY in access.permissions
    called = assistant.username.lower() if assistant is not None else ""
    return Meant({row[0]: row[1] for row in rows}, calls, called)


def tell_mentioned(
    tx: Transaction,
    deps: Deps,
    *,
    access: RoomAccess,
    meant: Meant,
    message_id: int,
    thread_id: int | None,
) -> Collection[int]:
    """Tell the members whom a stored message of the actor means; they follow its thread. The
    accounts that were meant, whether or not they want to hear of it."""
    if not meant.words:
        return ()
    found = set(meant.by_name.values())
    if thread_id is not None:
        threads.follow(tx, deps, thread_id=thread_id, account_ids=found - {access.actor.id})
    if meant.is_everybody:
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


def _members(room_id: int) -> Select[Any]:
    return (
        select(col(Account.id))
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(
            col(Membership.room_id) == room_id,
            col(Account.deactivated_at).is_(None),
            col(Account.kind) == Being.PERSON.value,
        )
    )


@dataclass(frozen=True, slots=True)
class Unheard:
    """What of a message looks like a mention and told nobody."""

    names: tuple[str, ...] = ()
    """User names of people who are not in the room."""
    is_everybody: bool = False
    """Whether its author called everybody and may not."""
    thread_id: int | None = None
    """The message in whose thread it is a reply."""
    is_assistant_off: bool = False
    """Whether it calls the assistant, which the room does not have."""


def find_unheard(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> Unheard:
    """Whom the actor's own message names in vain, at most ten.

    Raises: NotAllowed for others' messages; as `access_any_message`.
    """
    with transaction(deps.sessions) as tx:
        access, message = access_any_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        if message.author_id != actor_id:
            raise NotAllowed
        mentions, heard = mentions_in(message.newest_text), tuple(message.mentions)
        if message.held_edit is not None:
            heard = find_meant(tx, access=access, mentions=mentions).words
        is_everybody = mentions.is_everybody and EVERYBODY not in heard
        rest = mentions.names.difference(heard)
        names = tx.scalars(
            select(col(Account.username))
            .where(
                func.lower(col(Account.username)).in_(rest),
                col(Account.deactivated_at).is_(None),
                col(Account.kind) == Being.PERSON.value,
            )
            .order_by(func.lower(col(Account.username)))
            .limit(_MAX_UNHEARD)
        ).all()
        is_off = find_called(tx, names=rest) is not None
        return Unheard(tuple(names), is_everybody, message.thread_id, is_off)


def suggest(deps: Deps, *, actor_id: int, room_id: int, query: str, limit: int = 8) -> Suggestions:
    """Members whose user name, or a word of whose name, begins so, by name; then the
    assistant, if the room has it.

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
                col(Account.kind) == Being.PERSON.value,
                or_(
                    username.startswith(word, autoescape=True),
                    name.startswith(word, autoescape=True),
                    name.contains(f" {word}", autoescape=True),
                ),
            )
            .order_by((username == word).desc(), name, col(Account.id))
            .limit(limit)
        ).all()
        assistant = _suggested_assistant(tx, access, word)
        found = [*rows[: limit - len(assistant)], *assistant]
    may_call = Permission.CALL_EVERYBODY in access.permissions
    return Suggestions([person_of(account) for account in found], may_call)


def _suggested_assistant(tx: Transaction, access: RoomAccess, word: str) -> list[Account]:
    if not access.facts.has_assistant:
        return []
    assistant = ensure_assistant(tx)
    fits = assistant.username.lower().startswith(word) and assistant.deactivated_at is None
    return [assistant] if fits else []
