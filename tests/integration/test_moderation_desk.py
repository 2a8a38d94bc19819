"""The handlers of the moderation page, called as any client may."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError
from chatrooms.domain.moderation import Queue
from chatrooms.live.offload import off_loop
from chatrooms.services import members
from chatrooms.services.moderation import claims, deciding, sanctions
from chatrooms.state.case import CaseState
from chatrooms.state.decision import DecisionState
from chatrooms.state.desk import PATH, DeskState
from chatrooms.state.session import SessionState
from tests.support.eventually import eventually
from tests.support.inspect import rows
from tests.support.moderation import ABUSE, status, waiting
from tests.support.people import Place, Someone, bring_in, make_room, with_settings
from tests.support.tabs import BrowserTab, serving
from tests.support.web import WebProcess, web_process

ODD: list[Any] = [None, "x", -1, 2**63, 2**80, 1.5, True, [], {}, "\ud800", "\x00"]

REFUSED = (
    "",
    "not_signed_in",
    "not_allowed",
    "invalid_input",
    "case_unavailable",
    "room_unavailable",
    "account_unavailable",
)
"""How handlers answer without having done anything."""


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with web_process(with_settings(deps, heal_interval_s=0.2, tick_ms=5)) as process:
        with serving(process):
            yield process


async def open_desk(web: WebProcess, who: Someone | None) -> BrowserTab:
    """A tab on the moderation page, loaded."""
    token = who.token if who else ""
    tab = BrowserTab(web, await web.connect(), token=token, path=PATH)
    await tab.call(SessionState.require_sign_in)
    await tab.call(DeskState.load)
    return tab


async def answer(tab: BrowserTab, handler: Any, *args: Any) -> str:
    """The code of the refusal; empty if there was none."""
    try:
        await tab.call(handler, *args)
    except ChatError as refused:
        return refused.code
    return ""


def form(case_id: Any, action: Any, reason: str = "") -> dict[str, Any]:
    return {"case_id": case_id, "action": action, "reason": reason}


async def test_the_page_opens_with_the_first_case_that_nobody_looks_at(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
) -> None:
    first, second = [await off_loop(waiting, deps, private_room, member) for _ in range(2)]
    await off_loop(claims.claim, deps, actor_id=owner.id, case_id=first[1])
    tab = await open_desk(web, moderator)
    desk, case = tab.state(DeskState), tab.state(CaseState)
    assert [row.id for row in desk.cases] == [first[1], second[1]]
    assert [row.claimed_by for row in desk.cases] == [owner.username, ""]
    assert (desk.open_id, case.case.id, desk.waiting) == (second[1], second[1], 2)
    assert "".join(each.text for each in case.case.segments) == ABUSE
    assert [each.text for each in case.case.segments if each.is_marked] == ["worthless"]
    assert (case.case.score, case.case.percent) == ("0.91", 91)
    assert case.record.person.id == member.id


async def test_deciding_moves_on_and_undoing_comes_back(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    made = [await off_loop(waiting, deps, private_room, member, f"text {n}") for n in range(3)]
    tab = await open_desk(web, moderator)
    desk, decision = tab.state(DeskState), tab.state(DecisionState)
    await tab.call(DeskState.step, 1)
    await tab.call(DecisionState.decide, form(str(made[1][1]), "remove", "Rude"))
    assert (desk.open_id, desk.waiting, decision.can_undo) == (made[2][1], 2, True)
    assert decision.told == "Removed: text 1"
    await tab.call(DecisionState.decide, form(str(made[2][1]), "keep"))
    assert desk.open_id == made[0][1]
    for message in (made[2], made[1]):
        await tab.call(DecisionState.undo)
        opened = next(row for row in desk.cases if row.id == desk.open_id)
        assert opened.message_id == message[0]
        assert await off_loop(status, deps, message[0]) == "flagged"
    assert not decision.can_undo
    await tab.call(DecisionState.undo)
    assert len(desk.cases) == 3


async def test_what_another_moderator_decides_leaves_the_page_by_itself(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
) -> None:
    first, second = [await off_loop(waiting, deps, private_room, member) for _ in range(2)]
    tab = await open_desk(web, moderator)
    desk = tab.state(DeskState)
    tab.screen.read().events.clear()
    await off_loop(deciding.decide, deps, actor_id=owner.id, case_id=first[1], action="keep")
    await eventually(lambda: "moderation" in tab.screen.read().events, what="the page is told")
    await tab.call(DeskState.count)
    assert (desk.open_id, desk.notice) == (second[1], f"{owner.username} kept it.")
    await tab.call(DecisionState.dismiss)
    assert desk.notice == ""
    await tab.call(DecisionState.decide, form(first[1], "remove"))
    assert tab.state(DecisionState).told == "This was decided already."
    assert await off_loop(status, deps, first[0]) == "approved"


async def test_the_address_names_what_is_shown_and_shows_it_again(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    other = await off_loop(make_room, deps, owner, name="Another place")
    await off_loop(bring_in, deps, other, by=owner, who=member)
    await off_loop(waiting, deps, private_room, member)
    made = [
        await off_loop(waiting, deps, other, member, f"text {n}", queue=Queue.REPORTED)
        for n in range(2)
    ]
    tab = await open_desk(web, owner)
    desk = tab.state(DeskState)
    assert desk.queue == "flagged"
    await tab.call(DeskState.choose_queue, "reported")
    await tab.call(DeskState.choose_room, str(other.id))
    await tab.call(DeskState.narrow, "text")
    await tab.call(DeskState.open_case, made[1][1])
    query = f"?queue=reported&room={other.slug}&q=text&case={made[1][1]}"
    assert desk.address == query
    fresh = BrowserTab(web, await web.connect(), token=owner.token, path=PATH + query)
    await fresh.call(DeskState.load)
    shown = fresh.state(DeskState)
    assert (shown.address, shown.pane) == (query, "case")
    assert fresh.state(CaseState).case.id == made[1][1]
    fresh.go(PATH)
    await fresh.call(DeskState.load)
    assert (shown.queue, shown.room_id, shown.wanted, shown.pane) == ("flagged", 0, "", "list")
    fresh.go(f"{PATH}?case={made[0][1]}")
    await fresh.call(DeskState.load)
    assert (shown.queue, shown.open_id) == ("reported", made[0][1])
    await off_loop(deciding.decide, deps, actor_id=owner.id, case_id=made[0][1], action="keep")
    await fresh.call(DeskState.load)
    assert (shown.open_id != made[0][1], shown.notice) == (True, f"{owner.username} kept it.")


async def test_an_address_with_what_is_not_ones_own_shows_nothing_of_it(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, stranger: Someone
) -> None:
    theirs = await off_loop(make_room, deps, stranger)
    _, case_id = await off_loop(waiting, deps, theirs, stranger)
    for query in (
        f"?queue=flagged&room={theirs.slug}&case={case_id}",
        "?queue=nonsense&room=%00&q=%00&case=x",
        f"?case={2**80}&room[]=1",
    ):
        tab = BrowserTab(web, await web.connect(), token=moderator.token, path=PATH + query)
        await tab.call(DeskState.load)
        desk = tab.state(DeskState)
        assert (desk.queue, desk.room_id, desk.open_id, desk.cases) == ("flagged", 0, 0, [])
        assert (tab.state(CaseState).case.id, desk.notice) == (0, "")


async def test_other_pages_learn_only_how_much_waits(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    await off_loop(waiting, deps, private_room, member)
    for who, count in ((moderator, 1), (member, -1)):
        tab = BrowserTab(web, await web.connect(), token=who.token, path="/")
        await tab.call(DeskState.count)
        assert (tab.state(DeskState).waiting, tab.state(DeskState).cases) == (count, [])


@pytest.mark.parametrize("kind", ["nobody", "member", "stranger", "removed", "deactivated"])
async def test_no_handler_shows_or_decides_anything_for_those_who_do_not_moderate(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    member: Someone,
    kind: str,
    request: pytest.FixtureRequest,
) -> None:
    message_id, case_id = await off_loop(waiting, deps, private_room, member)
    who = None if kind == "nobody" else request.getfixturevalue(kind)
    tab = BrowserTab(web, await web.connect(), token=who.token if who else "", path=PATH)
    tab.state(DeskState).picked = [case_id]
    tab.state(CaseState)._room_id = private_room.id
    tab.state(DecisionState)._made = [("decision", [(private_room.id, 1)])]
    for handler, args in [
        (DeskState.load, ()),
        (DeskState.open_case, (case_id,)),
        (DeskState.choose_room, (str(private_room.id),)),
        (CaseState.renew, ()),
        (CaseState.add_note, ({"note": "x"},)),
        (DecisionState.decide, (form(case_id, "remove"),)),
        (DecisionState.decide, (form(0, "ban", "x"),)),
        (DecisionState.decide, ({**form(0, "time_out"), "minutes": 5},)),
        (DecisionState.decide_picked, ("remove", "here")),
        (DecisionState.undo, ()),
    ]:
        assert await answer(tab, handler, *args) in REFUSED
    desk = tab.state(DeskState)
    assert (desk.cases, desk.open_id, desk.rooms) == ([], 0, [])
    assert tab.state(CaseState).case.id == 0
    assert await off_loop(status, deps, message_id) == "flagged"
    logged = "SELECT count(*) FROM moderation_log WHERE room_id = :id"
    assert await off_loop(rows, deps, logged, id=private_room.id) == [(0,)]


async def test_a_case_of_a_room_of_others_is_not_shown(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, stranger: Someone
) -> None:
    theirs = await off_loop(make_room, deps, stranger)
    message_id, case_id = await off_loop(waiting, deps, theirs, stranger)
    tab = await open_desk(web, moderator)
    await tab.call(DeskState.open_case, case_id)
    await tab.call(DeskState.choose_room, str(theirs.id))
    assert tab.state(DeskState).room_id == 0
    assert (tab.state(DeskState).open_id, tab.state(CaseState).case.id) == (0, 0)
    with pytest.raises(ChatError):
        await tab.call(DecisionState.decide, form(case_id, "keep"))
    assert await off_loop(status, deps, message_id) == "flagged"


async def test_odd_arguments_decide_nothing(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    message_id, case_id = await off_loop(waiting, deps, private_room, member)
    tab = await open_desk(web, moderator)
    await tab.call(DeskState.pick, case_id)
    for odd in ODD:
        for handler, args in [
            (DecisionState.decide, (odd,)),
            (DecisionState.decide, (form(odd, "remove"),)),
            (DecisionState.decide, (form(case_id, odd),)),
            (DecisionState.decide_picked, (odd, odd)),
            (DecisionState.confirm, (odd,)),
            (CaseState.add_note, (odd,)),
            (DeskState.pick, (odd,)),
            (DeskState.step, (odd,)),
            (DeskState.choose_room, (odd,)),
            (DeskState.narrow, (odd,)),
            (DeskState.show_pane, (odd,)),
            (DeskState.choose_queue, (odd,)),
            (DeskState.open_case, (odd,)),
        ]:
            assert await answer(tab, handler, *args) in REFUSED
    assert await off_loop(status, deps, message_id) == "flagged"
    assert tab.state(DeskState).queue == Queue.FLAGGED


async def test_more_than_twenty_are_decided_once_their_number_was_typed(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    for n in range(21):
        await off_loop(waiting, deps, private_room, member, f"text {n}")
    tab = await open_desk(web, moderator)
    desk, decision = tab.state(DeskState), tab.state(DecisionState)
    await tab.call(DeskState.pick_all)
    await tab.call(DecisionState.decide_picked, "remove", "here")
    assert (decision.asking, len(desk.cases)) == ("remove", 21)
    await tab.call(DecisionState.confirm, {"count": "20"})
    assert (decision.ask_error, len(desk.cases)) == ("Type 21 to go on.", 21)
    await tab.call(DecisionState.confirm, {"count": "21"})
    assert (decision.asking, desk.cases, decision.told) == ("", [], "Removed 21 messages.")
    await tab.call(DecisionState.confirm, {"count": "0"})
    await tab.call(DecisionState.undo)
    assert (len(desk.cases), decision.told) == (21, "Undone.")


async def test_notes_are_there_for_the_rooms_other_moderators(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
) -> None:
    await off_loop(waiting, deps, private_room, member)
    one, two = await open_desk(web, moderator), await open_desk(web, owner)
    await one.call(CaseState.add_note, {"note": "Asked to be kind"})
    await one.call(CaseState.add_note, {"note": " "})
    assert one.state(CaseState).note_error
    await two.call(DeskState.load)
    for tab in (one, two):
        (note,) = tab.state(CaseState).record.notes
        assert (note.title, note.text) == (moderator.username, "Asked to be kind")


async def test_undoing_takes_back_a_time_out_and_what_was_decided_before_it(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    decided, shown = [await off_loop(waiting, deps, private_room, member) for _ in range(2)]
    tab = await open_desk(web, moderator)
    desk, case, decision = tab.state(DeskState), tab.state(CaseState), tab.state(DecisionState)
    await tab.call(DecisionState.decide, form(decided[1], "keep"))
    time_out = {"case_id": shown[1], "action": "time_out", "minutes": "60", "reason": "Rude"}
    await tab.call(DecisionState.decide, time_out)
    assert [each.title for each in case.record.sanctions] == ["Timed out"]
    await tab.call(DecisionState.undo)
    assert (case.record.sanctions, decision.told) == ([], "Undone: they may write again.")
    assert [row.message_id for row in desk.cases] == [shown[0]]
    await tab.call(DecisionState.undo)
    assert {row.message_id for row in desk.cases} == {decided[0], shown[0]}


@pytest.mark.parametrize("what", ["time_out", "ban"])
async def test_whoever_moderates_no_more_takes_no_sanction_back(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    what: str,
) -> None:
    case_id = (await off_loop(waiting, deps, private_room, member))[1]
    tab = await open_desk(web, moderator)
    send = {"case_id": case_id, "action": what, "minutes": "60", "reason": "Rude"}
    await tab.call(DecisionState.decide, send)
    await off_loop(
        members.remove_member,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        account_id=moderator.id,
    )
    with pytest.raises(ChatError):
        await tab.call(DecisionState.undo)
    (standing,) = await off_loop(
        sanctions.list_sanctions, deps, actor_id=owner.id, room_id=private_room.id
    )
    assert standing.kind == what


async def test_the_author_of_a_case_is_timed_out_and_banned_where_it_is_shown(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    message_id, case_id = await off_loop(waiting, deps, private_room, member)
    tab = await open_desk(web, moderator)
    send = {"case_id": case_id, "minutes": "60", "reason": "Rude"}
    await tab.call(DecisionState.decide, {**send, "action": "time_out"})
    (standing,) = tab.state(CaseState).record.sanctions
    assert (standing.title, standing.text) == ("Timed out", "Rude")
    for wrong in ({"reason": " "}, {"case_id": case_id + 1}, {"case_id": "x"}):
        with pytest.raises(ChatError):
            await tab.call(DecisionState.decide, {**send, "action": "ban", **wrong})
    await tab.call(DecisionState.decide, {**send, "action": "ban"})
    assert [each.title for each in tab.state(CaseState).record.sanctions] == ["Banned"]
    decision = tab.state(DecisionState)
    assert (decision.told, decision.can_undo) == (f"Banned: {member.username}", True)
    await tab.call(DecisionState.undo)
    assert (tab.state(CaseState).record.sanctions, decision.can_undo) == ([], True)
    assert decision.told == "Undone: they may join again."
    # The ban has taken the place of the time-out.
    await tab.call(DecisionState.undo)
    assert (decision.told, decision.can_undo) == ("This has ended already.", False)
    assert (tab.state(DeskState).open_id, await off_loop(status, deps, message_id)) == (
        case_id,
        "flagged",
    )
