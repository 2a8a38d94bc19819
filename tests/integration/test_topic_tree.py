"""The tree of topics: administrators change it, rooms are filed in it, and one is suggested."""

from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    AlreadyTaken,
    InvalidInput,
    NotAllowed,
    NotSignedIn,
    RoomUnavailable,
    TopicUnavailable,
)
from chatrooms.ml.embed.lexical import Lexical
from chatrooms.services import directory, rooms, topic_tree
from chatrooms.services.directory import Wanted
from chatrooms.services.rooms import RoomDraft
from chatrooms.services.topic_tree import TopicInfo
from tests.support.indexes import with_embedder
from tests.support.people import Place, Someone, sign_up, unique


@pytest.fixture
def owner(deps: Deps) -> Someone:
    return sign_up(deps, "owner")


def tree(deps: Deps, who: Someone) -> dict[str, TopicInfo]:
    return {each.slug: each for each in topic_tree.list_topics(deps, actor_id=who.id)}


def file(deps: Deps, owner: Someone, topic_id: int | None) -> int:
    draft = RoomDraft(name=unique("filed"), topic_id=topic_id)
    return rooms.create_room(deps, actor_id=owner.id, draft=draft).id


def under(deps: Deps, who: Someone, slug: str) -> set[int]:
    page = directory.list_rooms(deps, actor_id=who.id, wanted=Wanted(topic=slug), limit=100)
    return {room.facts.id for room in page.rooms}


def test_the_tree_is_there_from_the_beginning_in_two_levels(deps: Deps, owner: Someone) -> None:
    topics = topic_tree.list_topics(deps, actor_id=owner.id)
    parents = [each for each in topics if each.parent_id is None]
    assert len(parents) >= 12
    for parent in parents:
        place = topics.index(parent)
        below = [each for each in topics if each.parent_id == parent.id]
        assert 5 <= len(below) <= 10
        assert topics[place + 1 : place + 1 + len(below)] == below
        assert {each.parent_name for each in below} == {parent.name}
    with pytest.raises(NotSignedIn):
        topic_tree.list_topics(deps, actor_id=0)


def test_administrators_alone_change_the_tree_and_rooms_fall_to_the_parent(
    deps: Deps, admin: Someone, owner: Someone
) -> None:
    who: dict[str, Any] = {"actor_id": admin.id}
    other: dict[str, Any] = {"actor_id": owner.id}
    top = topic_tree.add_topic(deps, **who, name=" Odd  things ")
    low = topic_tree.add_topic(deps, **who, name="Spoons", parent_id=top)
    for refused in (
        lambda: topic_tree.add_topic(deps, **other, name="Forks"),
        lambda: topic_tree.edit_topic(deps, **other, topic_id=low, name="Forks", parent_id=None),
        lambda: topic_tree.delete_topic(deps, **other, topic_id=low),
    ):
        with pytest.raises(NotAllowed):
            refused()
    in_low, in_top = file(deps, owner, low), file(deps, owner, top)
    assert under(deps, owner, "odd-things") == {in_low, in_top}
    assert under(deps, owner, "spoons") == {in_low}
    assert tree(deps, owner)["odd-things"].room_count == 2

    topic_tree.edit_topic(deps, **who, topic_id=low, name="Ladles", parent_id=top)
    assert tree(deps, owner)["spoons"].name == "Ladles"
    (shown,) = directory.list_rooms(deps, **other, wanted=Wanted(topic="spoons")).rooms
    assert (shown.topic_name, shown.topic_slug) == ("Ladles", "spoons")

    for parent_id in (low, in_low + 10**6, 0):
        with pytest.raises((InvalidInput, TopicUnavailable)):
            topic_tree.add_topic(deps, **who, name="Third level", parent_id=parent_id)
    with pytest.raises(AlreadyTaken):
        topic_tree.add_topic(deps, **who, name="ladles", parent_id=top)
    music = tree(deps, owner)["music"].id
    for topic_id, name, parent_id in ((top, "Odd", music), (low, " ", top), (music, "Odd", music)):
        with pytest.raises(InvalidInput):
            topic_tree.edit_topic(deps, **who, topic_id=topic_id, name=name, parent_id=parent_id)

    topic_tree.delete_topic(deps, **who, topic_id=low)
    assert under(deps, owner, "odd-things") == {in_low, in_top}
    again = topic_tree.add_topic(deps, **who, name="Knives", parent_id=top)
    topic_tree.delete_topic(deps, **who, topic_id=top)
    assert tree(deps, owner)["knives"].parent_id is None
    assert under(deps, owner, "odd-things") == set()
    topic_tree.edit_topic(deps, **who, topic_id=again, name="Knives", parent_id=music)
    assert tree(deps, owner)["knives"].parent_name == "Music"
    with pytest.raises(TopicUnavailable):
        topic_tree.delete_topic(deps, **who, topic_id=low)


def test_a_room_is_filed_by_its_owner_and_nowhere_that_is_not_there(
    deps: Deps, owner: Someone, stranger: Someone, private_room: Place
) -> None:
    chess = tree(deps, owner)["chess"].id
    room_id = file(deps, owner, chess)
    assert topic_tree.get_room_topic(deps, actor_id=stranger.id, room_id=room_id) == chess
    with pytest.raises(RoomUnavailable):
        topic_tree.get_room_topic(deps, actor_id=stranger.id, room_id=private_room.id)
    with pytest.raises(TopicUnavailable):
        file(deps, owner, 10**9)
    edit = {"actor_id": owner.id, "room_id": room_id}
    with pytest.raises(TopicUnavailable):
        rooms.edit_room(deps, **edit, draft=RoomDraft(name="Kept", topic_id=10**9))
    assert under(deps, stranger, "chess") == {room_id} == under(deps, stranger, "games")
    rooms.edit_room(deps, **edit, draft=RoomDraft(name="Filed nowhere"))
    assert under(deps, stranger, "chess") == set()


def test_the_topic_most_like_what_was_typed_is_suggested_and_none_for_nonsense(
    deps: Deps, owner: Someone, admin: Someone
) -> None:
    by_words = with_embedder(deps, Lexical())
    assert topic_tree.suggest_topic(by_words, actor_id=owner.id, name="Baking") is None
    topic_tree.prepare(by_words)

    def suggested(**typed: str) -> int | None:
        return topic_tree.suggest_topic(by_words, actor_id=owner.id, **typed)

    baking = tree(deps, owner)["baking"].id
    assert suggested(name="Sunday baking", tags="bread, baking") == baking
    assert suggested(name="The other place", description="All about baking") == baking
    assert suggested(name="zzqqxx") is None
    assert suggested(name="") is None
    topic_tree.edit_topic(
        deps, actor_id=admin.id, topic_id=baking, name="Unlike anything", parent_id=None
    )
    assert suggested(name="Sunday baking") != baking
    with pytest.raises(NotSignedIn):
        topic_tree.suggest_topic(by_words, actor_id=0, name="Baking")
