"""Where somebody can go: rooms by name, the unread ones first, and people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Membership, Room, table_of
from chatrooms.domain.events import Person
from chatrooms.domain.notifications import Notify
from chatrooms.domain.text import MAX_NAME_CHARS, searchable
from chatrooms.services.access import access_account
from chatrooms.services.bans import is_banned
from chatrooms.services.people import person_of

_MAX_WORDS = 6
_WORD = re.compile(r"[^\W_]+")
_ROOMS, _MEMBERSHIPS = table_of(Room), table_of(Membership)
_UNREAD = case(
    (_MEMBERSHIPS.c.notify == Notify.NOTHING.value, 0),
    else_=func.greatest(_ROOMS.c.message_count - _MEMBERSHIPS.c.read_ordinal, 0),
)
_ROOM: Any = select(
    _ROOMS.c.slug,
    _ROOMS.c.name,
    _ROOMS.c.topic,
    _ROOMS.c.is_private,
    _ROOMS.c.archived_at,
    _MEMBERSHIPS.c.account_id.is_not(None).label("is_mine"),
    func.coalesce(_UNREAD, 0).label("unread"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A room to go to."""

    slug: str
    name: str
    topic: str
    is_private: bool
    is_archived: bool
    is_mine: bool
    unread: int


def list_places(deps: Deps, *, actor_id: int, query: str = "", limit: int = 12) -> list[Place]:
    """Rooms that the actor is in, and public ones, in whose name or topic each word begins a word.

    Names that begin with the query come first, then the actor's own rooms, then unread ones;
    without a query only the actor's own are listed. Raises: NotSignedIn.
    """
    typed = " ".join(_words(query))
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        mine = and_(_MEMBERSHIPS.c.room_id == _ROOMS.c.id, _MEMBERSHIPS.c.account_id == actor_id)
        found = _ROOM.select_from(_ROOMS).outerjoin(_MEMBERSHIPS, mine)
        is_mine = _MEMBERSHIPS.c.account_id.is_not(None)
        is_open = (
            ~_ROOMS.c.is_private
            & _ROOMS.c.archived_at.is_(None)
            & ~is_banned(room_id=_ROOMS.c.id, account_id=actor_id)
        )
        found = found.where(or_(is_mine, is_open) if typed else is_mine)
        for word in typed.split():
            found = found.where(_fits(word))
        rows: Sequence[Any] = tx.execute(found.order_by(*_order(typed)).limit(limit)).all()
    return [_place(row) for row in rows]


def find_people(deps: Deps, *, actor_id: int, query: str, limit: int = 5) -> list[Person]:
    """Active accounts in whose name or user name each word of the query begins a word; none for an
    empty query. Raises: NotSignedIn.
    """
    words = _words(query)
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        found = select(Account).where(col(Account.deactivated_at).is_(None))
        for word in words:
            text = func.lower(func.concat(" ", col(Account.name), " ", col(Account.username)))
            found = found.where(_plain(text).contains(f" {word}"))
        found = found.order_by(func.length(col(Account.name)), col(Account.id)).limit(limit)
        return [person_of(account) for account in tx.scalars(found)] if words else []


def _words(query: str) -> list[str]:
    return _WORD.findall(searchable(query)[: 2 * MAX_NAME_CHARS])[:_MAX_WORDS]


def _plain(text: Any) -> Any:
    return func.regexp_replace(text, "[^[:alnum:]]+", " ", "g")


def _fits(word: str) -> ColumnElement[bool]:
    """Whether a word of the name or topic begins so, or letters of the name follow one another so:
    "gdn" finds the garden."""
    text = func.concat(" ", _ROOMS.c.name, " ", _ROOMS.c.slug, " ", _ROOMS.c.topic)
    begins = _plain(func.lower(text)).contains(f" {word}")
    name = func.lower(_ROOMS.c.name)
    return or_(begins, name.contains(word), name.like(f"{'%'.join(word)}%"))


def _order(typed: str) -> list[Any]:
    is_archived = _ROOMS.c.archived_at.is_not(None)
    by_name = [func.lower(_ROOMS.c.name), _ROOMS.c.id]
    unread_first = case((func.coalesce(_UNREAD, 0) > 0, 0), else_=1)
    if not typed:
        return [unread_first, is_archived, *by_name]
    name = func.lower(_ROOMS.c.name)
    begins = case(
        (name.startswith(typed), 0),
        (func.concat(" ", name).contains(f" {typed}"), 1),
        (name.contains(typed), 2),
        else_=3,
    )
    is_other = _MEMBERSHIPS.c.account_id.is_(None)
    return [begins, is_archived, is_other, unread_first, _ROOMS.c.member_count.desc(), *by_name]


def _place(row: Any) -> Place:
    return Place(
        slug=row.slug,
        name=row.name,
        topic=row.topic,
        is_private=row.is_private,
        is_archived=row.archived_at is not None,
        is_mine=row.is_mine,
        unread=row.unread,
    )
