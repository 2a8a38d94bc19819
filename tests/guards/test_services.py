"""Each service asks who calls before it does anything, and reads no more than it was asked."""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

from chatrooms.bootstrap import Deps
from chatrooms.services import history, members, rooms
from chatrooms.supervise.places import PROJECT
from tests.support.inspect import counted_queries
from tests.support.people import Place, Someone, bring_in, post, sign_up

SERVICES = [
    importlib.import_module(".".join(file.relative_to(PROJECT).with_suffix("").parts))
    for file in sorted((PROJECT / "chatrooms" / "services").rglob("*.py"))
    if file.stem not in ("__init__", "access")
]
FUNCTIONS = [
    function
    for module in SERVICES
    for _, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
]
WITH_ACTOR = [
    f
    for f in FUNCTIONS
    if "actor_id" in inspect.signature(f).parameters and not f.__name__.startswith("_")
]
OPEN_WITH_A_CHECK = (
    "access_",
    "_access(",
    "_own_message",
    "_end(",
    "_change(",
    "_post(",
    "post_poll(",
    "_decide(",
    "undoing.undo(",
)


def named(function: Callable[..., Any]) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def test_a_service_for_people_opens_with_a_check() -> None:
    for function in WITH_ACTOR:
        parameters = inspect.signature(function).parameters
        source = inspect.getsource(function)
        assert any(check in source for check in OPEN_WITH_A_CHECK), named(function)
        keywords = [p for p in parameters.values() if p.kind is p.KEYWORD_ONLY]
        assert keywords[0].name == "actor_id", named(function)


def test_every_list_has_a_limit() -> None:
    lists = [f for f in WITH_ACTOR if f.__name__.startswith("list_")]
    assert lists
    for function in lists:
        assert "limit" in inspect.signature(function).parameters, named(function)


def test_services_are_synchronous() -> None:
    assert len(FUNCTIONS) > len(WITH_ACTOR) > 50
    assert [named(each) for each in FUNCTIONS if inspect.iscoroutinefunction(each)] == []


def queries(deps: Deps, call: Callable[[], object]) -> int:
    with counted_queries(deps) as statements:
        call()
    return len(statements)


def test_opening_a_room_costs_the_same_for_one_message_and_for_eighty(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    def cost() -> list[int]:
        return [
            queries(deps, lambda: history.load_view(deps, room_id=private_room.id)),
            queries(deps, lambda: rooms.open_room(deps, actor_id=owner.id, slug=private_room.slug)),
            queries(
                deps,
                lambda: history.list_before(
                    deps, actor_id=owner.id, room_id=private_room.id, position=10**6, limit=80
                ),
            ),
        ]

    first = post(deps, private_room, owner)
    with_one = cost()
    for number in range(80):
        post(deps, private_room, owner, reply_to=first if number % 2 else None)
    assert cost() == with_one
    assert max(with_one) <= 6


def test_listing_members_costs_the_same_for_two_and_for_thirty(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    def cost() -> int:
        return queries(
            deps, lambda: members.list_members(deps, actor_id=owner.id, room_id=private_room.id)
        )

    with_two = cost()
    for _ in range(28):
        bring_in(deps, private_room, by=owner, who=sign_up(deps, "more"))
    assert cost() == with_two <= 3


def test_posting_costs_few_queries_whatever_the_room_holds(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    first = queries(deps, lambda: post(deps, private_room, owner))
    for _ in range(100):
        post(deps, private_room, owner)
    assert queries(deps, lambda: post(deps, private_room, owner)) == first <= 6
