"""Time spent in rooms counts once, only as long as it passed, only where one may read, and is
forgotten on request."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from chatrooms.api import visits as api_visits
from chatrooms.bootstrap import Deps, utc_now
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import NotSignedIn
from chatrooms.live.identity import cookie_name
from chatrooms.live.offload import off_loop
from chatrooms.services import maintenance, members, visits
from chatrooms.services.visits import Span, Spent
from chatrooms.state.session import SessionState
from chatrooms.state.visits import VisitsState
from tests.support.inspect import change, counted_queries, rows
from tests.support.people import Place, Someone, bring_in, sign_up
from tests.support.tabs import open_room
from tests.support.web import WebProcess


def at(deps: Deps, moment: datetime) -> Deps:
    return replace(deps, clock=lambda: moment)


def record(deps: Deps, who: Someone, room: Place, *, ended_at: datetime, seconds: float) -> None:
    span = Span(who.id, room.id, ended_at - timedelta(seconds=seconds), ended_at)
    visits.record(at(deps, ended_at), spans=[span])


def spent(deps: Deps, who: Someone, *, days: int = 90) -> dict[int, Spent]:
    with transaction(deps.sessions) as tx:
        since = utc_now() - timedelta(days=days)
        found = visits.spent_by(tx, account_id=who.id, since=since)
    return {each.room_id: each for each in found}


def kept(deps: Deps, accounts: Collection[Someone]) -> int:
    ids = [who.id for who in accounts]
    return rows(deps, "SELECT count(*) FROM visits WHERE account_id = ANY(:ids)", ids=ids)[0][0]


def test_time_counts_once_and_a_visit_is_one_row_with_a_limit(
    deps: Deps, public_room: Place, private_room: Place, owner: Someone
) -> None:
    noon = utc_now() - timedelta(hours=12)
    record(deps, owner, public_room, ended_at=noon, seconds=30)
    # Another tab, and the same report again, tell of the same time.
    record(deps, owner, private_room, ended_at=noon, seconds=30)
    record(deps, owner, public_room, ended_at=noon, seconds=30)
    assert spent(deps, owner) == {public_room.id: Spent(public_room.id, 30, 1, noon)}
    record(deps, owner, private_room, ended_at=noon + timedelta(seconds=40), seconds=60)
    found = spent(deps, owner)
    assert (found[public_room.id].seconds, found[private_room.id].seconds) == (30, 40)
    # One report counts for a minute at most; what is to come counts for nothing.
    record(deps, owner, public_room, ended_at=noon + timedelta(minutes=8), seconds=400)
    assert spent(deps, owner)[public_room.id].seconds == 90
    later = noon + timedelta(minutes=9)
    ahead = Span(owner.id, public_room.id, later, later + timedelta(days=1))
    visits.record(at(deps, later), spans=[ahead])
    assert spent(deps, owner)[public_room.id] == Spent(
        public_room.id, 90, 1, noon + timedelta(minutes=8)
    )
    record(deps, owner, public_room, ended_at=noon + timedelta(minutes=30), seconds=10)
    assert spent(deps, owner)[public_room.id].visits == 2
    for minute in range(130):
        record(
            deps,
            owner,
            private_room,
            ended_at=noon + timedelta(hours=2, minutes=minute),
            seconds=60,
        )
    assert kept(deps, [owner]) == 4
    assert spent(deps, owner)[private_room.id].seconds == 40 + visits.MAX_VISIT_S


def test_only_rooms_that_one_may_read_count_for_many_people_in_few_queries(
    deps: Deps, private_room: Place, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    now = utc_now()
    people = [bring_in(deps, private_room, by=owner, who=sign_up(deps)) for _ in range(5)]
    nobody = Span(10**12, public_room.id, now - timedelta(seconds=5), now)
    spans = [nobody]
    for who in (*people, stranger):
        for number, room_id in enumerate((private_room.id, public_room.id, 10**12)):
            ended_at = now - timedelta(seconds=10 * number)
            spans.append(Span(who.id, room_id, ended_at - timedelta(seconds=5), ended_at))
    with counted_queries(deps) as statements:
        visits.record(deps, spans=spans, ended=[people[0].id])
    assert len(statements) <= 6
    assert set(spent(deps, stranger)) == {public_room.id}
    assert kept(deps, [stranger]) == 1
    assert set(spent(deps, people[0])) == {public_room.id, private_room.id}
    removed = people[0]
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=removed.id)
    assert set(spent(deps, removed)) == {public_room.id}
    with transaction(deps.sessions) as tx:
        since = now - timedelta(days=1)
        found = visits.spent_by_many(tx, account_ids=[p.id for p in people], since=since)
    assert set(found) == {who.id for who in people}


def test_it_is_forgotten_on_request_and_after_ninety_days_and_not_kept_when_turned_off(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    now = utc_now()
    for who in (owner, stranger):
        record(deps, who, public_room, ended_at=now, seconds=20)
    visits.forget(deps, actor_id=owner.id)
    # A web process had this yet to store.
    record(deps, owner, public_room, ended_at=now, seconds=20)
    assert (kept(deps, [owner]), kept(deps, [stranger])) == (0, 1)
    visits.set_kept(deps, actor_id=owner.id, is_on=False)
    record(deps, owner, public_room, ended_at=utc_now() + timedelta(seconds=30), seconds=20)
    assert visits.get_kept(deps, actor_id=owner.id) == visits.Kept(False, 0, 0, 0)
    visits.set_kept(deps, actor_id=owner.id, is_on=True)
    record(deps, owner, public_room, ended_at=utc_now() + timedelta(seconds=30), seconds=20)
    assert visits.get_kept(deps, actor_id=owner.id) == visits.Kept(True, 20, 1, 1)
    with pytest.raises(NotSignedIn):
        visits.forget(deps, actor_id=10**12)
    change(
        deps,
        "UPDATE visits SET last_at = last_at - interval '91 days' WHERE account_id = :id",
        id=stranger.id,
    )
    assert maintenance.prune(deps).visits == 1
    assert (kept(deps, [owner]), kept(deps, [stranger])) == (1, 0)


async def test_a_page_is_believed_as_long_as_time_passed_and_settings_turn_it_off(
    web: WebProcess, deps: Deps, public_room: Place, owner: Someone
) -> None:
    tab = await open_room(web, owner, public_room)
    await tab.call(SessionState.require_sign_in)
    found = web.hub.find_tab(tab.screen.sid)
    assert found is not None
    found.reported_at -= 25
    form = {"room_id": str(public_room.id), "seconds": "20", "has_left": "yes"}
    await tab.call(SessionState.load)  # going to another page makes a new tab of the same socket
    for _ in range(5):
        await tab.call(VisitsState.report, form)
    for nonsense in (
        None,
        {},
        {"room_id": "x", "seconds": "-9"},
        {"room_id": "9" * 40, "seconds": "9" * 400},
    ):
        found = web.hub.find_tab(tab.screen.sid)
        assert found is not None
        found.reported_at -= 25
        await tab.call(VisitsState.report, nonsense)
    await web.visits.store()
    seconds = (await off_loop(spent, deps, owner))[public_room.id].seconds
    assert 20 <= seconds <= 22
    await tab.call(VisitsState.load)
    assert tab.state(VisitsState).spent == "less than a minute in 1 room"
    await tab.call(VisitsState.forget)
    await tab.call(VisitsState.keep, False)
    assert not tab.state(SessionState).keeps_visits
    found = web.hub.find_tab(tab.screen.sid)
    assert found is not None
    found.reported_at -= 25
    await tab.call(VisitsState.report, form)
    await web.visits.store()
    assert not await off_loop(spent, deps, owner)


# The rest that a page tells when it is closed


async def end(deps: Deps, who: Someone | None, room: Place, seconds: object, **headers: str) -> int:
    """Close a page as browsers do; gives the answer's status. `x_visit` may be left out."""
    app = Starlette(routes=api_visits.routes)
    app.state.deps = deps
    cookie = {"cookie": f"{cookie_name(deps.settings)}={who.token}"} if who else {}
    sent = {api_visits.HEADER: "end", "sec-fetch-site": "same-origin"} | cookie | headers
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        asked = {"room": str(room.id), "seconds": str(seconds)}
        kept = {name: value for name, value in sent.items() if value}
        response = await client.post(api_visits.PATH, params=asked, headers=kept)
    return response.status_code


