"""The handlers of appeals against time-outs and bans, called as any client may."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError
from chatrooms.domain.moderation import Queue
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import sanction_answers, sanction_appeals, sanctions
from chatrooms.state.case import CaseState
from chatrooms.state.decision import DecisionState
from chatrooms.state.desk import PATH, DeskState
from chatrooms.state.notifications import NotificationsState
from chatrooms.state.sanction_appeal import SanctionAppealState
from chatrooms.state.session import SessionState
from tests.support.eventually import eventually
from tests.support.inspect import rows
from tests.support.moderation import waiting
from tests.support.people import Place, Someone
from tests.support.tabs import BrowserTab, open_room, serving
from tests.support.web import WebProcess, web_process

ODD: list[Any] = [None, "x", -1, 2**63, 2**80, 1.5, True, [], {}, "\ud800", "\x00"]
WHY = "It was a quotation"
APPEALS = f"{PATH}?queue=appeals"


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with web_process(deps) as process:
        with serving(process):
            yield process


async def tab_at(web: WebProcess, who: Someone, path: str = "/") -> BrowserTab:
    tab = BrowserTab(web, await web.connect(), token=who.token, path=path)
    await tab.call(SessionState.require_sign_in)
    return tab


async def code(tab: BrowserTab, handler: Any, *args: Any) -> str:
    """The code of the refusal; empty if there was none."""
    try:
        await tab.call(handler, *args)
    except ChatError as refused:
        return refused.code
    return ""


async def ban(deps: Deps, room: Place, by: Someone, who: Someone) -> int:
    whom: dict[str, Any] = {"actor_id": by.id, "room_id": room.id, "account_id": who.id}
    return await off_loop(sanctions.ban, deps, **whom, reason="Enough")


async def appealed(deps: Deps, room: Place, by: Someone, who: Someone) -> int:
    """The case of an appeal against a ban."""
    return await appeal(deps, room, who, await ban(deps, room, by, who))


async def appeal(deps: Deps, room: Place, who: Someone, imposed: int) -> int:
    await off_loop(sanction_appeals.appeal, deps, actor_id=who.id, sanction_id=imposed, text=WHY)
    found = await off_loop(rows, deps, "SELECT max(id) FROM cases WHERE room_id = :id", id=room.id)
    return found[0][0]


def form(case_id: Any, action: Any, reason: str = "") -> dict[str, Any]:
    return {"case_id": case_id, "action": action, "reason": reason}


async def test_the_banned_appeal_where_the_bell_tells_of_it(
    web: WebProcess, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    imposed = await ban(deps, private_room, owner, member)
    tab = await tab_at(web, member)
    await tab.call(NotificationsState.toggle, "here")
    bell, own = tab.state(NotificationsState), tab.state(SanctionAppealState)
    assert [(r.sanction_id, r.can_appeal, r.answer) for r in bell.rows] == [(imposed, True, "")]
    await tab.call(SanctionAppealState.start, imposed)
    await tab.call(SanctionAppealState.send, {"appeal": " "})
    assert (own.appealing_id, bool(own.error)) == (imposed, True)
    for odd in [each for each in ODD if each != "x"]:
        await tab.call(SanctionAppealState.send, {"appeal": odd})
        await tab.call(SanctionAppealState.send, odd)
        assert own.error
    await tab.call(SanctionAppealState.send, {"appeal": WHY})
    assert (own.appealing_id, own.error) == (0, "")
    (row,) = bell.rows
    assert (row.can_appeal, row.answer) == (False, "You appealed. A moderator will look at it.")


async def test_nobody_appeals_with_an_id_that_is_not_theirs(
    web: WebProcess, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    imposed = await ban(deps, private_room, owner, member)
    tab = await tab_at(web, owner)
    for claimed in (imposed, str(imposed), *ODD):
        await tab.call(SanctionAppealState.start, claimed)
        await tab.call(SanctionAppealState.send, {"appeal": WHY})
        assert tab.state(SanctionAppealState).error == "This time-out or ban does not exist."
    made = "SELECT count(*) FROM sanction_appeals WHERE room_id = :id"
    assert await off_loop(rows, deps, made, id=private_room.id) == [(0,)]


async def test_who_is_timed_out_comes_to_it_from_the_room(
    web: WebProcess, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    whom: dict[str, Any] = {"actor_id": owner.id, "room_id": private_room.id}
    imposed = await off_loop(sanctions.time_out, deps, **whom, account_id=member.id, minutes=60)
    tab = await open_room(web, member, private_room)
    await tab.call(SanctionAppealState.start_here, "here")
    assert tab.state(SanctionAppealState).appealing_id == imposed
    assert tab.state(NotificationsState).opened_in == "here"
    assert imposed in [row.sanction_id for row in tab.state(NotificationsState).rows]
    free = await open_room(web, owner, private_room)
    await free.call(SanctionAppealState.start_here, "here")
    assert free.state(SanctionAppealState).appealing_id == 0


async def test_the_page_shows_it_and_answers_it(
    web: WebProcess,
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
) -> None:
    imposed = await ban(deps, private_room, moderator, member)
    tab = await tab_at(web, owner, APPEALS)
    await tab.call(DeskState.load)
    tab.screen.read().events.clear()
    case_id = await appeal(deps, private_room, member, imposed)
    await eventually(lambda: "moderation" in tab.screen.read().events, what="the page is told")
    await tab.call(DeskState.count)
    desk, shown = tab.state(DeskState), tab.state(CaseState)
    (listed,) = desk.cases
    assert (listed.sanction, listed.text) == ("ban", f"Ban: {WHY}")
    assert (desk.open_id, shown.case.id, shown.sanction.id) == (case_id, case_id, case_id)
    assert (shown.case.appeal, shown.sanction.imposed_by) == (WHY, moderator.username)
    assert shown.sanction.why_not == ""
    assert shown.record.person.id == member.id
    theirs = await tab_at(web, moderator, APPEALS)
    await theirs.call(DeskState.load)
    assert "Another moderator" in theirs.state(CaseState).sanction.why_not
    with pytest.raises(ChatError, match="Another moderator"):
        await theirs.call(DecisionState.decide, form(case_id, "lift"))
    await tab.call(DecisionState.decide, form(case_id, "lift", "A quotation"))
    assert tab.state(DecisionState).told == f"Ban lifted: {member.username}"
    assert (desk.open_id, shown.sanction.id, tab.state(DecisionState).can_undo) == (0, 0, False)
    await theirs.call(DeskState.count)
    lifted = f"The sanction was lifted by {owner.username}."
    assert theirs.state(DeskState).notice == lifted
    await tab.call(DecisionState.decide, form(case_id, "uphold"))
    assert tab.state(DecisionState).told == "This appeal was answered already."


async def test_it_is_not_picked_with_messages(
    web: WebProcess, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    _, message_case = await off_loop(waiting, deps, private_room, owner, queue=Queue.APPEALS)
    case_id = await appealed(deps, private_room, owner, member)
    tab = await tab_at(web, owner, APPEALS)
    await tab.call(DeskState.load)
    await tab.call(DeskState.pick, case_id)
    assert tab.state(DeskState).picked == []
    await tab.call(DeskState.pick_all)
    assert tab.state(DeskState).picked == [message_case]
    await tab.call(DeskState.open_case, case_id)
    assert tab.state(CaseState).sanction.id == case_id
    await tab.call(DeskState.open_case, message_case)
    assert tab.state(CaseState).sanction.id == 0


@pytest.mark.parametrize("kind", ["member", "stranger", "removed", "nobody"])
async def test_who_does_not_moderate_neither_sees_nor_answers_it(
    web: WebProcess,
    deps: Deps,
    private_room: Place,
    owner: Someone,
    member: Someone,
    kind: str,
    request: pytest.FixtureRequest,
) -> None:
    case_id = await appealed(deps, private_room, owner, member)
    who = None if kind == "nobody" else request.getfixturevalue(kind)
    tab = BrowserTab(web, await web.connect(), token=who.token if who else "", path=APPEALS)
    handlers: list[tuple[Any, tuple[Any, ...]]] = [
        (DeskState.load, ()),
        (DeskState.open_case, (case_id,)),
        *((DecisionState.decide, (form(case_id, each),)) for each in ("lift", "uphold")),
    ]
    for handler, args in handlers:
        assert await code(tab, handler, *args) in ("", "case_unavailable", "not_signed_in")
    assert tab.state(CaseState).sanction.id == 0
    waits = "SELECT count(*) FROM sanction_appeals WHERE room_id = :id AND decided_at IS NULL"
    assert await off_loop(rows, deps, waits, id=private_room.id) == [(1,)]
    await off_loop(sanction_answers.answer, deps, actor_id=owner.id, case_id=case_id, action="lift")
