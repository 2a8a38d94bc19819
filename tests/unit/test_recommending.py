"""Which rooms suit a person."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.preprocessing import normalize

from chatrooms.ml.recommend.interest import interest
from chatrooms.ml.recommend.nearness import centre_of, centred, covisits
from chatrooms.ml.recommend.ranking import Choice, Places, Space, best_rooms, strongest, varied
from chatrooms.ml.recommend.room_text import room_text

ROOT = Path(__file__).parents[2]
NOBODY = csr_array((12, 12))


def twelve_rooms() -> NDArray[np.float32]:
    """Three subjects of four rooms each, all of them rooms for talking above all."""
    random = np.random.default_rng(7)
    talking, subjects = np.ones(24), np.repeat(np.eye(3), 4, axis=0) @ random.normal(size=(3, 24))
    rooms = 2 * talking + subjects + 0.3 * random.normal(size=(12, 24))
    return np.asarray(normalize(rooms), dtype=np.float32)


def seen_from_the_centre() -> NDArray[np.float32]:
    rooms = twelve_rooms()
    return centred(rooms, centre_of(rooms))


def best(
    known: dict[int, float], shared: csr_array, count: int, others: Places, **more: Any
) -> list[Choice]:
    space = Space(seen_from_the_centre(), shared)
    places, weights = strongest(np.array(list(known), dtype=int), np.array([*known.values()]))
    return best_rooms(space, space.nearness(places), weights, others, count, **more)


def chosen(
    known: dict[int, float], shared: csr_array = NOBODY, count: int = 4, **more: Any
) -> list[int]:
    others = np.setdiff1d(np.arange(12), np.array(list(known), dtype=int))
    return [choice.room for choice in best(known, shared, count, others, **more)]


def test_a_room_in_one_text_leaves_out_what_is_empty() -> None:
    told = room_text("Shed", "Compost.", "garden", ["soil", " ", "beds"], "Slugs came.")
    assert told == "Shed. garden. Compost. soil, beds. Slugs came"
    assert room_text("Shed", " ", "", []) == "Shed"


def test_a_glance_weighs_nothing_beside_a_stay_and_is_what_there_is_without_one() -> None:
    glance, stay, day_long = interest([20, 600, 36_000])
    assert 0 < glance < stay / 100
    assert stay < day_long < 4 * stay
    assert interest([600], [30])[0] == stay / 2


def test_what_all_rooms_have_in_common_makes_none_of_them_alike() -> None:
    rooms, seen = twelve_rooms(), seen_from_the_centre()
    assert (rooms @ rooms.T).min() > 0.5
    between = (seen @ seen.T)[:4, 4:]
    assert between.max() < 0.2 < (seen @ seen.T)[:4, :4].min()
    blank = centred(np.zeros((1, 24), "f4"), centre_of(rooms))
    assert not blank.any()


def test_two_interests_are_both_served_and_what_lies_between_them_is_not() -> None:
    assert set(chosen({0: 3.0, 1: 3.0, 4: 3.0, 5: 3.0})) == {2, 3, 6, 7}
    assert set(chosen({0: 5.0, 1: 5.0, 8: 0.01}, count=2)) == {2, 3}


def test_where_the_same_people_go_leads_where_the_text_does_not() -> None:
    far = chosen({0: 1.0, 1: 1.0}, count=10)[-1]
    # Eight people go to the rooms 0 and 1 and one about something else; others elsewhere.
    visits = np.zeros((40, 12))
    visits[:8, [0, 1, far]] = 1
    visits[8:, [4, 5]] = 1
    shared = covisits(csr_array(visits), 40)
    assert set(chosen({0: 1.0, 1: 1.0}, shared, count=3)) == {2, 3, far}
    # A single person in two rooms is drawn towards chance.
    one = covisits(csr_array(visits[7:]), 33)
    assert one[0, far] < shared[0, far] / 3
    # The people of room 0 alone tell the same of it, with the numbers of all.
    part = covisits(csr_array(visits[:8]), 40, visits.sum(axis=0))
    assert np.allclose(part[[0]].toarray(), shared[[0]].toarray())


@pytest.mark.parametrize("shape", [(0, 0), (5, 0), (0, 3)])
def test_without_rooms_or_people_no_rooms_are_visited_together(shape: tuple[int, int]) -> None:
    shared = covisits(csr_array(shape), shape[0])
    assert (shared.shape, shared.nnz) == ((shape[1], shape[1]), 0)


def test_the_next_choice_is_weighed_against_those_before_it() -> None:
    alike = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype="f4")
    assert varied(np.array([1.0, 0.97, 0.9]), alike, 3) == [0, 2, 1]
    assert varied(np.zeros(0), np.zeros((0, 0), "f4"), 3) == []


def test_of_whom_nothing_is_known_gets_the_likeliest_and_no_reason() -> None:
    prior = np.arange(12) / 12
    assert chosen({}, prior=prior)[0] == 11
    found = best({0: 1.0, 4: 2.0}, NOBODY, 4, np.array([1, 5]))
    # The room that weighs more comes first.
    assert [(each.room, each.because) for each in found] == [(5, 0), (1, 1)]
    nobody = best({}, NOBODY, 4, np.array([3]), prior=np.ones(12))
    assert [(each.room, each.because) for each in nobody] == [(3, None)]
    assert not best({}, NOBODY, 4, np.zeros(0, dtype=int), prior=np.ones(12))


def run(given: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "chatrooms", "recommend", "--embeddings", "lexical"],
        input=given if isinstance(given, str) else json.dumps(given),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
        check=False,
        timeout=120,
    )


def test_the_command_recommends_rooms_nobody_visited_and_says_what_is_wrong() -> None:
    rooms = [
        {"id": f"{subject}{n}", "name": f"{subject} {n}", "topic": subject, "tags": [subject]}
        for subject in ("garden", "chess")
        for n in range(3)
    ]
    visit = {"room": "garden0", "seconds": 600, "visits": 3}
    people = [{"id": "ada", "visits": [visit]}, {"id": "new", "visits": []}]
    result = run({"rooms": rooms, "people": people, "k": 2})
    ada, new = map(json.loads, result.stdout.splitlines())
    assert (ada["id"], set(ada["rooms"])) == ("ada", {"garden1", "garden2"})
    assert (new["id"], new["rooms"][0], len(new["rooms"])) == ("new", "garden0", 2)

    everywhere = [visit | {"room": room["id"]} for room in rooms]
    result = run({"rooms": rooms, "people": [{"id": "ada", "visits": everywhere}]})
    assert json.loads(result.stdout) == {"id": "ada", "rooms": []}

    elsewhere = {"rooms": [], "people": [{"id": "ada", "visits": [visit]}]}
    for bad, said in (("{", "JSON"), (elsewhere, "garden0"), ({"rooms": rooms}, "people")):
        result = run(bad)
        assert (result.returncode, result.stdout) == (2, "")
        assert said in result.stderr
        assert "Traceback" not in result.stderr
