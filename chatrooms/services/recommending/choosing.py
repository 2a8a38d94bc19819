"""The rooms that suit people best, each with what it rests on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.recommending import LEAST_PEOPLE, SHOWN, By, Link, Reason
from chatrooms.ml.recommend.interest import Weights, interest, stayed
from chatrooms.ml.recommend.nearness import Nearness
from chatrooms.ml.recommend.ranking import Choice, Places, best_rooms, strongest
from chatrooms.services.recommending.field import Field, make_field
from chatrooms.services.recommending.known import Care, Known, list_known

KEPT = 2 * SHOWN
"""How many are stored: the next moves up when one is joined or declined."""
_STAYS_AS_PICKED = 3
"""A subject that somebody picked weighs as much as the strongest room, and half of that once the
person stayed in so many."""
_NAMED, _BARELY = np.float32(0.6), np.float32(0.2)
"""How much nearer a room is to a subject that is its tag or topic; and how near to a single word a
room is that has nothing to do with it."""
_ALIKE = 0.2
"""From this cosine on, seen from the centre, two rooms are about similar things."""
_DAY = timedelta(days=1)
_JUST_SEEN = timedelta(days=7)
"""For how long a room that somebody glanced at is not named again."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A room for somebody, and what it rests on."""

    room_id: int
    reason: Reason


def choose(deps: Deps, *, account_ids: list[int]) -> dict[int, list[Chosen]]:
    """For each of the people up to `KEPT` rooms, best first. Rooms where they are members or
    stayed, that they declined or are banned from are not among them. For workers; no transaction is
    open while Chroma is asked.

    Raises: VectorsUnavailable; ModelUnusable.
    """
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        known = list_known(tx, account_ids=account_ids, now=now)
    field = make_field(deps, known)
    return {each: _choose(field, person, now=now) for each, person in known.items()}


def _choose(field: Field, person: Known, *, now: datetime) -> list[Chosen]:
    places = field.places
    cares = [(places[each], care) for each, care in person.rooms.items() if each in places]
    where, weights = strongest(
        np.array([place for place, _ in cares], dtype=int), _weights(cares, now=now)
    )
    picked = _picked(field, person)
    nearness = np.vstack([field.space.nearness(where), picked])
    stays = sum(1 for _, care in cares if stayed(care.seconds))
    strongest_weight = float(weights.max(initial=0.0)) or 1.0
    each_picked = strongest_weight * _STAYS_AS_PICKED / (_STAYS_AS_PICKED + stays)
    weights = np.concatenate([weights, np.full(len(picked), each_picked)])
    # A glance is no answer to what is recommended, only a reason to wait: it may have been a slip.
    been = [
        room_id
        for room_id, care in person.rooms.items()
        if stayed(care.seconds) or (care.last_at and now - care.last_at < _JUST_SEEN)
    ]
    is_open = np.ones(len(field.room_ids), dtype=bool)
    is_open[[places[each] for each in (*been, *person.out) if each in places]] = False
    candidates = np.flatnonzero(is_open)
    best = best_rooms(field.space, nearness, weights, candidates, KEPT, prior=field.prior)
    return [Chosen(field.room_ids[each.room], _reason(field, person, where, each)) for each in best]


def _weights(cares: list[tuple[int, Care]], *, now: datetime) -> Weights:
    ages = [(now - (care.last_at or now)) / _DAY for _, care in cares]
    return interest([care.seconds for _, care in cares], ages)


def _picked(field: Field, person: Known) -> Nearness:
    """How near each room is to each subject that the person picked: shape (subjects, rooms)."""
    found = np.zeros((len(person.interests), len(field.room_ids)), dtype=np.float32)
    for row, word in enumerate(person.interests):
        named = np.array([word in words for words in field.words], dtype=np.float32)
        by_text = np.maximum(field.space.vectors @ field.interests[word] - _BARELY, 0)
        found[row] = by_text + _NAMED * named
    return found


def _reason(field: Field, person: Known, where: Places, choice: Choice) -> Reason:
    row = choice.because
    if row is None:
        return Reason()
    if row >= len(where):
        return Reason(word=person.interests[row - len(where)])
    leading = int(where[row])
    room_id = field.room_ids[leading]
    return Reason(
        room_id=room_id, by=_by(person.rooms[room_id]), link=_link(field, leading, choice.room)
    )


def _by(care: Care) -> By:
    if not care.spent_s:
        return "membership"
    return "time" if stayed(care.seconds) else "glance"


def _link(field: Field, leading: int, chosen: int) -> Link:
    """What led from one room to the other. Fewer than a few people are never told of."""
    by_text, by_people = field.space.parts(leading, chosen)
    is_alike = by_text >= _ALIKE
    if by_people > by_text and field.people.count(leading, chosen) >= LEAST_PEOPLE:
        return "both" if is_alike else "people"
    return "alike" if is_alike else "faint"
