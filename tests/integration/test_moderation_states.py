"""The handlers of appeals, reports and sanctions, called as any client may."""

from dataclasses import replace
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError
from chatrooms.domain.moderation import HoldExpiry, Mode
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import decisions, judging, sanctions
from chatrooms.state.new_room import draft
from chatrooms.state.outbox import OutboxState
from chatrooms.state.report import ReportState
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.sanctions import SanctionsState
from chatrooms.state.standing import StandingState
from tests.support.eventually import eventually
from tests.support.inspect import change, rows
from tests.support.moderation import moderated, open_queue
from tests.support.people import Place, Someone, post
from tests.support.tabs import BrowserTab, open_room
from tests.support.web import WebProcess

ODD: list[Any] = [None, "x", -1, 2**63, 2**80, 1.5, True, [], {}, {"room_id": 1}, "\ud800", "\x00"]
TEXT = "Mulch before the first frost"


@pytest.fixture
def said(deps: Deps, private_room: Place, member: Someone) -> int:
    return post(deps, private_room, member, TEXT)


async def code(tab: BrowserTab, handler: Any, *args: Any) -> str:
    """The code of the error that a handler answers with; empty if it answers with none."""
    try:
        await tab.call(handler, *args)
    except ChatError as error:
        return error.code
    return ""


async def remove(deps: Deps, room: Place, by: Someone, message_id: int) -> None:
    await off_loop(decisions.remove, deps, actor_id=by.id, room_id=room.id, message_id=message_id)


async def test_the_author_sees_what_was_found_wrong_and_appeals(
    web: WebProcess,
    deps: Deps,
    private_room: Place,
    member: Someone,
    moderator: Someone,
    owner: Someone,
    said: int,
) -> None:
    evidence = '[{"words": "frost", "weight": 1.0, "start": 23, "end": 28}]'
    change(
        deps,
        "INSERT INTO verdicts (message_id, room_id, revision, score, model, evidence, rule, "
        "decision) VALUES (:message, :room, 0, 0.95, 'one', CAST(:evidence AS jsonb), '', "
        "'remove')",
        message=said,
        room=private_room.id,
        evidence=evidence,
    )
    change(
        deps, "UPDATE messages SET withheld = 'review', status = 'flagged' WHERE id = :id", id=said
    )
    tab = await open_room(web, member, private_room)
    await tab.call(StandingState.load)
    (row,) = tab.state(StandingState).rows
    assert [(s.text, s.is_marked) for s in row.segments] == [
        ("Mulch before the first ", False),
        ("frost", True),
    ]
    assert (row.status, row.why) == (
        "Waits for a moderator",
        "The model\u2019s score is very high.",
    )
    assert (row.can_appeal, row.is_held) == (False, False)
    await remove(deps, private_room, moderator, said)
    await tab.call(StandingState.load)
    (row,) = tab.state(StandingState).rows
    assert (row.status, row.can_appeal) == ("Removed by moderation", True)
    await tab.call(StandingState.start_appeal, said)
    await tab.call(StandingState.send_appeal, {"appeal": " "})
    assert tab.state(StandingState).error
    await tab.call(StandingState.send_appeal, {"appeal": "It is about gardens"})
    await tab.call(StandingState.load)
    (row,) = tab.state(StandingState).rows
    assert (row.can_appeal, row.answer) == (False, "You appealed. A moderator will look at it.")
    others = await open_room(web, owner, private_room)
    await others.call(StandingState.load)
    assert others.state(StandingState).rows == []


async def test_reading_some_own_messages_anew_shows_what_reading_all_of_them_does(
    web: WebProcess, deps: Deps, private_room: Place, member: Someone
) -> None:
    said = [await off_loop(post, deps, private_room, member, TEXT) for _ in range(21)]
    withhold = "UPDATE messages SET withheld = :why, status = 'removed' WHERE id = ANY(:ids)"
    change(deps, withhold, why="removed", ids=said[:20])
    tab = await open_room(web, member, private_room)
    await tab.call(StandingState.load)
    own, earlier = tab.state(StandingState), said[:16]
    assert [row.message_id for row in own.earlier] == earlier
    change(deps, withhold, why="removed", ids=said[20:])
    own.dirty_vars.clear()
    await tab.call(StandingState.load, said[20:])
    assert "earlier" not in own.dirty_vars
    assert [row.message_id for row in [*own.earlier, *own.rows]] == said
    change(deps, withhold, why="", ids=said[2:4])
    await tab.call(StandingState.load, said[2:3])
    assert [row.message_id for row in [*own.earlier, *own.rows]] == [*said[:2], *said[3:]]
    await tab.call(StandingState.load, said[3:4])
    shown = [*own.earlier, *own.rows]
    await tab.call(StandingState.load)
    assert [*own.earlier, *own.rows] == shown
    assert [row.message_id for row in shown] == [*said[:2], *said[4:]]


