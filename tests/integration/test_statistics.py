"""What members read of how much their room talks, who reads nothing, and what never counts."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter
from redis import Redis
from starlette.applications import Starlette

from chatrooms.api import statistics as route
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import InvalidInput, NotAllowed, RoomUnavailable
from chatrooms.domain.events import Being
from chatrooms.live.identity import cookie_name
from chatrooms.services import members, messages, votes
from chatrooms.services.ai.account import ensure_ai
from chatrooms.services.cached import get_or_make
from chatrooms.services.moderation import decisions, judging
from chatrooms.services.statistics.numbers import count_room
from chatrooms.services.statistics.talkers import list_talkers
from chatrooms.services.statistics.top import list_best
from tests.support.inspect import change, rows
from tests.support.moderation import ABUSE, moderated
from tests.support.people import Place, Someone, bring_in, make_room, post, post_many, sign_up
from tests.support.threads import at_once

NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)  # a Tuesday
ZONE = "Asia/Kolkata"  # half an hour off the hour: 01:30 on Wednesday there


@pytest.fixture
def early(deps: Deps) -> Deps:
    """The product at that moment."""
    deps.redis.flushdb()
    return replace(deps, clock=lambda: NOW)


def said(deps: Deps, room: Place, who: Someone, *moments: datetime) -> list[int]:
    """Messages that somebody wrote then."""
    ids = post_many(deps, room, who, ["Hello"] * len(moments))
    for id_, at in zip(ids, moments, strict=True):
        change(deps, "UPDATE messages SET sent_at = :at WHERE id = :id", at=at, id=id_)
    return ids


def test_members_read_what_everybody_may_read_and_nothing_of_the_rest(
    early: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    deps, room = early, private_room
    by_owner = said(deps, room, owner, NOW, NOW - timedelta(hours=2), NOW - timedelta(days=29.5))
    by_member = said(deps, room, member, NOW - timedelta(minutes=1))
    said(deps, room, member, NOW - timedelta(days=31))
    hidden = said(deps, room, member, *([NOW] * 4))
    messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=hidden[0])
    change(deps, "UPDATE messages SET withheld = 'removed' WHERE id = :id", id=hidden[1])
    change(deps, "UPDATE messages SET withheld = 'review' WHERE id = :id", id=hidden[2])
    change(deps, "UPDATE messages SET position = NULL, ordinal = NULL WHERE id = :id", id=hidden[3])
    change(
        deps,
        "UPDATE messages SET score = 9 WHERE id = ANY(:ids)",
        ids=hidden,
    )
    votes.vote(deps, actor_id=owner.id, room_id=room.id, message_id=by_member[0], value=1)
    votes.vote(deps, actor_id=member.id, room_id=room.id, message_id=by_owner[0], value=-1)
    with transaction(deps.sessions) as tx:
        agent = ensure_ai(tx, Being.AGENT)
    (of_agent,) = said(deps, room, owner, NOW)
    change(deps, "UPDATE messages SET author_id = :by WHERE id = :id", by=agent.id, id=of_agent)

    for who in (owner, moderator, member):
        found = count_room(deps, actor_id=who.id, room_id=room.id, zone=ZONE)
        assert (found.zone, len(found.days), found.active) == (ZONE, 30, 2)
        today, yesterday = found.days[-1], found.days[-2]
        assert (today.day.isoformat(), today.people, today.ai, today.active) == (
            *("2026-03-11", 2, 1, 2),
        )
        # Half past eleven in the evening there; the oldest fell out with the day that ended.
        assert (yesterday.people, yesterday.active, yesterday.ai) == (1, 1, 0)
        assert sum(day.people for day in found.days) == 3
        hours = Counter({(d, h): n for d, day in enumerate(found.hours) for h, n in enumerate(day)})
        assert +hours == {(2, 1): 2, (1, 23): 1}
        more = count_room(deps, actor_id=who.id, room_id=room.id, days=90, zone=ZONE)
        assert (len(more.days), sum(day.people for day in more.days)) == (90, 5)

        best = list_best(deps, actor_id=who.id, room_id=room.id)
        assert [(each.id, each.score) for each in best] == [(by_member[0], 1)]
        page = list_talkers(deps, actor_id=who.id, room_id=room.id)
        told = [(each.person.id, each.messages, each.score) for each in page.talkers]
        assert told == [(owner.id, 3, -1), (member.id, 1, 1), (moderator.id, 0, 0)]


def test_talkers_are_searched_and_paged_and_those_who_left_stay(
    early: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    ids: dict[str, Any] = {"actor_id": owner.id, "room_id": private_room.id}
    said(early, private_room, member, NOW)
    members.leave_room(early, actor_id=member.id, room_id=private_room.id)
    first = list_talkers(early, **ids, limit=1)
    assert (first.talkers[0].person.id, first.talkers[0].role, first.total) == (member.id, None, 3)
    assert {t.person.id for t in list_talkers(early, **ids, offset=1).talkers} == {
        *(owner.id, moderator.id),
    }
    named = list_talkers(early, **ids, query=moderator.username.upper())
    assert [t.person.id for t in named.talkers] == [moderator.id]
    for query in ("%", "_", "nobody\x00", "\ud800"):
        page = list_talkers(early, **ids, query=query)
        assert page.total == (0 if query != "\ud800" else 3)


def test_nobody_else_reads_anything(
    early: Deps,
    private_room: Place,
    public_room: Place,
    owner: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    admin: Someone,
) -> None:
    services: tuple[Any, ...] = (count_room, list_best, list_talkers)
    zones: tuple[Any, ...] = ("Mars/Olympus", "", "UTC\x00", "FOO+3", 7, None)
    for who in (stranger, removed, admin):
        for service in services:
            with pytest.raises(RoomUnavailable):
                service(early, actor_id=who.id, room_id=private_room.id)
            with pytest.raises(RoomUnavailable):
                service(early, actor_id=who.id, room_id=2**40)
            with pytest.raises(NotAllowed):
                service(early, actor_id=who.id, room_id=public_room.id)
    for service in services:
        service(early, actor_id=member.id, room_id=private_room.id)
        service(early, actor_id=owner.id, room_id=public_room.id)
        for odd in ({"days": 31}, {"days": True}, {"days": "30"}, {"zone": "../etc/passwd"}):
            with pytest.raises(InvalidInput):
                service(early, actor_id=member.id, room_id=private_room.id, **odd)
        for zone in zones:
            with pytest.raises(InvalidInput):
                service(early, actor_id=member.id, room_id=private_room.id, zone=zone)


def test_outcomes_are_those_that_moderators_see(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    deps.redis.flushdb()
    moderated(deps, private_room, holds=False)
    post(deps, private_room, member, ABUSE)
    post(deps, private_room, member, "Lunch at noon?")
    judging.judge_waiting(deps)
    where: dict[str, Any] = {"actor_id": moderator.id, "room_id": private_room.id}
    (worst, _) = messages_of(deps, private_room)
    decisions.keep(deps, **where, message_id=worst, reason="Fine, really")
    found = count_room(deps, actor_id=member.id, room_id=private_room.id)
    today = found.days[-1]
    assert (today.approved, today.flagged, today.removed) == (1, 0, 1)
    assert (found.kept_by_moderators, found.removed_by_moderators) == (1, 0)


def messages_of(deps: Deps, room: Place) -> list[int]:
    query = "SELECT id FROM messages WHERE room_id = :id ORDER BY id"
    return [id_ for (id_,) in rows(deps, query, id=room.id)]


async def get(deps: Deps, who: Someone | None, path: str, **headers: str) -> httpx.Response:
    app = Starlette(routes=route.routes)
    app.state.deps = deps
    cookie = {"cookie": f"{cookie_name(deps.settings)}={who.token}"} if who else {}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        return await client.get(f"/statistics/{path}", headers=cookie | named)


async def test_files_hold_the_tables_and_go_to_members_alone(
    deps: Deps, owner: Someone, stranger: Someone
) -> None:
    deps.redis.flushdb()
    room = make_room(deps, owner, name="tabled")
    odd = bring_in(deps, room, by=owner, who=sign_up(deps, "odd"))
    change(deps, "UPDATE accounts SET name = :name WHERE id = :id", name="=1+1", id=odd.id)
    best = post(deps, room, odd, "@SUM(A1)")
    votes.vote(deps, actor_id=owner.id, room_id=room.id, message_id=best, value=1)
    votes.vote(
        deps, actor_id=owner.id, room_id=room.id, message_id=post(deps, room, owner), value=-1
    )

    for who, status in ((None, 401), (stranger, 403), (owner, 200)):
        for table in ("days", "hours", "outcomes", "people", "top", "agent"):
            answer = await get(deps, who, f"{room.slug}/{table}.csv?days=90&zone={ZONE}")
            assert answer.status_code == status, (who, table)
    assert (await get(deps, odd, f"{room.slug}/days.csv")).status_code == 200
    assert (await get(deps, odd, f"{room.slug}/agent.csv")).status_code == 403
    hidden = make_room(deps, stranger, is_private=True)
    absent = await get(deps, owner, "no-such-room/days.csv")
    refused = await get(deps, owner, f"{hidden.slug}/days.csv")
    assert (refused.status_code, refused.content) == (404, absent.content)
    foreign = await get(deps, owner, f"{room.slug}/days.csv", sec_fetch_site="cross-site")
    assert foreign.status_code == 403
    for wrong in ("nothing.csv", "days.csv?days=7", "days.csv?zone=Mars", "days.csv?days=-30"):
        assert (await get(deps, owner, f"{room.slug}/{wrong}")).status_code == 422

    people = await get(deps, owner, f"{room.slug}/people.csv")
    assert "attachment" in people.headers["content-disposition"]
    lines = {each["username"]: each for each in read(people)}
    assert (lines[odd.username]["name"], lines[odd.username]["score"]) == ("'=1+1", "1")
    assert lines[owner.username]["score"] == "-1"
    (top,) = read(await get(deps, owner, f"{room.slug}/top.csv"))
    assert (top["message_id"], top["text"]) == (str(best), "'@SUM(A1)")
    days = read(await get(deps, owner, f"{room.slug}/days.csv"))
    assert (len(days), days[-1]["messages_of_people"]) == (30, "2")
    assert len(read(await get(deps, owner, f"{room.slug}/hours.csv"))) == 7


def read(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_many_who_want_the_same_have_it_made_once(deps: Deps) -> None:
    deps.redis.flushdb()
    kind, made, go = TypeAdapter(int), [0], Event()

    def make() -> int:
        go.wait(5)
        made[0] += 1
        return made[0]

    def ask() -> int:
        return get_or_make(deps, key="test", kind=kind, make=make)

    assert at_once([ask, ask, ask, lambda: (go.set(), ask())[1]]) == [1] * 4
    later = replace(deps, clock=lambda: deps.clock() + timedelta(seconds=11))
    assert get_or_make(later, key="test", kind=kind, make=make) == 2

    def fail() -> int:
        raise InvalidInput

    with pytest.raises(InvalidInput):
        get_or_make(deps, key="another", kind=kind, make=fail)
    assert get_or_make(deps, key="another", kind=kind, make=make) == 3
    away = replace(deps, redis=Redis.from_url("redis://localhost:1/0"))
    assert get_or_make(away, key="test", kind=kind, make=make) == 4
