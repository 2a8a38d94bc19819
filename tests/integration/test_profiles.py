"""Profiles: what others see of somebody, and how rooms learn of a change."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette

from chatrooms.api import files as downloads
from chatrooms.api import uploads
from chatrooms.bootstrap import Deps
from chatrooms.domain import jobs
from chatrooms.domain.errors import AccountUnavailable, InvalidInput, NotSignedIn
from chatrooms.live.identity import cookie_name
from chatrooms.services import history, maintenance, members, presence, profiles
from tests.integration.test_maintenance import later
from tests.support.eventually import eventually
from tests.support.files import bomb, on_disk, picture, taken_somewhere
from tests.support.inspect import change, folded, rows
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up
from tests.support.web import web_process


@pytest.fixture
def ann(deps: Deps) -> Someone:
    return sign_up(deps, "ann")


def rename(deps: Deps, who: Someone, name: str, *, hue: int = 10, bio: str = "") -> None:
    profiles.change_profile(deps, actor_id=who.id, name=name, bio=bio, hue=hue)


def profile(deps: Deps, viewer: Someone, whose: Someone) -> profiles.Profile:
    return profiles.get_profile(deps, actor_id=viewer.id, username=whose.username)


# What others see


def test_a_profile_shows_public_facts_and_only_rooms_in_common(
    deps: Deps, private_room: Place, member: Someone, owner: Someone, stranger: Someone
) -> None:
    public = make_room(deps, member)
    bring_in(deps, public, by=member, who=stranger)
    rename(deps, member, "Mem Ber", bio="Likes\nleaf mould", hue=200)
    seen = profile(deps, stranger, member)
    assert (seen.person.name, seen.bio, seen.person.hue) == ("Mem Ber", "Likes\nleaf mould", 200)
    assert [room.id for room in seen.rooms] == [public.id]
    assert {room.id for room in profile(deps, member, member).rooms} == {public.id, private_room.id}
    assert [room.id for room in profile(deps, owner, member).rooms] == [private_room.id]
    assert "@example.org" not in repr(seen)
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    assert profile(deps, owner, member).rooms == ()


def test_there_is_no_profile_of_nobody_or_of_a_deactivated_account(
    deps: Deps, ann: Someone, deactivated: Someone
) -> None:
    for name in ("nobody-at-all", "", "a\x00b", deactivated.username):
        with pytest.raises(AccountUnavailable):
            profiles.get_profile(deps, actor_id=ann.id, username=name)
    assert profiles.get_profile(deps, actor_id=ann.id, username=ann.username.upper())


def test_a_deactivated_account_sees_and_changes_no_profile(
    deps: Deps, ann: Someone, deactivated: Someone
) -> None:
    with pytest.raises(NotSignedIn):
        profile(deps, deactivated, ann)
    with pytest.raises(NotSignedIn):
        rename(deps, deactivated, "Back again")
    with pytest.raises(NotSignedIn):
        profiles.begin_avatar(deps, actor_id=deactivated.id)


@pytest.mark.parametrize(
    ("name", "bio", "hue"),
    [
        ("", "", 1),
        ("   ", "", 1),
        ("\u200b", "", 1),
        ("x" * 41, "", 1),
        ("Ann", "x" * 301, 1),
        ("Ann", "", 360),
        ("Ann", "", -1),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    deps: Deps, ann: Someone, name: str, bio: str, hue: int
) -> None:
    with pytest.raises(InvalidInput):
        rename(deps, ann, name, bio=bio, hue=hue)
    assert profile(deps, ann, ann).person.name == ann.username
    rename(deps, ann, "x" * 40, bio="x" * 300, hue=359)
    assert profile(deps, ann, ann).person.name == "x" * 40


def test_a_name_loses_what_could_mislead(deps: Deps, ann: Someone) -> None:
    rename(deps, ann, "  Ann\n\u202eeht  Great ")
    assert profile(deps, ann, ann).person.name == "Ann eht Great"


# How rooms learn


def test_every_room_that_shows_the_person_is_told_and_no_other(
    deps: Deps, owner: Someone, ann: Someone
) -> None:
    current, left, elsewhere = (make_room(deps, owner) for _ in range(3))
    for room in (current, left):
        bring_in(deps, room, by=owner, who=ann)
        post(deps, room, ann, "Hello")
    members.leave_room(deps, actor_id=ann.id, room_id=left.id)
    before = {room.id: load(deps, room) for room in (current, left, elsewhere)}
    rename(deps, ann, "Ann Other", hue=123)
    assert profiles.announce_person(deps, account_id=ann.id) == 2
    for room in (current, left):
        view = folded(deps, before[room.id], room_id=room.id)
        assert view.seq == before[room.id].seq + 1
        assert view == load(deps, room)
        assert view.messages[-1].author.name == "Ann Other"
    assert load(deps, elsewhere).seq == before[elsewhere.id].seq
    profiles.announce_person(deps, account_id=ann.id)
    assert folded(deps, before[current.id], room_id=current.id) == load(deps, current)


def load(deps: Deps, room: Place) -> Any:
    return history.load_view(deps, room_id=room.id)


def test_a_message_that_overtook_the_change_is_mended_by_telling_once_more(
    deps: Deps, owner: Someone, ann: Someone
) -> None:
    busy, quiet = make_room(deps, owner), make_room(deps, owner)
    for room in (busy, quiet):
        bring_in(deps, room, by=owner, who=ann)
    before = load(deps, busy)
    post(deps, busy, ann, "as somebody else")
    rename(deps, ann, "Ann New")
    assert folded(deps, before, room_id=busy.id).messages[-1].author.name == ann.username
    assert profiles.announce_person(deps, account_id=ann.id, only_recent=True) == 1
    assert folded(deps, before, room_id=busy.id) == load(deps, busy)


def test_a_change_is_handed_to_the_worker_and_no_change_is_not(deps: Deps, ann: Someone) -> None:
    queue = jobs.MAINTENANCE_QUEUE
    deps.redis.delete(queue)
    rename(deps, ann, "Ann")
    assert deps.redis.llen(queue) == 2
    assert jobs.ANNOUNCE_PERSON in str(deps.redis.lindex(queue, 0))
    rename(deps, ann, "Ann")
    assert deps.redis.llen(queue) == 2


async def test_open_screens_show_the_change_also_where_people_are_only_listed(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    async with web_process(deps) as web:
        screen = await web.show(private_room, owner)
        await web.show(private_room, member)
        await eventually(
            lambda: member.username in str(screen.read().vars.get("online")),
            what="the person is listed",
        )
        rename(deps, member, "Renamed Person")
        profiles.announce_person(deps, account_id=member.id)
        await eventually(
            lambda: "Renamed Person" in str(screen.read().vars.get("online")),
            what="the new name is listed",
        )
        assert member.username not in [row["name"] for row in screen.vars["online"]]


# Pictures


async def ask(deps: Deps, method: str, path: str, who: Someone | None, **more: Any) -> Any:
    app = Starlette(routes=[*uploads.routes, *downloads.routes])
    app.state.deps = deps
    headers: dict[str, str] = more.pop("headers", {})
    if who is not None:
        headers |= {"cookie": f"{cookie_name(deps.settings)}={who.token}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        return await client.request(method, path, headers=headers, **more)


async def send_avatar(deps: Deps, who: Someone | None, data: bytes, **headers: str) -> Any:
    named = {"x-file-name": "avatar", **headers}
    return await ask(deps, "POST", "/avatar", who, content=data, headers=named)


async def test_a_picture_becomes_a_small_square_that_anybody_signed_in_may_see(
    deps: Deps, ann: Someone, stranger: Someone
) -> None:
    reply = await send_avatar(deps, ann, taken_somewhere("JPEG", (900, 600)))
    assert reply.status_code == 201
    token = profile(deps, stranger, ann).person.avatar
    assert token == reply.json()["token"]
    got = await ask(deps, "GET", f"/files/{token}", stranger)
    assert got.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(got.content)).size == (256, 256)
    assert b"Secret camera" not in got.content
    assert (await ask(deps, "GET", f"/files/{token}", None)).status_code == 401


async def test_what_is_no_picture_and_what_another_site_sends_is_refused(
    deps: Deps, ann: Someone, deactivated: Someone
) -> None:
    before = on_disk(deps)
    for data in (b"<svg/>", b"", bomb(), picture()[:100]):
        assert (await send_avatar(deps, ann, data)).status_code == 422
    evil = await send_avatar(deps, ann, picture(), origin="https://evil.example")
    assert evil.status_code == 403
    assert (await send_avatar(deps, ann, b"x" * (10**7 + 1))).status_code == 413
    assert (await send_avatar(deps, None, picture())).status_code == 401
    assert (await send_avatar(deps, deactivated, picture())).status_code == 401
    assert profile(deps, ann, ann).person.avatar == ""
    assert on_disk(deps) == before


async def test_a_picture_that_is_taken_off_goes_and_the_one_in_use_stays(
    deps: Deps, ann: Someone
) -> None:
    tokens = [(await send_avatar(deps, ann, picture())).json()["token"] for _ in range(2)]
    assert maintenance.prune(later(deps, days=2)).files == 1
    assert (await ask(deps, "GET", f"/files/{tokens[0]}", ann)).status_code == 404
    assert (await ask(deps, "GET", f"/files/{tokens[1]}", ann)).status_code == 200
    profiles.remove_avatar(deps, actor_id=ann.id)
    assert profile(deps, ann, ann).person.avatar == ""
    assert maintenance.prune(later(deps, days=2)).files == 1
    assert (await ask(deps, "GET", f"/files/{tokens[1]}", ann)).status_code == 404


# Online


def seen(deps: Deps, who: Someone) -> Any:
    return rows(deps, "SELECT last_seen_at FROM accounts WHERE id = :id", id=who.id)[0][0]


def has_left(deps: Deps, who: Someone) -> bool:
    query = "SELECT 1 FROM accounts WHERE id = :id AND last_seen_at < '9000-01-01'"
    return bool(rows(deps, query, id=who.id))


async def test_somebody_is_online_while_any_tab_is_open_in_any_process(
    deps: Deps, ann: Someone, owner: Someone
) -> None:
    async with web_process(deps) as one, web_process(deps) as two:
        first, second, third = await one.connect(), await one.connect(), await two.connect()
        assert not profile(deps, owner, ann).is_online
        for web, screen in ((one, first), (one, second), (two, third)):
            web.hub.attach(screen.sid, ann.signed_in)
        await eventually(lambda: profile(deps, owner, ann).is_online, what="the person is online")
        # A time that only leaving overwrites.
        change(deps, "UPDATE accounts SET last_seen_at = '9000-01-01' WHERE id = :id", id=ann.id)
        first.socket.closed = True
        second.socket.closed = True
        await eventually(lambda: not one.hub.tabs, what="both tabs are gone")
        await eventually(lambda: ann.id not in one.online._leased, what="the lease is ended")
        assert profile(deps, owner, ann).is_online
        assert not has_left(deps, ann), "somebody who is still here was not last seen"
        third.socket.closed = True
        await eventually(
            lambda: not profile(deps, owner, ann).is_online, what="the person is offline"
        )
        await eventually(lambda: has_left(deps, ann), what="the time is stored")


async def test_loading_a_page_anew_is_no_leaving(deps: Deps, ann: Someone) -> None:
    async with web_process(deps) as web:
        old = await web.connect()
        web.hub.attach(old.sid, ann.signed_in)
        await eventually(lambda: profile(deps, ann, ann).is_online, what="the person is online")
        old.socket.closed = True
        await eventually(lambda: not web.hub.tabs, what="the tab is gone")
        new = await web.connect()
        web.hub.attach(new.sid, ann.signed_in)
        await eventually(lambda: web.online._update is None, what="the change has settled")
        assert profile(deps, ann, ann).is_online


async def test_people_of_a_process_that_ends_are_gone_and_were_seen(
    deps: Deps, ann: Someone
) -> None:
    async with web_process(deps) as web:
        screen = await web.connect()
        web.hub.attach(screen.sid, ann.signed_in)
        await eventually(lambda: profile(deps, ann, ann).is_online, what="the person is online")
    assert not profile(deps, ann, ann).is_online
    assert seen(deps, ann) is not None


def test_a_process_that_is_killed_takes_its_people_offline_by_itself(
    deps: Deps, ann: Someone
) -> None:
    presence.renew_online(deps, process="killed", account_ids=[ann.id])
    assert presence.list_online(deps, account_ids=[ann.id]) == {ann.id}
    after = later(deps, seconds=deps.settings.presence_ttl_s + 1)
    assert presence.list_online(after, account_ids=[ann.id]) == set()


def test_when_somebody_was_seen_is_stored_at_most_every_few_minutes(
    deps: Deps, ann: Someone
) -> None:
    presence.note_seen(deps, account_ids=[ann.id])
    first = seen(deps, ann)
    presence.note_seen(later(deps, minutes=4), account_ids=[ann.id])
    assert seen(deps, ann) == first
    presence.note_seen(later(deps, minutes=6), account_ids=[ann.id])
    assert seen(deps, ann) > first


async def test_lists_of_members_learn_that_somebody_came_online(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, ann: Someone
) -> None:
    async with web_process(deps) as web, web_process(deps) as other:
        screen = await web.show(private_room, owner)
        web.tab(screen).has_info_open = True
        await eventually(lambda: owner.id in web.online._leased, what="the owner is online")
        await web.online.show(ann.id)
        screen.read().events.clear()
        elsewhere = await other.connect()
        other.hub.attach(elsewhere.sid, member.signed_in)
        await eventually(
            lambda: "info" in screen.read().events, what="the screen is asked to list anew"
        )
