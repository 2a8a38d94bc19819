"""A room's moderation settings through their handlers, called as any client may call them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import NotAllowed, RoomUnavailable
from chatrooms.domain.moderation import Mode
from chatrooms.domain.permissions import Role
from chatrooms.live.offload import off_loop
from chatrooms.services import rooms
from chatrooms.services.moderation import judging, rejudging, training
from chatrooms.services.moderation import numbers as numbers_of
from chatrooms.state.learning import LearningState
from chatrooms.state.numbers import NumbersState
from chatrooms.state.policy import PolicyState
from chatrooms.state.rejudging import RejudgingState
from chatrooms.state.rules import RulesState
from chatrooms.state.session import SessionState
from chatrooms.state.simulation import SimulationState
from tests.support.eventually import eventually
from tests.support.inspect import rows
from tests.support.moderation import ABUSE, HARMLESS, moderated
from tests.support.people import Place, Someone, bring_in, post, sign_up
from tests.support.tabs import BrowserTab, serving
from tests.support.web import WebProcess, web_process

ODD: list[Any] = [None, "x", -1, 2**80, 1.5, [], {}, "\ud800", "\x00", ["", 3], True]


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with web_process(deps) as process:
        with serving(process):
            yield process


async def settings_of(web: WebProcess, who: Someone, room: Place) -> BrowserTab:
    path = f"/rooms/{room.slug}/moderation"
    tab = BrowserTab(web, await web.connect(), token=who.token, path=path)
    for event in await tab.call(PolicyState.load):
        for handler in event or []:
            await tab.call(handler)
    return tab


async def test_an_owner_tries_a_policy_sees_what_it_would_have_done_and_applies_it(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    def talk() -> None:
        moderated(deps, private_room, Mode.MANUAL)
        for text in (HARMLESS, ABUSE):
            post(deps, private_room, member, text)
        judging.judge_waiting(deps)

    await off_loop(talk)
    tab = await settings_of(web, owner, private_room)
    form, simulation = tab.state(PolicyState), tab.state(SimulationState)
    assert (form.status, form.can_change, form.policy.mode) == ("open", True, "manual")
    assert (simulation.looked_at, simulation.changed) == (2, 0)
    await tab.call(PolicyState.change, "mode", "auto")
    assert "not enough yet" in form.measured
    assert (form.is_changed, simulation.changed, simulation.people) == (True, 2, 1)
    assert [(row.word, row.before, row.after) for row in simulation.outcomes] == [
        ("Approved", 0, 1),
        ("Waits in the queue", 2, 0),
        ("Removed", 0, 1),
    ]
    numbers = tab.state(NumbersState)
    assert [(day.waiting, day.removed) for day in numbers.told] == [(2, 0)]
    assert [day.waiting for day in numbers.days] == [0] * numbers_of.DAYS + [2]
    assert (numbers.agreed, numbers.waited) == ("none yet", "none yet")
    await tab.call(PolicyState.change, "flag", ["90"])
    assert (form.policy.flag, form.policy.remove) == (90, 90)
    await tab.call(PolicyState.forget)
    assert (form.is_changed, form.policy.mode, simulation.changed) == (False, "manual", 0)
    await tab.call(PolicyState.change, "mode", "auto")
    await tab.call(PolicyState.change, "hold_limit_s", "nothing")
    await tab.call(PolicyState.save)
    assert "hold limit" in form.error
    await tab.call(PolicyState.change, "hold_limit_s", "1.5")
    await tab.call(PolicyState.save)
    assert (form.error, form.is_changed) == ("", False)
    access = await off_loop(rooms.open_room, deps, actor_id=owner.id, slug=private_room.slug)
    assert (access.policy.mode, access.policy.hold_limit_ms) == (Mode.AUTO, 1_500)


async def test_what_another_owner_applies_shows_at_once_and_what_is_being_typed_stays(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    second = await off_loop(sign_up, deps, "second")
    await off_loop(bring_in, deps, private_room, by=owner, who=second, role=Role.OWNER)
    reader = await off_loop(sign_up, deps, "reader")
    await off_loop(bring_in, deps, private_room, by=owner, who=reader, role=Role.MODERATOR)
    mine, reading = [await settings_of(web, who, private_room) for who in (owner, reader)]
    for tab in (mine, reading):
        await tab.call(SessionState.require_sign_in)
    theirs = await settings_of(web, second, private_room)
    await mine.call(PolicyState.change, "flag", 30)
    await mine.call(RulesState.start)
    await mine.call(RulesState.change, "words", "half a w")
    for tab in (mine, reading):
        tab.screen.read().events.clear()
    await theirs.call(PolicyState.change, "mode", "auto")
    await theirs.call(PolicyState.change, "flag", 70)
    await theirs.call(PolicyState.save)
    await theirs.call(RulesState.save, {"name": "Zonks", "words": "zonk"})
    for tab in (mine, reading):
        await eventually(lambda tab=tab: "policy" in tab.screen.read().events, what="it is told")
        (told,) = await tab.call(PolicyState.follow)
        assert f"{second.username} changed the policy." in str(told)
        (told,) = await tab.call(RulesState.follow)
        assert f"{second.username} added the rule “Zonks”." in str(told)
        assert await tab.call(PolicyState.follow) == await tab.call(RulesState.follow) == []
        assert [rule.name for rule in tab.state(RulesState).rules] == ["Zonks"]
    form, editor = mine.state(PolicyState), mine.state(RulesState)
    assert (form.policy.mode, form.policy.flag, form.saved.flag) == ("auto", 30, 70)
    assert form.is_changed
    assert (editor.is_editing, editor.typed["words"]) == (True, "half a w")
    seen = reading.state(PolicyState)
    assert (seen.policy.mode, seen.policy.flag, seen.is_changed) == ("auto", 70, False)
    await mine.call(PolicyState.save)
    assert await theirs.call(PolicyState.follow) != []
    assert theirs.state(PolicyState).saved.flag == 30


async def test_a_moderator_writes_a_rule_tries_it_and_only_reads_the_policy(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    def talk() -> None:
        moderated(deps, private_room, Mode.MANUAL)
        post(deps, private_room, member, HARMLESS)
        judging.judge_waiting(deps)

    await off_loop(talk)
    tab = await settings_of(web, moderator, private_room)
    editor, simulation = tab.state(RulesState), tab.state(SimulationState)
    await tab.call(RulesState.start)
    await tab.call(RulesState.change, "words", "garden")
    await tab.call(RulesState.change, "action", "remove")
    assert (simulation.is_of_rule, simulation.changed) == (True, 1)
    await tab.call(RulesState.change, "name", "Gardens")
    await tab.call(RulesState.save, {"words": ""})
    assert "at least one word" in editor.error
    await tab.call(RulesState.save, {"words": "garden"})
    (rule,) = editor.rules
    assert (rule.name, rule.text, editor.is_editing) == ("Gardens", "Words: garden", False)
    assert not simulation.is_of_rule
    await tab.call(RulesState.edit, rule.id)
    assert editor.typed["words"] == "garden"
    await tab.call(RulesState.save, {"kind": "pattern", "pattern": "("})
    assert "cannot be used" in editor.error
    await tab.call(RulesState.stop)
    await tab.call(RulesState.switch, rule.id, False)
    assert not editor.rules[0].is_on
    await tab.call(RulesState.delete, rule.id)
    assert editor.rules == []
    await tab.call(PolicyState.change, "slow_s", "30")
    await tab.call(PolicyState.save)
    assert tab.state(PolicyState).error


async def test_judging_again_shows_its_progress_to_all_who_have_it_open(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
) -> None:
    def talk(mode: Mode) -> None:
        moderated(deps, private_room, mode)
        post(deps, private_room, member, f"{HARMLESS} in {mode}")
        judging.judge_waiting(deps)

    def mark() -> None:
        (run,) = rows(deps, "SELECT max(id) FROM moderation_log WHERE action = 'rejudge'")[0]
        rejudging.carry_out(deps, run_id=run)

    for mode in (Mode.MANUAL, Mode.SEMI_AUTO):
        await off_loop(talk, mode)
    mine, theirs = [await settings_of(web, who, private_room) for who in (owner, moderator)]
    await mine.call(RejudgingState.start, {"newest": "5"})
    await theirs.call(RejudgingState.load)
    for tab in (mine, theirs):
        await tab.call(SessionState.require_sign_in)
        assert (tab.state(RejudgingState).done, tab.state(RejudgingState).total) == (0, 2)
    for step, judged in ((mark, 0), (lambda: judging.judge_waiting(deps), 2)):
        await off_loop(step)
        for tab in (mine, theirs):
            await eventually(lambda t=tab: "rejudging" in t.screen.read().events, what="it goes on")
            tab.screen.events.clear()
            await tab.call(RejudgingState.follow)
            progress = tab.state(RejudgingState)
            assert (progress.done, progress.is_running) == (judged, judged < 2)


async def test_a_training_shows_to_all_who_have_it_open_and_tells_how_it_ended(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    stranger: Someone,
) -> None:
    def begin() -> int:
        with transaction(deps.sessions) as tx:
            return training.begin(tx, deps, room_id=private_room.id, by_id=owner.id).id

    people = (owner, moderator, stranger)
    tabs = [await settings_of(web, who, private_room) for who in people]
    for tab in tabs:
        await tab.call(SessionState.require_sign_in)
    *staff, outside = tabs
    begun = await off_loop(begin)
    for tab in staff:
        await eventually(lambda tab=tab: "learning" in tab.screen.read().events, what="it is told")
        tab.screen.events.clear()
        await tab.call(LearningState.follow)
        assert (tab.state(LearningState).is_running, tab.state(LearningState).message) == (True, "")
    await off_loop(training.carry_out, deps, correction_id=begun)
    for tab in staff:
        await eventually(lambda tab=tab: "learning" in tab.screen.read().events, what="it is told")
        await tab.call(LearningState.follow)
        assert not tab.state(LearningState).is_running
        assert tab.state(LearningState).message == "Training 1: Not used: too few decisions."
    await outside.call(LearningState.follow)
    assert outside.state(LearningState).trainings == []
    assert "learning" not in outside.screen.read().events


@pytest.mark.parametrize("who", ["member", "stranger", "removed"])
async def test_others_see_nothing_and_change_nothing(
    request: pytest.FixtureRequest, deps: Deps, web: WebProcess, private_room: Place, who: str
) -> None:
    someone: Someone = request.getfixturevalue(who)
    tab = await settings_of(web, someone, private_room)
    form = tab.state(PolicyState)
    assert (form.status, form.room_name) == ("unavailable", "")
    refused = (NotAllowed, RoomUnavailable)
    await tab.call(RulesState.start)
    await tab.call(RulesState.save, {"name": "x", "words": "y"})
    assert tab.state(RulesState).error
    await tab.call(RulesState.load_room)
    assert tab.state(RulesState).rules == []
    for call, args in (
        (RulesState.switch, (1, False)),
        (RulesState.delete, (1,)),
        (RejudgingState.load, ()),
        (NumbersState.load, ()),
    ):
        with pytest.raises(refused):
            await tab.call(call, *args)
    await tab.call(RejudgingState.follow)
    assert tab.state(RejudgingState).total == 0
    await tab.call(PolicyState.save)
    assert form.error
    await tab.call(SimulationState.choose_days, 30)
    assert tab.state(SimulationState).error


async def test_the_rules_of_the_site_are_for_administrators(
    web: WebProcess, admin: Someone, owner: Someone
) -> None:
    async def open_admin(who: Someone) -> BrowserTab:
        tab = BrowserTab(web, await web.connect(), token=who.token, path="/admin")
        await tab.call(RulesState.load_site)
        await tab.call(RulesState.start)
        await tab.call(RulesState.save, {"name": "Everywhere", "words": "zonk"})
        return tab

    allowed = (await open_admin(admin)).state(RulesState)
    assert [(rule.name, rule.is_site) for rule in allowed.rules] == [("Everywhere", True)]
    refused = (await open_admin(owner)).state(RulesState)
    assert (refused.rules, bool(refused.error)) == ([], True)


async def test_whatever_is_sent_breaks_nothing(
    web: WebProcess, private_room: Place, owner: Someone
) -> None:
    tab = await settings_of(web, owner, private_room)
    form = tab.state(PolicyState)
    for odd in ODD:
        for name in (odd, "flag", "remove", "mode", "holds", "hold_limit_s", "slow_s", "_room_id"):
            await tab.call(PolicyState.change, name, odd)
        await tab.call(PolicyState.save)
        await tab.call(SimulationState.choose_days, odd)
        await tab.call(RulesState.edit, odd)
        await tab.call(RulesState.change, odd, odd)
        await tab.call(RulesState.save, odd)
        await tab.call(RejudgingState.start, {"newest": odd})
        await tab.call(PolicyState.forget)
    assert form.policy.mode == "manual"
