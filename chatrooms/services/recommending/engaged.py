"""Who goes to which public room: what tells that the same people go to two rooms. Only sums of it
are ever used, never whose they are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from sqlalchemy import Select, func, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, Membership, Visit, table_of
from chatrooms.domain.events import Being
from chatrooms.ml.recommend.interest import BOUNCE_S
from chatrooms.ml.recommend.nearness import covisits

_MOST_PAIRS = 1_000_000
_MOST_COMPANIONS = 5_000
_MEMBERS, _VISITS = table_of(Membership), table_of(Visit)

Pairs = set[tuple[int, int]]
"""An account and a room where it goes."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The people whom rooms share."""

    beyond_chance: csr_array
    """How much oftener than by chance the same people go to two rooms: shape (rooms, rooms)."""
    goers: Mapping[int, set[int]]
    """The accounts that go to each room, by its place."""

    def count(self, one: int, other: int) -> int:
        """How many people go to both of two rooms, by their places."""
        nobody: set[int] = set()
        return len(self.goers.get(one, nobody) & self.goers.get(other, nobody))


def shared_people(tx: Transaction, *, room_ids: Sequence[int]) -> Shared:
    """The people whom these rooms share, in their order."""
    pairs = _pairs(tx, room_ids)
    people = len({account_id for account_id, _ in pairs})
    return Shared(covisits(_matrix(pairs, room_ids), people), _by_place(pairs, room_ids))


def shared_with(tx: Transaction, *, room_ids: Sequence[int], known: Collection[int]) -> Shared:
    """As `shared_people`, for the rows of `known` alone: of the other rooms only the people are
    looked at that go to one of these, at most `_MOST_COMPANIONS`."""
    companions = _goers(tx, known)
    pairs = _pairs(tx, room_ids, of=companions)
    counts = _visitors(tx, room_ids)
    visitors = np.array([float(counts.get(each, 0)) for each in room_ids])
    matrix = _matrix(pairs, room_ids)
    # What changed between the questions must not make a room have more people than it has.
    visitors = np.maximum(visitors, np.asarray(matrix.sum(axis=0), dtype=float))
    people = tx.scalar(
        select(func.count())
        .select_from(Account)
        .where(col(Account.kind) == Being.PERSON, col(Account.deactivated_at).is_(None))
    )
    shared = covisits(matrix, people or 0, visitors)
    return Shared(shared, _by_place(pairs, room_ids))


def often_with(tx: Transaction, *, known: Collection[int], limit: int) -> list[int]:
    """The rooms where most people of the known ones go too."""
    companions = _goers(tx, known)
    counts: dict[int, int] = {}
    for _, room_id in _pairs(tx, None, of=companions):
        counts[room_id] = counts.get(room_id, 0) + 1
    others = [room_id for room_id in counts if room_id not in set(known)]
    return sorted(others, key=lambda each: (-counts[each], each))[:limit]


def _goers(tx: Transaction, room_ids: Collection[int]) -> list[int]:
    """People who go to any of the rooms, the newest first."""
    people: set[int] = set()
    for table in (_MEMBERS, _VISITS):
        people.update(
            tx.scalars(
                select(table.c.account_id)
                .where(table.c.room_id.in_(list(room_ids)))
                .group_by(table.c.account_id)
                .order_by(table.c.account_id.desc())
                .limit(_MOST_COMPANIONS)
            )
        )
    return sorted(people, reverse=True)[:_MOST_COMPANIONS]


def _pairs(
    tx: Transaction, room_ids: Sequence[int] | None, *, of: Sequence[int] | None = None
) -> Pairs:
    """Where people go: members, and those who spent time there. `of`: these people alone."""
    found: Pairs = set()
    for question in (_joined(), _stayed()):
        columns = question.selected_columns
        if room_ids is not None:
            question = question.where(columns.room_id.in_(list(room_ids)))
        if of is not None:
            question = question.where(columns.account_id.in_(list(of)))
        found.update((row[0], row[1]) for row in tx.execute(question.limit(_MOST_PAIRS)))
    return found


def _visitors(tx: Transaction, room_ids: Sequence[int]) -> dict[int, int]:
    """How many people go to each room."""
    counts: dict[int, int] = {}
    for _, room_id in _pairs(tx, room_ids):
        counts[room_id] = counts.get(room_id, 0) + 1
    return counts


def _joined() -> Select[int, int]:
    people = select(col(Account.id)).where(col(Account.kind) == Being.PERSON)
    return select(_MEMBERS.c.account_id, _MEMBERS.c.room_id).where(
        _MEMBERS.c.account_id.in_(people)
    )


def _stayed() -> Select[int, int]:
    return (
        select(_VISITS.c.account_id, _VISITS.c.room_id)
        .group_by(_VISITS.c.account_id, _VISITS.c.room_id)
        .having(func.sum(_VISITS.c.seconds) >= BOUNCE_S)
    )


def _by_place(pairs: Pairs, room_ids: Sequence[int]) -> dict[int, set[int]]:
    places = {room_id: place for place, room_id in enumerate(room_ids)}
    found: defaultdict[int, set[int]] = defaultdict(set)
    for account_id, room_id in pairs:
        if room_id in places:
            found[places[room_id]].add(account_id)
    return dict(found)


def _matrix(pairs: Pairs, room_ids: Sequence[int]) -> csr_array:
    """Shape (people, rooms), 1 where a person goes."""
    places = {room_id: place for place, room_id in enumerate(room_ids)}
    inside = sorted((a, places[r]) for a, r in pairs if r in places)
    people = {account_id: row for row, account_id in enumerate(dict.fromkeys(a for a, _ in inside))}
    rows = [people[a] for a, _ in inside]
    columns = [place for _, place in inside]
    shape = (len(people), len(room_ids))
    return csr_array((np.ones(len(inside)), (rows, columns)), shape=shape)
