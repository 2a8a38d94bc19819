"""The handlers of the moderation log's page, called as any client may."""

from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError
from chatrooms.domain.permissions import Role
from chatrooms.live.offload import off_loop
from chatrooms.services import members
from chatrooms.services.moderation import decisions, judging, sanctions
from chatrooms.state.audit import AuditState
from chatrooms.state.audit_address import PATH
from chatrooms.state.audit_review import AuditReviewState
from chatrooms.state.desk import DeskState
from chatrooms.state.session import SessionState
from tests.support.eventually import eventually
from tests.support.inspect import rows
from tests.support.moderation import ABUSE, moderated, status
from tests.support.people import Place, Someone, post
from tests.support.tabs import BrowserTab
from tests.support.web import WebProcess

ODD: list[Any] = [None, "x", -1, 2**63, 2**80, 1.5, True, [], {}, "\ud800", "\x00"]


async def removed(deps: Deps, room: Place, author: Someone) -> tuple[int, int]:
    """A message that the model removed: its id and that of its entry in the log."""
    await off_loop(moderated, deps, room, holds=False)
    message_id = await off_loop(post, deps, room, author, ABUSE)
    await off_loop(judging.judge_waiting, deps)
    query = "SELECT id FROM moderation_log WHERE message_id = :id"
    ((entry_id,),) = await off_loop(rows, deps, query, id=message_id)
    return message_id, entry_id


async def open_log(web: WebProcess, who: Someone | None, query: str = "") -> BrowserTab:
    token = who.token if who else ""
    tab = BrowserTab(web, await web.connect(), token=token, path=PATH + query)
    await tab.call(AuditState.load)
    return tab


def form(case_id: Any, action: Any) -> dict[str, Any]:
    return {"case_id": case_id, "action": action, "reason": ""}


