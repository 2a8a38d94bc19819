"""What people say themselves: the subjects that they are interested in, and the rooms that they are
not."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import DeclinedRoom, Interest, Room, Topic, table_of
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.permissions import Permission
from chatrooms.domain.recommending import MAX_INTERESTS
from chatrooms.services.access import access_account, access_room
from chatrooms.services.access_rooms import IS_PUBLISHED
from chatrooms.services.recommending.requests import ask

_ROOMS, _TOPICS = table_of(Room), table_of(Topic)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that one may be interested in."""

    word: str
    is_picked: bool


def list_subjects(deps: Deps, *, actor_id: int, limit: int = 18) -> list[Subject]:
    """The subjects that the actor picked, and what else the most public rooms are about: at most
    `limit` of these. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        mine = list(
            tx.scalars(
                select(col(Interest.word))
                .where(col(Interest.account_id) == actor_id)
                .order_by(col(Interest.word))
            )
        )
        offered = _offered(tx, limit=limit)
    others = [word for word in offered if word not in mine]
    return [Subject(word, True) for word in mine] + [Subject(word, False) for word in others]


def _offered(tx: Transaction, *, limit: int, among: Sequence[str] | None = None) -> list[str]:
    """Tags and names of topics, those of the most public rooms first."""
    size = _ROOMS.c.member_count
    tags = select(func.lower(func.unnest(_ROOMS.c.tags)).label("word"), size).where(IS_PUBLISHED)
    topics = (
        select(func.lower(_TOPICS.c.name), size)
        .join(_ROOMS, _ROOMS.c.topic_id == _TOPICS.c.id)
        .where(IS_PUBLISHED)
    )
    found = union_all(tags, topics).subquery()
    words = select(found.c.word).group_by(found.c.word)
    if among is not None:
        words = words.where(found.c.word.in_(among))
    most = words.order_by(func.count().desc(), func.sum(found.c.member_count).desc(), found.c.word)
    return list(tx.scalars(most.limit(limit)))


def set_interest(deps: Deps, *, actor_id: int, word: str, is_on: bool) -> None:
    """Pick a subject, or give it up. What one picks is recommended from then on.

    Raises: InvalidInput if no public room is about it, or too many are picked; NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        # Clicks on two subjects at once must not both be the last that is allowed.
        tx.refresh(account, with_for_update={"key_share": True})
        mine = set(
            tx.scalars(select(col(Interest.word)).where(col(Interest.account_id) == actor_id))
        )
        word = word.lower()
        if is_on and word not in mine:
            if not _offered(tx, limit=1, among=[word]):
                raise InvalidInput("No public room is about that.")
            if len(mine) >= MAX_INTERESTS:
                raise InvalidInput(f"You can pick at most {MAX_INTERESTS} subjects.")
            tx.add(Interest(account_id=actor_id, word=word))
        elif not is_on:
            tx.execute(
                delete(Interest).where(
                    col(Interest.account_id) == actor_id, col(Interest.word) == word
                )
            )
        ask(tx, deps, account_ids=[actor_id])


def decline(deps: Deps, *, actor_id: int, room_id: int) -> None:
    """Never recommend a room to the actor again. Twice is fine. Raises: RoomUnavailable."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        row = insert(DeclinedRoom).values(account_id=actor_id, room_id=access.room_id)
        tx.execute(row.on_conflict_do_nothing())
        ask(tx, deps, account_ids=[actor_id])


def take_back(deps: Deps, *, actor_id: int, room_id: int) -> None:
    """The room may be recommended to the actor again. Raises: RoomUnavailable."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        tx.execute(
            delete(DeclinedRoom).where(
                col(DeclinedRoom.account_id) == actor_id,
                col(DeclinedRoom.room_id) == access.room_id,
            )
        )
        ask(tx, deps, account_ids=[actor_id])
