"""The rooms among which some people's next rooms are looked for, and how near they are to each
other: all public rooms, or of very many those near to what these people know."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import func, select

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message, Room, table_of
from chatrooms.ml.embed.embedder import Vectors
from chatrooms.ml.recommend.nearness import centre_of, centred
from chatrooms.ml.recommend.ranking import Scores, Space
from chatrooms.services import room_index
from chatrooms.services.access_rooms import IS_PUBLISHED
from chatrooms.services.recommending import engaged
from chatrooms.services.recommending.engaged import Shared
from chatrooms.services.recommending.known import Known
from chatrooms.services.recommending.subjects import ABOVE, FILED, subjects_of

FEW_ROOMS, MANY_PEOPLE = 2_000, 20
"""Up to so many public rooms, or for so many people at once, all rooms are looked at."""
_MOST_ROOMS = 20_000
_STRONGEST, _NEAR, _OFTEN, _POPULAR, _SAMPLE = 8, 60, 100, 50, 300
_LIVELY_FOR = timedelta(days=7)
_ROOMS, _MESSAGES = table_of(Room), table_of(Message)


@dataclass(frozen=True, slots=True)
class Field:
    """Rooms in their order, and what is known of them."""

    room_ids: list[int]
    places: Mapping[int, int]
    """Where each room stands."""
    space: Space
    people: Shared
    prior: Scores
    """How much goes on in each, 0 to 1."""
    words: list[frozenset[str]]
    """What each says that it is about, in lower case."""
    interests: Mapping[str, Vectors]
    """The vector of each subject that somebody picked, seen from the centre of the rooms."""


def make_field(deps: Deps, known: Mapping[int, Known]) -> Field:
    """The field for these people.

    Raises: VectorsUnavailable; ModelUnusable if subjects cannot be embedded.
    """
    subjects = sorted({word for each in known.values() for word in each.interests})
    embedded = deps.embedding.embedder().embed(subjects) if subjects else None
    theirs = strongest_rooms(known)
    with transaction(deps.sessions) as tx:
        published = tx.scalar(select(func.count()).select_from(_ROOMS).where(IS_PUBLISHED)) or 0
        is_small = published <= FEW_ROOMS or len(known) >= MANY_PEOPLE
        ids = _all_rooms(tx) if is_small else _likely_rooms(tx, theirs)
        sample = [] if is_small else _sample(tx)
    if not is_small:
        vectors = room_index.vectors_of(deps, [*theirs, *sample])
        around = [vectors[each] for each in theirs if each in vectors]
        around += list(embedded) if embedded is not None else []
        ids = [*ids, *(each for vector in around for each, _ in _near(deps, vector))]
    with transaction(deps.sessions) as tx:
        rows = _rows(tx, ids, now=deps.clock())
        room_ids = [row[0] for row in rows]
        shared = (
            engaged.shared_people(tx, room_ids=room_ids)
            if is_small
            else engaged.shared_with(tx, room_ids=room_ids, known=theirs)
        )
    vectors = room_index.vectors_of(deps, [*room_ids, *sample])
    return _field(rows, vectors, shared, sample or room_ids, subjects, embedded)


def strongest_rooms(known: Mapping[int, Known]) -> list[int]:
    """The rooms that each of the people cares for most."""
    found: dict[int, None] = {}
    for person in known.values():
        rooms = sorted(person.rooms.items(), key=lambda each: -each[1].seconds)
        found |= dict.fromkeys(room_id for room_id, _ in rooms[:_STRONGEST])
    return list(found)


def _near(deps: Deps, vector: Vectors) -> list[tuple[int, float]]:
    return room_index.near(deps, vector=vector, limit=_NEAR)


def _all_rooms(tx: Transaction) -> list[int]:
    return list(tx.scalars(_popular().limit(_MOST_ROOMS)))


def _likely_rooms(tx: Transaction, theirs: Collection[int]) -> list[int]:
    often = engaged.often_with(tx, known=theirs, limit=_OFTEN)
    return [*theirs, *often, *tx.scalars(_popular().limit(_POPULAR))]


def _popular():
    return (
        select(_ROOMS.c.id)
        .where(IS_PUBLISHED)
        .order_by(_ROOMS.c.member_count.desc(), _ROOMS.c.id.desc())
    )


def _sample(tx: Transaction) -> list[int]:
    """Some public rooms, any: what all have in common is computed from them."""
    some = select(_ROOMS.c.id).where(IS_PUBLISHED).order_by(func.random()).limit(_SAMPLE)
    return list(tx.scalars(some))


Row = tuple[int, frozenset[str], float]
"""A room: id, words, how much goes on."""


def _rows(tx: Transaction, ids: Sequence[int], *, now: datetime) -> list[Row]:
    """Those of the rooms that are public now."""
    newest = (
        select(_MESSAGES.c.sent_at)
        .where(_MESSAGES.c.room_id == _ROOMS.c.id, _MESSAGES.c.position.is_not(None))
        .order_by(_MESSAGES.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = tx.execute(
        select(
            _ROOMS.c.id,
            _ROOMS.c.tags,
            _ROOMS.c.topic,
            FILED,
            ABOVE,
            _ROOMS.c.member_count,
            newest.label("newest"),
        ).where(IS_PUBLISHED, _ROOMS.c.id.in_(list(dict.fromkeys(ids))))
    ).all()
    rows: list[Row] = []
    for row in found:
        age = (now - row.newest) / _LIVELY_FOR if row.newest else np.inf
        words = frozenset(each.lower() for each in subjects_of(row))
        rows.append((row.id, words, float(np.log1p(row.member_count) * (1 + 0.5 ** max(age, 0)))))
    return rows


def _field(
    rows: Sequence[Row],
    vectors: Mapping[int, Vectors],
    shared: Shared,
    fair: Sequence[int],
    subjects: Sequence[str],
    embedded: Vectors | None,
) -> Field:
    """`fair`: rooms from which the centre is computed."""
    width = next((len(each) for each in vectors.values()), 1)
    if embedded is not None:
        width = embedded.shape[1]
    none = np.zeros(width, dtype=np.float32)
    matrix = np.array([vectors.get(row[0], none) for row in rows], dtype=np.float32)
    centre = centre_of(
        np.array([vectors[each] for each in fair if each in vectors]).reshape(-1, width)
    )
    lively = np.array([row[2] for row in rows])
    seen = list(centred(embedded, centre)) if embedded is not None else list[Vectors]()
    return Field(
        room_ids=[row[0] for row in rows],
        places={row[0]: place for place, row in enumerate(rows)},
        space=Space(centred(matrix.reshape(-1, width), centre), shared.beyond_chance),
        people=shared,
        prior=lively / max(float(lively.max(initial=0.0)), 1e-9),
        words=[row[1] for row in rows],
        interests=dict(zip(subjects, seen, strict=True)),
    )