async def test_a_removal_is_looked_at_decided_and_undone_where_it_is_listed(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    message_id, entry_id = await removed(deps, private_room, member)
    tab = await open_log(web, moderator, "?kind=unchecked-7")
    log, review = tab.state(AuditState), tab.state(AuditReviewState)
    (row,) = log.entries
    assert (row.id, row.message_id, row.can_review) == (entry_id, message_id, True)
    assert "".join(each.text for each in row.segments) == ABUSE
    assert any(each.is_marked for each in row.segments)
    await tab.call(AuditReviewState.review, entry_id)
    assert (review.entry_id, log.entries[0].waits_in) == (entry_id, "Flagged")
    await tab.call(AuditReviewState.decide, form(str(review.case_id), "keep"))
    assert (log.entries, review.entry_id, review.can_undo) == ([], 0, True)
    assert await off_loop(status, deps, message_id) == "approved"
    await tab.call(AuditReviewState.undo)
    assert [row.id for row in log.entries] == [entry_id]
    assert await off_loop(status, deps, message_id) == "removed"


async def test_an_open_log_counts_what_is_decided_meanwhile_and_shows_it_when_asked(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
) -> None:
    message_id, entry_id = await removed(deps, private_room, member)
    tab = await open_log(web, moderator)
    await tab.call(SessionState.require_sign_in)
    log = tab.state(AuditState)

    async def follow() -> None:
        await eventually(lambda: "moderation" in tab.screen.read().events, what="it is told")
        tab.screen.events.clear()
        for event in await tab.call(DeskState.count):
            await tab.call(event)

    where: dict[str, Any] = {"actor_id": owner.id, "room_id": private_room.id}
    await off_loop(decisions.keep, deps, **where, message_id=message_id)
    await follow()
    (row,) = log.entries
    assert (row.id, row.fate, log.newer) == (
        entry_id,
        f"Overturned by {owner.username}",
        "1 new entry",
    )
    timed_out = await off_loop(sanctions.time_out, deps, **where, account_id=member.id, minutes=5)
    await follow()
    assert ([row.id for row in log.entries], log.newer) == ([entry_id], "2 new entries")
    await tab.call(AuditState.show_newer)
    assert ([row.what for row in log.entries], log.newer) == (
        ["Timed out", "Kept", "Removed"],
        "",
    )
    await off_loop(sanctions.lift, deps, **where, sanction_id=timed_out)
    await follow()
    assert log.newer == "1 new entry"
    tab.go(f"{PATH}?kind=unchecked-7")
    await tab.call(AuditState.load)
    assert log.entries == []
    another, _ = await removed(deps, private_room, member)
    await follow()
    assert ([row.message_id for row in log.entries], log.newer) == ([another], "")
    await tab.call(AuditReviewState.review, log.entries[0].id)
    await off_loop(decisions.remove, deps, **where, message_id=another)
    await follow()
    review = tab.state(AuditReviewState)
    assert (log.entries, review.entry_id) == ([], 0)
    assert review.told == "Another moderator decided about it."
    tab.go(PATH)
    await tab.call(AuditState.load)
    assert log.entries
    role = Role.MEMBER.value
    await off_loop(members.change_role, deps, **where, account_id=moderator.id, role=role)
    await tab.call(AuditReviewState.follow)
    assert (log.status, log.entries) == ("unavailable", [])


async def test_a_wrong_address_says_so_and_lists_nothing(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    await removed(deps, private_room, member)
    tab = await open_log(web, moderator, "?kind=everything")
    log = tab.state(AuditState)
    assert (log.entries, log.export_path) == ([], "")
    assert log.error
    tab.go(f"{PATH}?kind=removed")
    await tab.call(AuditState.load)
    assert (len(log.entries), log.error) == (1, "")


@pytest.mark.parametrize("kind", ["nobody", "member", "stranger", "removed", "deactivated"])
async def test_no_handler_shows_or_decides_anything_for_those_who_do_not_moderate(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    moderator: Someone,
    member: Someone,
    kind: str,
    request: pytest.FixtureRequest,
) -> None:
    message_id, entry_id = await removed(deps, private_room, member)
    allowed = await open_log(web, moderator)
    await allowed.call(AuditReviewState.review, entry_id)
    case_id = allowed.state(AuditReviewState).case_id
    who = None if kind == "nobody" else request.getfixturevalue(kind)
    tab = BrowserTab(
        web,
        await web.connect(),
        token=who.token if who else "",
        path=f"{PATH}?message={message_id}",
    )
    tab.state(AuditReviewState)._made = [(private_room.id, 1)]
    for handler, args in [
        (AuditState.load, ()),
        (AuditState.load_more, ()),
        (AuditReviewState.review, (entry_id,)),
        (AuditReviewState.decide, (form(case_id, "keep"),)),
        (AuditReviewState.undo, ()),
    ]:
        try:
            await tab.call(handler, *args)
        except ChatError:
            continue
    assert (tab.state(AuditState).entries, tab.state(AuditReviewState).case_id) == ([], 0)
    assert await off_loop(status, deps, message_id) == "removed"


async def test_odd_arguments_do_nothing(
    deps: Deps, web: WebProcess, private_room: Place, moderator: Someone, member: Someone
) -> None:
    message_id, entry_id = await removed(deps, private_room, member)
    tab = await open_log(web, moderator)
    await tab.call(AuditReviewState.review, entry_id)
    case_id = tab.state(AuditReviewState).case_id
    for odd in ODD:
        for handler, args in [
            (AuditState.choose, (odd, "x")),
            (AuditState.choose, ("room", odd)),
            (AuditReviewState.review, (odd,)),
            (AuditReviewState.decide, (odd,)),
            (AuditReviewState.decide, (form(odd, "keep"),)),
            (AuditReviewState.decide, (form(case_id, odd),)),
        ]:
            try:
                await tab.call(handler, *args)
            except ChatError:
                continue
    assert await off_loop(status, deps, message_id) == "removed"