async def test_a_closed_page_prolongs_its_visit_by_what_passed_and_not_twice(
    deps: Deps, public_room: Place, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    now = utc_now()
    for who in (owner, stranger):
        record(deps, who, public_room, ended_at=now - timedelta(seconds=20), seconds=10)
    # What passes while this runs may count, and nothing twice.
    for _ in range(3):
        assert await end(deps, owner, public_room, 15) == 204
    assert 25 <= spent(deps, owner)[public_room.id].seconds < 40
    # More than passed since, and what is no number.
    assert await end(deps, stranger, public_room, 10**17) == 204
    assert 30 <= spent(deps, stranger)[public_room.id].seconds < 70
    for odd in ("-9", "x", "9" * 400, "\u0667"):
        assert await end(deps, owner, public_room, odd) == 204
    assert spent(deps, owner)[public_room.id].seconds < 40
    asked = "SELECT 1 FROM recommendation_requests WHERE account_id = :id"
    assert rows(deps, asked, id=owner.id)
    # Those seconds were told of already, in another room.
    assert await end(deps, owner, private_room, 30) == 204
    assert sum(each.seconds for each in spent(deps, owner).values()) < 40
    # A visit that nothing was told of yet counts as long as a page may keep silent.
    change(deps, "UPDATE visits SET last_at = last_at - interval '11 minutes'")
    before = spent(deps, owner)[public_room.id].seconds
    assert await end(deps, owner, public_room, 30) == 204
    assert spent(deps, owner)[public_room.id].seconds - before == 15


async def test_nobody_tells_of_a_visit_from_another_site_or_of_a_room_that_is_hidden(
    deps: Deps, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    for who in (owner, stranger):
        span = utc_now() - timedelta(seconds=20)
        change(
            deps,
            "INSERT INTO visits (account_id, room_id, seconds, began_at, last_at)"
            " VALUES (:who, :room, 10, :at, :at)",
            who=who.id,
            room=private_room.id,
            at=span,
        )
    refused = [
        ({"sec-fetch-site": "cross-site"}, owner, 403),
        ({"origin": "https://elsewhere.example"}, owner, 403),
        ({api_visits.HEADER: ""}, owner, 403),
        ({}, None, 401),
        ({}, stranger, 404),
    ]
    for headers, who, status in refused:
        assert await end(deps, who, private_room, 15, **headers) == status
    stored = "SELECT sum(seconds) FROM visits WHERE room_id = :id"
    assert rows(deps, stored, id=private_room.id) == [(20,)]
    visits.set_kept(deps, actor_id=owner.id, is_on=False)
    assert await end(deps, owner, private_room, 15) == 204
    assert rows(deps, stored, id=private_room.id) == [(20,)]
    visits.set_kept(deps, actor_id=owner.id, is_on=True)
    change(deps, "UPDATE accounts SET visits_since = NULL WHERE id = :id", id=owner.id)
    assert await end(deps, owner, private_room, 15) == 204
    assert rows(deps, stored, id=private_room.id) == [(35,)]