async def test_a_message_that_is_being_checked_is_told_to_its_author(
    web: WebProcess, deps: Deps, private_room: Place, member: Someone
) -> None:
    moderated(deps, private_room, Mode.AUTO, hold_expiry=HoldExpiry.KEEP)
    tab = await open_room(web, member, private_room)
    form = {"room_id": str(private_room.id), "client_id": "one", "body": f"{TEXT} @nobody"}
    await tab.call(OutboxState.send, form)
    await tab.call(StandingState.load)
    (row,) = tab.state(StandingState).rows
    assert (row.client_id, row.is_held, row.status, row.position) == ("one", True, "Checking...", 0)


async def test_an_edit_that_waits_is_edited_on_and_stays_until_the_room_shows_it(
    web: WebProcess, deps: Deps, private_room: Place, member: Someone, said: int
) -> None:
    moderated(deps, private_room, Mode.AUTO, hold_expiry=HoldExpiry.KEEP)
    tab = await open_room(web, member, private_room)
    await tab.call(RoomState.start_edit, said)
    assert tab.state(RoomState).editing_body == TEXT
    await tab.call(RoomState.save_edit, {"body": "The late tulips are out"})
    await tab.call(StandingState.load)
    (row,) = tab.state(StandingState).rows
    assert (row.body, row.is_edit, row.is_checking) == ("The late tulips are out", True, True)
    await tab.call(RoomState.start_edit, said)
    assert tab.state(RoomState).editing_body == "The late tulips are out"
    room = await web.hub.live.open(private_room.id)
    before = room.view
    await off_loop(judging.judge_waiting, deps)
    await eventually(lambda: room.view.messages[-1].body == row.body, what="the room shows it")
    after, room.view = room.view, replace(room.view, messages=before.messages)
    await tab.call(StandingState.load)
    assert [each.body for each in tab.state(StandingState).rows] == [row.body]
    room.view = after
    await tab.call(StandingState.load)
    assert tab.state(StandingState).rows == []


async def test_odd_arguments_find_nothing_and_break_nothing(
    web: WebProcess, deps: Deps, private_room: Place, owner: Someone, stranger: Someone, said: int
) -> None:
    tab = await open_room(web, owner, private_room)
    for odd in ODD:
        await tab.call(StandingState.start_appeal, odd)
        await tab.call(StandingState.send_appeal, odd)
        assert tab.state(StandingState).error
        assert await code(tab, ReportState.show, odd, odd) == "message_unavailable"
        await tab.call(ReportState.send, odd)
        await tab.call(SanctionsState.ask_time_out, odd, odd, odd)
        await tab.call(SanctionsState.impose, odd)
        assert tab.state(SanctionsState).error
        await tab.call(SanctionsState.ask_ban, odd, odd, odd)
        await tab.call(SanctionsState.impose, odd)
        assert tab.state(SanctionsState).error
        assert await code(tab, SanctionsState.lift, odd) == "invalid_input"
        assert draft({"mode": odd}).mode in ("manual", str(odd))
    assert not rows(deps, "SELECT 1 FROM sanctions WHERE room_id = :id", id=private_room.id)
    assert open_queue(deps, said) == ""


async def test_a_message_is_reported_from_its_menu(
    web: WebProcess, deps: Deps, private_room: Place, owner: Someone, said: int
) -> None:
    tab = await open_room(web, owner, private_room)
    await tab.call(ReportState.show, said, "here")
    state = tab.state(ReportState)
    assert (state.opened_in, state.excerpt) == ("here", TEXT)
    await tab.call(ReportState.send, {"reason": ""})
    assert tab.state(ReportState).error
    await tab.call(ReportState.send, {"reason": "Spam"})
    assert tab.state(ReportState).is_sent
    assert open_queue(deps, said) == "reported"


async def test_moderators_time_out_from_the_list_of_members_and_lift(
    web: WebProcess, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    tab, theirs = (
        await open_room(web, owner, private_room),
        await open_room(web, member, private_room),
    )
    await tab.call(RoomInfoState.show)
    await tab.call(SanctionsState.ask_time_out, member.id, member.username, "here")
    await tab.call(SanctionsState.impose, {"minutes": "30", "reason": "Cool down"})
    (row,) = tab.state(SanctionsState).rows
    assert (row.person.id, row.is_ban, row.reason) == (member.id, False, "Cool down")
    await theirs.call(RoomState.refresh)
    rights = theirs.state(RoomState).rights
    assert (rights.can_post, rights.timed_out_until) == (False, row.until)
    await theirs.call(RoomInfoState.show)
    await theirs.call(SanctionsState.load)
    assert theirs.state(SanctionsState).rows == []
    assert await code(theirs, SanctionsState.lift, row.id) == "not_allowed"
    await tab.call(SanctionsState.lift, row.id)
    assert tab.state(SanctionsState).rows == []
    await theirs.call(RoomState.refresh)
    assert theirs.state(RoomState).rights.can_post


async def test_who_is_banned_loses_the_screen(
    web: WebProcess, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    theirs = await open_room(web, member, private_room)
    await off_loop(
        sanctions.ban, deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id
    )
    await theirs.call(RoomState.open_room)
    assert theirs.state(RoomState).status == "unavailable"
