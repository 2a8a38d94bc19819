"""The directory shows public rooms in use, found by words and by meaning, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chatrooms.adapters.vectors import Vectors
from chatrooms.bootstrap import Deps
from chatrooms.services import activity, directory, members, room_index, rooms, topic_tree
from chatrooms.services.ai import indexing
from chatrooms.services.directory import DirectoryPage, FoundRoom, Sort, Wanted
from chatrooms.services.moderation import sanctions
from chatrooms.services.rooms import RoomDraft
from tests.support.indexes import with_index
from tests.support.inspect import change
from tests.support.people import Place, Someone, post, sign_up
from tests.support.servers import RunningServer


@pytest.fixture
def index(deps: Deps, chroma: RunningServer) -> Iterator[Deps]:
    """The dependencies with an empty index, and no rooms of other tests."""
    change(deps, "UPDATE rooms SET archived_at = now() WHERE archived_at IS NULL")
    with with_index(deps, chroma) as made:
        directory.prepare(made)
        yield made


def make(deps: Deps, owner: Someone, name: str, **described: object) -> Place:
    draft = RoomDraft(name=name, **described)  # pyright: ignore[reportArgumentType]
    facts = rooms.create_room(deps, actor_id=owner.id, draft=draft)
    return Place(facts.id, facts.slug)


def page(deps: Deps, who: Someone, **wanted: object) -> DirectoryPage:
    asked = Wanted(**wanted)  # pyright: ignore[reportArgumentType]
    return directory.list_rooms(deps, actor_id=who.id, wanted=asked)


def names(deps: Deps, who: Someone, **wanted: object) -> list[str]:
    return [room.facts.name for room in page(deps, who, **wanted).rooms]


def test_words_and_nearness_find_a_room_and_say_what_matched(
    index: Deps, owner: Someone, stranger: Someone
) -> None:
    make(index, owner, "Potting shed", topic="What to sow", tags="gardening, seeds")
    make(index, owner, "Windowsills", description="Garden in pots. Gardeners welcome.")
    make(index, owner, "Open sea", description="Sailing boats")
    indexing.index_waiting(index)
    assert names(index, stranger, query="gard", sort="newest") == ["Windowsills", "Potting shed"]
    second, first = page(index, stranger, query="garden", sort="newest").rooms
    assert [(each.text, each.is_marked) for each in first.tags] == [
        ("gardening", True),
        ("seeds", False),
    ]
    assert [each.text for each in second.description if each.is_marked] == ["Garden", "Gardeners"]
    assert not first.is_near
    assert not second.is_near
    # "sailboats" is no form of "sailing" to PostgreSQL, but much the same letters.
    (near,) = page(index, stranger, query="sailboats", sort="best").rooms
    assert (near.facts.name, near.is_near) == ("Open sea", True)
    # What is marked tells already why a room is here.
    (half,) = page(index, stranger, query="sailing boaters", sort="best").rooms
    assert (half.facts.name, half.is_near) == ("Open sea", False)
    assert [each.text for each in half.description if each.is_marked] == ["Sailing"]
    assert names(index, stranger, query="zzqqxx", sort="best") == []
    for odd in ("%", "' & !", "a:*", "\x00", "\ud800", "the", "-", "!" * 400):
        page(index, stranger, query=odd, topic=odd, tag=odd)

    away = replace(index, vectors=Vectors("http://127.0.0.1:9", database="none"))
    found = page(away, stranger, query="sow", sort="best")
    assert ([room.facts.name for room in found.rooms], found.is_by_words_only) == (
        ["Potting shed"],
        True,
    )
    assert not page(index, stranger, query="sow").is_by_words_only
    away.vectors.close()


def test_private_archived_and_banned_rooms_never_show_even_if_the_index_still_has_them(
    index: Deps, owner: Someone, stranger: Someone
) -> None:
    kept, hidden, old, banned = (
        make(index, owner, f"Beekeeping {name}", topic="bees", tags="bees")
        for name in ("kept", "hidden", "old", "banned")
    )
    members.join_room(index, actor_id=stranger.id, room_id=banned.id)
    indexing.index_waiting(index)
    assert len(names(index, stranger, query="bees")) == 4
    change(index, "UPDATE rooms SET is_private = true WHERE id = :id", id=hidden.id)
    change(index, "UPDATE rooms SET archived_at = now() WHERE id = :id", id=old.id)
    sanctions.ban(
        index, actor_id=owner.id, room_id=banned.id, account_id=stranger.id, reason="Spam"
    )
    assert len(room_index.vectors_of(index, [kept.id, hidden.id, old.id, banned.id])) == 4
    for wanted in ({}, {"query": "bees"}, {"query": "beekeepers"}, {"tag": "bees"}):
        for sort in ("best", "activity", "newest", "size"):
            assert names(index, stranger, **wanted, sort=sort) == ["Beekeeping kept"]
    assert [each.count for each in directory.list_tags(index, actor_id=stranger.id)] == [1]
    assert [each.count for each in directory.list_tags(index, actor_id=owner.id)] == [2]


def test_sorts_and_filters_hold_over_pages(index: Deps, owner: Someone, stranger: Someone) -> None:
    topic = next(t for t in topic_tree.list_topics(index, actor_id=owner.id) if t.slug == "chess")
    places = [
        make(index, owner, f"Club {n}", tags="club" if n % 2 else "", topic_id=topic.id)
        for n in range(5)
    ]
    make(index, owner, "Elsewhere", tags="club")
    for place in (places[3], places[1]):
        for _ in range(1 + (place is places[1])):
            who = sign_up(index, "guest")
            members.join_room(index, actor_id=who.id, room_id=place.id)
    post(index, places[0], owner, "First")
    post(index, places[2], owner, "Then")
    assert activity.note_activity(index) >= 2
    assert activity.note_activity(index) == 0
    orders: dict[Sort, list[str]] = {
        "newest": ["Club 4", "Club 3", "Club 2", "Club 1", "Club 0"],
        "activity": ["Club 2", "Club 0", "Club 4", "Club 3", "Club 1"],
        "size": ["Club 1", "Club 3", "Club 4", "Club 2", "Club 0"],
    }
    for sort, expected in orders.items():
        for slug in ("chess", "games"):
            assert paged(index, stranger, Wanted(topic=slug, sort=sort)) == expected
        assert paged(index, stranger, Wanted(query="club", topic="chess", sort=sort)) == expected
        odd = [name for name in expected if name in ("Club 1", "Club 3")]
        assert paged(index, stranger, Wanted(topic="chess", tag="club", sort=sort)) == odd
    assert paged(index, stranger, Wanted(topic="no-such-topic")) == []
    guest = sign_up(index, "late")
    members.join_room(index, actor_id=guest.id, room_id=places[0].id)
    joined = [room.is_member for room in page(index, guest, topic="chess", sort="newest").rooms]
    assert joined == [False, False, False, False, True]


def paged(deps: Deps, who: Someone, wanted: Wanted) -> list[str]:
    """The names of all rooms, read two at a time."""
    found: list[FoundRoom] = []
    while True:
        some = directory.list_rooms(
            deps,
            actor_id=who.id,
            wanted=wanted,
            after=found[-1] if found else None,
            offset=len(found),
            limit=2,
        )
        found += some.rooms
        if not some.has_more:
            return [room.facts.name for room in found]
