"""Search by meaning: near messages of rooms that the asker may read, and nothing of others."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chatrooms.adapters.vectors import Vectors
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import NotSignedIn, VectorsUnavailable
from chatrooms.services import activity, members, messages, rooms, search, search_meaning
from chatrooms.services.ai import indexing
from chatrooms.services.moderation import decisions, sanctions
from chatrooms.services.rooms import RoomDraft
from chatrooms.services.search_meaning import search_by_meaning
from tests.support.indexes import with_index
from tests.support.people import (
    Place,
    Someone,
    bring_in,
    deactivate,
    make_room,
    post_many,
    sign_up,
)
from tests.support.servers import RunningServer

SAID = (
    "The sourdough starter needs feeding every morning",
    "Feeding the sourdough starter twice is too much",
    "The tram leaves at noon",
)


@pytest.fixture
def index(deps: Deps, chroma: RunningServer) -> Iterator[Deps]:
    """The dependencies with an empty index."""
    with with_index(deps, chroma) as made:
        yield made


def near(deps: Deps, who: Someone, query: str, **more: Any) -> list[int]:
    page = search_by_meaning(deps, actor_id=who.id, query=query, **more)
    return [hit.message_id for hit in page.found.hits]


def test_members_find_what_is_near_under_the_same_operators_and_strangers_nothing(
    index: Deps, private_room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    first, second, _ = post_many(index, private_room, owner, SAID)
    (third,) = post_many(index, private_room, member, ["My starter of sourdough died"])
    elsewhere = make_room(index, stranger, is_private=True)
    (own,) = post_many(index, elsewhere, stranger, [SAID[0]])
    indexing.index_waiting(index)
    assert set(near(index, member, "feed sourdough starters")) == {first, second, third}
    assert near(index, member, SAID[1])[0] == second
    assert near(index, member, "sourdough starter from:me") == [third]
    assert near(index, member, f"sourdough starter from:{owner.username} -twice") == [first]
    assert near(index, member, "sourdough starter before:2020-01-01") == []
    assert near(index, member, "sourdough starter in:nowhere") == []
    assert near(index, member, f"in:{private_room.slug}") == []
    assert near(index, stranger, "feed sourdough starters") == [own]
    assert near(index, stranger, f"sourdough starter in:{private_room.slug}") == []
    paged = [near(index, member, "sourdough starter", offset=n, limit=1) for n in range(4)]
    assert sorted(map(len, paged)) == [0, 1, 1, 1]
    assert {id_ for some in paged for id_ in some} == {first, second, third}
    page = search_by_meaning(index, actor_id=member.id, query="sourdough starter")
    marked = [each.text for each in page.found.hits[0].snippet if each.is_marked]
    assert {each.lower() for each in marked} == {"sourdough", "starter"}


def test_what_is_gone_or_hidden_is_not_found_even_while_the_index_has_it(
    index: Deps, public_room: Place, owner: Someone, stranger: Someone, admin: Someone
) -> None:
    guest = sign_up(index, "guest")
    members.join_room(index, actor_id=guest.id, room_id=public_room.id)
    kept, deleted, removed = post_many(index, public_room, owner, [SAID[0]] * 3)
    indexing.index_waiting(index)
    where = f"sourdough starter in:{public_room.slug}"
    assert set(near(index, guest, "sourdough starter")) == {kept, deleted, removed}
    assert near(index, stranger, "sourdough starter") == []
    assert set(near(index, stranger, where)) == {kept, deleted, removed}
    room: dict[str, Any] = {"actor_id": owner.id, "room_id": public_room.id}
    messages.delete_message(index, **room, message_id=deleted)
    decisions.remove(index, **room, message_id=removed)
    assert near(index, guest, "sourdough starter") == [kept] == near(index, stranger, where)
    hidden = RoomDraft(name=public_room.slug, is_private=True)
    rooms.edit_room(index, **room, draft=hidden)
    assert near(index, stranger, where) == []
    assert near(index, guest, "sourdough starter") == [kept]
    sanctions.ban(index, **room, account_id=guest.id, reason="Spam")
    assert near(index, guest, where) == []
    gone = deactivate(index, admin, sign_up(index, "gone"))
    with pytest.raises(NotSignedIn):
        near(index, gone, "sourdough starter")


def test_the_rooms_in_which_something_was_said_last_are_asked_and_the_page_knows_of_the_others(
    index: Deps, owner: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_meaning, "MAX_ROOMS", 2)
    who = sign_up(index, "many")
    places = [make_room(index, who) for _ in range(3)]
    bring_in(index, places[0], by=who, who=owner)
    said = [post_many(index, place, who, [SAID[0]])[0] for place in reversed(places)]
    activity.note_activity(index)
    indexing.index_waiting(index)
    page = search_by_meaning(index, actor_id=who.id, query="sourdough starter")
    assert {hit.message_id for hit in page.found.hits} == set(said[1:])
    assert (page.rooms_asked, page.rooms_left) == (2, 1)
    assert near(index, who, f"sourdough starter in:{places[2].slug}") == [said[0]]

    away = replace(index, vectors=Vectors("http://127.0.0.1:9", database="none"))
    with pytest.raises(VectorsUnavailable):
        near(away, who, "sourdough starter")
    found = search.search_messages(away, actor_id=who.id, query="sourdough starter")
    assert {hit.message_id for hit in found.hits} == set(said)
    away.vectors.close()
