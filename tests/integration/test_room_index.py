"""The index of rooms holds what is public and in use, in the words of now, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chatrooms.adapters.vectors import Vectors
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.services import messages, room_index, rooms
from chatrooms.services.ai import indexing
from chatrooms.services.ai.index_texts import rooms_collection
from chatrooms.services.rooms import RoomDraft
from tests.support.indexes import Reworded, with_embedder, with_index
from tests.support.inspect import change, rows
from tests.support.memory import summarise_all
from tests.support.people import Place, Someone, post_many, sign_up, unique
from tests.support.servers import RunningServer


@pytest.fixture
def index(deps: Deps, chroma: RunningServer) -> Iterator[Deps]:
    """The dependencies with an empty index."""
    with with_index(deps, chroma) as made:
        yield made


@pytest.fixture
def owner(deps: Deps) -> Someone:
    return sign_up(deps, "owner")


def make(index: Deps, owner: Someone, **described: object) -> Place:
    draft = RoomDraft(name=unique("place"), **described)  # pyright: ignore[reportArgumentType]
    facts = rooms.create_room(index, actor_id=owner.id, draft=draft)
    return Place(facts.id, facts.slug)


def nearest(index: Deps, text: str, limit: int = 3) -> list[int]:
    """The rooms nearest to a text once the index has followed all that waits."""
    indexing.index_waiting(index)
    (vector,) = index.embedding.embedder().embed([text])
    return [room_id for room_id, _ in room_index.near(index, vector=vector, limit=limit)]


def held(index: Deps, *places: Place) -> set[int]:
    """Which of these rooms are in the index once it has followed all that waits."""
    indexing.index_waiting(index)
    return set(room_index.vectors_of(index, [each.id for each in places]))


def test_the_index_follows_a_room_that_is_made_described_hidden_and_archived(
    index: Deps, owner: Someone
) -> None:
    garden = make(index, owner, description="Tomatoes and beans", tags="allotment")
    hidden = make(index, owner, description="Secret tomatoes", is_private=True)
    other = make(index, owner, topic="Chess openings, and tomatoes")
    assert held(index, garden, hidden, other) == {garden.id, other.id}
    assert nearest(index, "tomatoes on an allotment", 1) == [garden.id]

    def edit(**described: object) -> None:
        draft = RoomDraft(name="Moved", **described)  # pyright: ignore[reportArgumentType]
        rooms.edit_room(index, actor_id=owner.id, room_id=garden.id, draft=draft)

    edit(description="Sailing boats")
    assert nearest(index, "sailing boats", 1) == [garden.id]
    assert nearest(index, "tomatoes on an allotment", 1) != [garden.id]
    edit(description="Sailing boats", is_private=True)
    assert held(index, garden, other) == {other.id}
    edit(description="Sailing boats")
    assert held(index, garden) == {garden.id}
    for is_archived in (True, False):
        rooms.set_archived(index, actor_id=owner.id, room_id=garden.id, is_archived=is_archived)
        assert (garden.id in held(index, garden)) is not is_archived
    # As if it had been deleted.
    change(index, "DELETE FROM rooms WHERE id = :id", id=garden.id)
    change(
        index,
        "INSERT INTO index_requests (room_id, kind, item_id) VALUES (:i, 'room', :i)",
        i=garden.id,
    )
    assert held(index, garden) == set()
    assert rows(index, "SELECT * FROM index_requests") == []


def test_what_was_summed_up_in_a_public_room_counts_until_it_is_withdrawn(
    index: Deps, owner: Someone
) -> None:
    room, other = make(index, owner), make(index, owner, topic="Chess openings")
    said = post_many(index, room, owner, ["The sourdough starter needs rye flour every morning"])
    assert held(index, room, other) == {room.id, other.id}
    summarise_all(index, room)
    assert nearest(index, "sourdough rye flour", 1) == [room.id]
    rooms.set_assistant(index, actor_id=owner.id, room_id=room.id, is_on=False)
    before = held_vector(index, room)
    rooms.set_assistant(index, actor_id=owner.id, room_id=room.id, is_on=True)
    assert (held_vector(index, room) != before).any()
    messages.delete_message(index, actor_id=owner.id, room_id=room.id, message_id=said[0])
    assert (held_vector(index, room) == before).all()
    assert held(index, room, other) == {room.id, other.id}


def held_vector(index: Deps, room: Place):
    indexing.index_waiting(index)
    return room_index.vectors_of(index, [room.id])[room.id]


def test_rooms_are_asked_for_anew_after_a_change_of_embedder_or_a_loss_and_before_messages(
    index: Deps, chroma: RunningServer, owner: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make(index, owner, topic="Beekeeping")
    assert held(index, room) == {room.id}
    again = with_embedder(index, Reworded())
    assert held(again, room) == {room.id}
    assert rooms_collection(index.embedding.key) not in again.vectors.names()
    lost = replace(again, vectors=Vectors(chroma.url, database=unique("lost")))
    assert held(lost, room) == {room.id}
    for _ in indexing.rebuild(lost):
        pass
    assert set(room_index.vectors_of(lost, [room.id])) == {room.id}

    monkeypatch.setattr(indexing, "BATCH", 2)
    waiting = "INSERT INTO index_requests (room_id, kind, item_id) SELECT 1, :kind, :id"
    for number in range(6):
        change(lost, waiting, kind="message", id=10**6 + number)
    rooms.edit_room(
        lost, actor_id=owner.id, room_id=room.id, draft=RoomDraft(name="Bees", is_private=True)
    )
    assert indexing._follow_some(lost, lost.embedding.embedder()) == 1  # pyright: ignore[reportPrivateUsage]
    assert room_index.vectors_of(lost, [room.id]) == {}
    lost.vectors.close()


def test_without_chroma_asking_says_so(index: Deps) -> None:
    away = replace(index, vectors=Vectors("http://127.0.0.1:9", database="none"))
    (vector,) = index.embedding.embedder().embed(["bees"])
    with pytest.raises(VectorsUnavailable):
        room_index.near(away, vector=vector, limit=3)
    with pytest.raises(VectorsUnavailable):
        room_index.vectors_of(away, [1])
    assert room_index.near(away, vector=vector * 0, limit=3) == []
    away.vectors.close()
