"""The room switcher lists where somebody can go, the likeliest first."""

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import NotSignedIn
from chatrooms.services import hearing, places, rooms
from chatrooms.services.rooms import RoomDraft
from tests.support.inspect import counted_queries
from tests.support.people import Place, Someone, bring_in, deactivate, make_room, post, sign_up


def slugs(deps: Deps, who: Someone, query: str = "", limit: int = 12) -> list[str]:
    found = places.list_places(deps, actor_id=who.id, query=query, limit=limit)
    return [place.slug for place in found]


def named(
    deps: Deps, owner: Someone, name: str, topic: str = "", *, is_private: bool = False
) -> str:
    draft = RoomDraft(name=name, topic=topic, is_private=is_private)
    return rooms.create_room(deps, actor_id=owner.id, draft=draft).slug


def test_members_are_led_to_a_private_room_and_others_are_not(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    admin: Someone,
) -> None:
    for who in (owner, member):
        assert private_room.slug in slugs(deps, who)
        assert slugs(deps, who, private_room.slug) == [private_room.slug]
    for who in (stranger, removed, admin):
        assert slugs(deps, who, private_room.slug) == []
    gone = deactivate(deps, admin, sign_up(deps, "gone"))
    with pytest.raises(NotSignedIn):
        slugs(deps, gone)


def test_without_words_only_ones_own_rooms_are_listed_unread_first(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    assert slugs(deps, stranger) == []
    calm, busy = make_room(deps, owner, name="aaa"), make_room(deps, owner, name="zzz")
    guest = sign_up(deps, "guest")
    for room in (calm, busy):
        bring_in(deps, room, by=owner, who=guest)
    post(deps, busy, owner)
    found = places.list_places(deps, actor_id=guest.id)
    assert [(place.slug, place.unread) for place in found] == [(busy.slug, 1), (calm.slug, 0)]
    assert public_room.slug not in slugs(deps, guest)
    hearing.set_notify(deps, actor_id=guest.id, room_id=busy.id, notify="nothing")
    found = places.list_places(deps, actor_id=guest.id)
    assert [(place.slug, place.unread) for place in found] == [(calm.slug, 0), (busy.slug, 0)]


def test_beginnings_of_words_and_letters_in_order_find_a_room(deps: Deps, owner: Someone) -> None:
    garden = named(deps, owner, "Quokka & garden club", "lettuces and 100% peat")
    for query in ("quo", "gar quo", "#quokka", "QUOKKA", "lettu quokka", "qkgcl", "100 quokka"):
        assert slugs(deps, owner, query) == [garden], query
    for query in ("okk gardenia", "clubquokka", "quokka peas"):
        assert slugs(deps, owner, query) == [], query


def test_the_name_that_begins_so_comes_first_then_ones_own(deps: Deps, owner: Someone) -> None:
    other = sign_up(deps, "other")
    theirs = named(deps, other, "Wombat watchers")
    mine = named(deps, owner, "Wombat walkers")
    inner = named(deps, owner, "The wombat")
    assert slugs(deps, owner, "wombat") == [mine, theirs, inner]
    assert slugs(deps, other, "wombat") == [theirs, mine, inner]


def test_archived_rooms_are_found_by_their_members_alone(deps: Deps, owner: Someone) -> None:
    slug = named(deps, owner, "Numbat history")
    room_id = rooms.open_room(deps, actor_id=owner.id, slug=slug).room_id
    rooms.set_archived(deps, actor_id=owner.id, room_id=room_id, is_archived=True)
    assert slugs(deps, owner, "numbat") == [slug]
    assert slugs(deps, sign_up(deps, "other"), "numbat") == []


@pytest.mark.parametrize("query", ["%", "_", "\\", "'", "\x00", "((", "[[:", "#", "💥", "x" * 9999])
def test_anything_can_be_typed(deps: Deps, stranger: Someone, query: str) -> None:
    slugs(deps, stranger, query)


def test_signs_of_patterns_stand_for_nothing(deps: Deps, owner: Someone) -> None:
    slug = named(deps, owner, "Bilby burrow")
    assert slugs(deps, owner, "%bilby_bur%") == [slug]
    assert slugs(deps, owner, "bilby %x") == []


def test_it_costs_the_same_for_one_room_and_for_thirty(deps: Deps, owner: Someone) -> None:
    def cost() -> int:
        with counted_queries(deps) as statements:
            slugs(deps, owner, limit=50)
        return len(statements)

    make_room(deps, owner)
    with_one = cost()
    for _ in range(29):
        make_room(deps, owner)
    assert cost() == with_one <= 3


def test_active_people_are_found_by_the_beginnings_of_their_names(
    deps: Deps, owner: Someone, stranger: Someone, admin: Someone
) -> None:
    def people(query: str) -> list[str]:
        found = places.find_people(deps, actor_id=owner.id, query=query)
        return [person.username for person in found]

    who = sign_up(deps, "numbat.nora")
    assert people("NUMB nor") == people(f"@{who.username}") == [who.username]
    assert people("umbat") == people("numbat x") == people("") == people("%") == []
    assert "example.org" not in repr(places.find_people(deps, actor_id=owner.id, query="numbat"))
    deactivate(deps, admin, who)
    assert people("numbat") == []
    with pytest.raises(NotSignedIn):
        places.find_people(deps, actor_id=who.id, query="numbat")
