"""How much of the language model anybody may have, what it took, and where it is turned off."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import (
    AssistantLimit,
    ChatError,
    NotAllowed,
    NotSignedIn,
    RoomUnavailable,
)
from chatrooms.domain.usage import Usage
from chatrooms.services import rooms, sessions
from chatrooms.services.ai import hiding, limits, use
from chatrooms.state.assistant_switches import AssistantSwitchesState
from chatrooms.state.model_use import ModelUseState
from chatrooms.state.session import SessionState
from tests.support.eventually import eventually
from tests.support.people import Place, Someone, make_room
from tests.support.tabs import BrowserTab, open_room, serving_pages


def limited(deps: Deps, **changed: float) -> Deps:
    return replace(deps, settings=deps.settings.model_copy(update=changed))


def took(deps: Deps, room: Place, who: Someone, usage: Usage, feature: str = "answers") -> None:
    with transaction(deps.sessions) as tx:
        use.record_use(tx, deps, room_id=room.id, feature=feature, usage=usage, account_id=who.id)


def test_a_person_reaches_the_limit_of_requests_and_others_do_not(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    few = limited(deps, assistant_requests_per_hour=2)
    for _ in range(2):
        limits.count_request(few, account_id=member.id, room_id=private_room.id)
    with pytest.raises(AssistantLimit, match=r"You asked .* Try again in"):
        limits.count_request(few, account_id=member.id, room_id=private_room.id)
    limits.count_request(few, account_id=moderator.id, room_id=private_room.id)


def test_what_is_begun_anew_counts_once(deps: Deps, private_room: Place, member: Someone) -> None:
    one = limited(deps, assistant_requests_per_hour=1)
    for _ in range(3):
        limits.count_request(one, account_id=member.id, room_id=private_room.id, once="turn-1")
    with pytest.raises(AssistantLimit):
        limits.count_request(one, account_id=member.id, room_id=private_room.id, once="turn-2")


def test_a_room_reaches_its_limit_and_what_is_refused_counts_for_nobody(
    deps: Deps, private_room: Place, public_room: Place, member: Someone, moderator: Someone
) -> None:
    few = limited(deps, assistant_room_requests_per_hour=1, assistant_requests_per_hour=2)
    limits.count_request(few, account_id=member.id, room_id=private_room.id)
    for _ in range(3):
        with pytest.raises(AssistantLimit, match="This room asked"):
            limits.count_request(few, account_id=moderator.id, room_id=private_room.id)
    for room in (public_room, make_room(deps, moderator)):
        limits.count_request(few, account_id=moderator.id, room_id=room.id)


def test_requests_at_once_are_counted_exactly(
    deps: Deps, private_room: Place, member: Someone
) -> None:
    few = limited(deps, assistant_requests_per_hour=7)

    def ask(_: int) -> bool:
        try:
            limits.count_request(few, account_id=member.id, room_id=private_room.id)
        except AssistantLimit:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(24))) == 7


def test_tokens_that_were_used_count_and_end(
    deps: Deps, private_room: Place, public_room: Place, member: Someone, moderator: Someone
) -> None:
    few = limited(deps, assistant_tokens_per_hour=100)
    took(few, private_room, member, Usage(1, 80, 20, "scripted"))
    with pytest.raises(AssistantLimit, match="You had the assistant read"):
        limits.count_request(few, account_id=member.id, room_id=public_room.id)
    limits.count_request(few, account_id=moderator.id, room_id=private_room.id)
    full = limited(deps, assistant_room_tokens_per_hour=100)
    with pytest.raises(AssistantLimit, match="This room had"):
        limits.count_request(full, account_id=moderator.id, room_id=private_room.id)


def test_administrators_see_what_the_model_took_by_day_and_room(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, admin: Someone
) -> None:
    priced = limited(deps, llm_input_price=2.0, llm_output_price=10.0)
    for _ in range(2):
        took(priced, private_room, member, Usage(1, 100_000, 10_000, priced.settings.llm_model))
    took(priced, private_room, member, Usage(1, 50, 5, "built-in"), feature="summaries")
    report = use.report_use(priced, actor_id=admin.id)
    room = next(each for each in report.rooms if each.slug == private_room.slug)
    assert (room.cost.calls, room.cost.tokens_in, room.cost.tokens_out) == (3, 200_050, 20_005)
    assert room.cost.dollars == pytest.approx(0.6)
    assert sum(day.cost.calls for day in report.days) == report.total.calls
    with pytest.raises(NotAllowed):
        use.report_use(deps, actor_id=owner.id)


@pytest.mark.parametrize("who", ["member", "moderator", "stranger", "removed"])
def test_owners_alone_turn_the_assistant_off(
    deps: Deps, private_room: Place, owner: Someone, request: pytest.FixtureRequest, who: str
) -> None:
    other: Someone = request.getfixturevalue(who)
    with pytest.raises((NotAllowed, RoomUnavailable)):
        rooms.set_assistant(deps, actor_id=other.id, room_id=private_room.id, is_on=False)
    assert rooms.open_room(deps, actor_id=owner.id, slug=private_room.slug).facts.has_assistant
    rooms.set_assistant(deps, actor_id=owner.id, room_id=private_room.id, is_on=False)
    facts = rooms.open_room(deps, actor_id=owner.id, slug=private_room.slug).facts
    assert not facts.has_assistant


def test_hiding_it_is_for_oneself_alone(deps: Deps, member: Someone, deactivated: Someone) -> None:
    hiding.set_hidden(deps, actor_id=member.id, is_hidden=True)
    assert sessions.get_signed_in(deps, token=member.token).hides_assistant
    with pytest.raises((NotSignedIn, ChatError)):
        hiding.set_hidden(deps, actor_id=deactivated.id, is_hidden=True)


async def test_turning_it_off_reaches_every_screen_of_the_room(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, admin: Someone
) -> None:
    async with serving_pages(deps) as web:
        mine = await open_room(web, owner, private_room)
        other = await open_room(web, member, private_room)

        def is_on() -> bool:
            return other.screen.read().vars["room"]["has_assistant"]

        await eventually(is_on, what="the assistant is on")
        with pytest.raises(NotAllowed):
            await other.call(AssistantSwitchesState.turn, False)
        await mine.call(AssistantSwitchesState.turn, False)
        await eventually(lambda: not is_on(), what="the other screen shows that it is off")
        await other.call(AssistantSwitchesState.hide, True)
        assert other.state(SessionState).hides_assistant
        await other.call(ModelUseState.load)
        assert not other.state(ModelUseState).model.name
        assert not other.state(ModelUseState).index.embedder
        boss = BrowserTab(web, await web.connect(), token=admin.token, path="/admin")
        await boss.call(ModelUseState.load)
        assert boss.state(ModelUseState).model.name == deps.chat.name
        key, runs_on = deps.embedding.key, deps.embedding.runs_on
        told = f"{key} ({runs_on})" if runs_on else key
        assert boss.state(ModelUseState).index.embedder == told
