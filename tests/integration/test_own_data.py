"""What is kept of a person is handed out to that person alone, and goes when the account does."""

import json
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from chatrooms.api import own_data
from chatrooms.bootstrap import Deps, utc_now
from chatrooms.db.engine import transaction
from chatrooms.domain import jobs
from chatrooms.domain.errors import (
    AccountUnavailable,
    FileUnavailable,
    InvalidInput,
    LastOwner,
    NotAllowed,
    NotSignedIn,
    SignInRefused,
)
from chatrooms.domain.permissions import Role
from chatrooms.domain.view import RoomView
from chatrooms.live.identity import cookie_name
from chatrooms.live.offload import off_loop
from chatrooms.services import (
    accounts,
    drafts,
    history,
    maintenance,
    members,
    messages,
    profiles,
    reactions,
    rooms,
    saved,
    sessions,
    visits,
    votes,
)
from chatrooms.services.event_log import lock_room
from chatrooms.services.files import store_of
from chatrooms.services.own_data import deleting, deletion, exports, holdings, making_exports
from chatrooms.services.visits import Span
from chatrooms.state.own_data import OwnDataState
from chatrooms.state.session import SessionState
from tests.support.eventually import eventually
from tests.support.files import upload
from tests.support.inspect import assert_gapless, change, folded, rows, waiting_for_locks
from tests.support.people import (
    PASSWORD,
    Place,
    Someone,
    bring_in,
    post,
    sign_in_again,
    sign_up,
    with_settings,
)
from tests.support.tabs import BrowserTab, serving_pages
from tests.support.waiting import wait_until
from tests.support.workers import sent_jobs

MARKUP = "<script>alert('x')</script> & my words"


def of(who: Someone, what: str) -> str:
    """A text that nobody else wrote."""
    return f"{what}-of-{who.id}-"


def said(who: Someone) -> str:
    return f"{MARKUP} {of(who, 'words')}"


@pytest.fixture
def ann(deps: Deps, private_room: Place, public_room: Place, owner: Someone) -> Someone:
    """Somebody who left something in every corner."""
    who = bring_in(deps, private_room, by=owner, who=sign_up(deps, "ann"))
    bring_in(deps, public_room, by=owner, who=who)
    me: dict[str, Any] = {"actor_id": who.id, "room_id": private_room.id}
    theirs = post(deps, private_room, owner, f"Hello @{who.username}, what do you say?")
    file = upload(deps, private_room, who, b"the words of a file", name="notes.txt")
    mine = post(deps, private_room, who, said(who), reply_to=theirs, files=[file])
    messages.edit_message(deps, **me, message_id=mine, body=f"{said(who)}, later")
    post(deps, private_room, owner, "What was said", reply_to=mine)
    post(deps, private_room, who, of(who, "reply"), thread=theirs)
    votes.vote(deps, **me, message_id=theirs, value=1)
    reactions.react(deps, **me, message_id=theirs, emoji="👍", is_on=True)
    saved.set_saved(deps, **me, message_id=theirs, is_saved=True)
    drafts.save_draft(deps, **me, body=of(who, "draft"))
    profiles.change_profile(deps, actor_id=who.id, name=of(who, "name"), bio=of(who, "bio"), hue=7)
    profiles.announce_person(deps, account_id=who.id)
    ended_at = utc_now()
    spent = Span(who.id, private_room.id, ended_at - timedelta(seconds=9), ended_at)
    visits.record(deps, spans=[spent])
    return who


# Handing out


async def get(deps: Deps, who: Someone | None, token: str, **headers: str) -> httpx.Response:
    app = Starlette(routes=own_data.routes)
    app.state.deps = deps
    cookie = {"cookie": f"{cookie_name(deps.settings)}={who.token}"} if who else {}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        return await client.get(f"{own_data.PATH}{token}.zip", headers=cookie | headers)


def handed_out(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 200
    with zipfile.ZipFile(BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


async def test_a_person_gets_all_of_the_own_and_nobody_else_does(
    deps: Deps, ann: Someone, owner: Someone, private_room: Place
) -> None:
    asked = await off_loop(exports.request_export, deps, actor_id=ann.id)
    with pytest.raises(InvalidInput):
        await off_loop(exports.request_export, deps, actor_id=ann.id)
    assert (await get(deps, ann, asked.token)).status_code == 404
    for _ in range(2):
        await off_loop(making_exports.make_export, deps, account_id=ann.id)
    await off_loop(exports.request_export, deps, actor_id=owner.id)
    await off_loop(making_exports.make_export, deps, account_id=owner.id)
    for nobody, status in ((owner, 404), (None, 401)):
        assert (await get(deps, nobody, asked.token)).status_code == status
    assert (await get(deps, ann, "../../etc/passwd")).status_code == 404
    foreign = {"sec-fetch-site": "cross-site"}
    assert (await get(deps, ann, asked.token, **foreign)).status_code == 403
    response = await get(deps, ann, asked.token)
    assert response.headers["cache-control"] == "no-store"
    found = handed_out(response)
    data = {n: json.loads(text) for n, text in found.items() if n.endswith(".json")}
    written = data["data/messages.json"]
    assert [row["body"] for row in written] == [f"{said(ann)}, later", of(ann, "reply")]
    assert written[0]["room"].startswith("hidden place")
    assert data["data/message_edits.json"][0]["body"] == said(ann)
    assert data["data/profile.json"]["email"] == f"{ann.username}@example.org"
    assert data["data/saved_messages.json"][0]["text"].startswith("Hello @")
    filled = {name for name, rows in data.items() if rows}
    for name in (
        *(
            "attachments",
            "drafts",
            "memberships",
            "message_votes",
            "reactions",
            "visits",
            "sessions",
        ),
        *("notifications", "thread_follows"),
    ):
        assert f"data/{name}.json" in filled, name
    assert (
        next(text for n, text in found.items() if n.startswith("files/")) == "the words of a file"
    )
    assert "<script>" not in found["messages.html"]
    assert "&lt;script&gt;" in found["messages.html"]
    everything = "\n".join(found.values())
    hashes = rows(deps, "SELECT password_hash FROM accounts WHERE id = :id", id=ann.id)
    for secret in (ann.token, hashes[0][0], "token", owner.username, "What was said"):
        assert secret not in everything
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", everything)

    # Rights are those of the moment: what others said goes with the right to read it.
    await off_loop(
        members.remove_member,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        account_id=ann.id,
    )
    again = await off_loop(exports.request_export, deps, actor_id=ann.id)
    await off_loop(making_exports.make_export, deps, account_id=ann.id)
    assert (await get(deps, ann, asked.token)).status_code == 404
    left = handed_out(await get(deps, ann, again.token))
    assert MARKUP in json.loads(left["data/messages.json"])[0]["body"]
    assert json.loads(left["data/notifications.json"]) == []
    for hidden in ("hidden place", "what do you say"):
        assert hidden not in "\n".join(left.values())

    soon = replace(deps, clock=lambda: utc_now() + exports.KEPT + timedelta(minutes=1))
    with pytest.raises(FileUnavailable):
        await off_loop(exports.open_export, soon, actor_id=ann.id, token=again.token)
    assert exports.place_of(deps, again.token).is_file()
    assert (await off_loop(maintenance.prune, soon)).exports == 2
    assert not exports.place_of(deps, again.token).exists()
    assert await off_loop(exports.find_export, deps, actor_id=ann.id) is None


async def test_an_export_that_cannot_be_made_is_tried_anew_and_then_given_up_in_every_tab(
    deps: Deps, stranger: Someone, tmp_path: Path
) -> None:
    (tmp_path / "exports").write_text("in the way of the folder of that name")
    broken = with_settings(deps, data_dir=tmp_path)
    asked_of_workers = (jobs.MAKE_EXPORT, {"account_id": stranger.id})

    async def fail(tab: BrowserTab) -> OwnDataState:
        with pytest.raises(FileExistsError):
            await off_loop(making_exports.make_export, broken, account_id=stranger.id)
        await tab.call(OwnDataState.load)
        return tab.state(OwnDataState)

    async with serving_pages(deps) as web:
        tab = BrowserTab(web, await web.connect(), token=stranger.token, path="/settings")
        await tab.call(SessionState.require_sign_in)
        await tab.call(OwnDataState.request_export)
        for tries in range(1, exports.MAX_TRIES):
            assert (await fail(tab)).is_being_made
            assert sent_jobs(deps, jobs.AI_QUEUE).count(asked_of_workers) == 1 + tries
            assert not tab.screen.read().events
        state = await fail(tab)
        assert (state.is_being_made, state.has_failed, state.path) == (False, True, "")
        await expect_followed(tab)
        # Nobody tries any more, until the person asks again.
        await off_loop(making_exports.make_export, broken, account_id=stranger.id)
        assert sent_jobs(deps, jobs.AI_QUEUE).count(asked_of_workers) == exports.MAX_TRIES
        await tab.call(OwnDataState.request_export)
        assert (state.is_being_made, state.has_failed) == (True, False)
        # Workers that are killed count as well.
        await off_loop(change, deps, "UPDATE data_exports SET tries = 3")
        await off_loop(maintenance.prune, deps)
        assert not tab.screen.read().events
        later = replace(deps, clock=lambda: utc_now() + timedelta(minutes=13))
        await off_loop(maintenance.prune, later)
        await expect_followed(tab)
        assert state.has_failed
        await tab.call(OwnDataState.request_export)
        await off_loop(making_exports.make_export, deps, account_id=stranger.id)
        await expect_followed(tab)
        assert state.path


async def expect_followed(tab: BrowserTab) -> None:
    """Until the tab is asked to look at its export; then it does."""
    name = f"{OwnDataState.get_full_name()}.follow"
    await eventually(lambda: name in tab.screen.read().events, what="the tab is told")
    tab.screen.events.clear()
    await tab.call(OwnDataState.follow)


# Deleting


def delete(deps: Deps, who: Someone, *, keeps_messages: bool = True) -> None:
    deletion.delete_account(deps, actor_id=who.id, password=PASSWORD, keeps_messages=keeps_messages)


def stored(deps: Deps) -> dict[str, str]:
    """Every table of the database as text."""
    tables = rows(
        deps,
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    )
    return {
        name: "\n".join(row[0] for row in rows(deps, f'SELECT t::text FROM "{name}" AS t'))
        for (name,) in tables
    }


def unmeant(view: RoomView) -> RoomView:
    """The view without whom messages mean: screens that are open go on showing that."""
    shown = tuple(m.model_copy(update={"mentions": ()}) for m in view.messages)
    return replace(view, messages=shown)


@pytest.mark.parametrize("keeps_messages", [True, False])
def test_a_deleted_account_leaves_no_name_and_nothing_of_its_own(
    deps: Deps, ann: Someone, owner: Someone, private_room: Place, *, keeps_messages: bool
) -> None:
    before = history.load_view(deps, room_id=private_room.id)
    ((file,),) = rows(deps, "SELECT token FROM attachments WHERE account_id = :id", id=ann.id)
    count = before.member_count
    asked = exports.request_export(deps, actor_id=ann.id)
    making_exports.make_export(deps, account_id=ann.id)
    with pytest.raises(InvalidInput):
        deletion.delete_account(
            deps, actor_id=ann.id, password="another", keeps_messages=keeps_messages
        )
    sign_in_again(deps, ann)
    delete(deps, ann, keeps_messages=keeps_messages)
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(deps, token=ann.token)
    with pytest.raises(SignInRefused):
        sign_in_again(deps, ann)
    with pytest.raises(NotSignedIn):
        delete(deps, ann)
    assert not exports.place_of(deps, asked.token).exists()
    # A worker is broken off after each step, another one finds nothing left to do.
    turns = 0
    while not deleting.carry_out(deps, account_id=ann.id, turn_s=0):
        turns += 1
        assert turns < 50
    assert deleting.carry_out(deps, account_id=ann.id)
    profiles.announce_person(deps, account_id=ann.id)

    view = history.load_view(deps, room_id=private_room.id)
    assert unmeant(folded(deps, before, room_id=private_room.id)) == unmeant(view)
    assert_gapless(deps, private_room.id)
    assert view.member_count == count - 1
    mine = [m for m in view.messages if m.author.id == ann.id]
    assert {m.author.name for m in mine} == {deletion.DELETED_NAME}
    assert [m.is_deleted for m in mine] == [not keeps_messages]
    (quoting,) = [m.quote for m in view.messages if m.quote and m.quote.author_id == ann.id]
    assert quoting.author_name == deletion.DELETED_NAME
    assert not any(ann.username in m.mentions for m in view.messages)
    assert store_of(deps).path(file).exists() == keeps_messages

    # What somebody else wrote stays as it was written.
    tables = {name: text.replace(f"@{ann.username}", "") for name, text in stored(deps).items()}
    gone = (
        ["name", "bio", "draft"] if keeps_messages else ["name", "bio", "draft", "words", "reply"]
    )
    words = [ann.username, *(of(ann, what) for what in gone)]
    for name, text in tables.items():
        for word in words:
            assert word not in text, f"{word} in {name}"
    for table in holdings.own_tables():
        held = rows(deps, f'SELECT 1 FROM "{table.name}" WHERE account_id = :id', id=ann.id)
        is_kept = table.name in holdings.OTHERWISE and table.name != "memberships"
        assert is_kept or not held, table.name


def test_nobody_leaves_a_room_or_the_installation_without_who_decides(
    deps: Deps, admin: Someone, ann: Someone, owner: Someone, private_room: Place
) -> None:
    with pytest.raises(NotAllowed):
        delete(deps, admin)
    with pytest.raises(LastOwner, match="hidden place"):
        delete(deps, owner)
    assert sessions.get_signed_in(deps, token=owner.token)
    for room_id, _, role in rooms_of(deps, owner):
        assert role == Role.OWNER
        where = {"actor_id": owner.id, "room_id": room_id}
        if room_id == private_room.id:
            members.change_role(deps, **where, account_id=ann.id, role=Role.OWNER)
        else:
            rooms.set_archived(deps, **where, is_archived=True)
    delete(deps, owner)
    assert rooms_of(deps, owner) == []
    with pytest.raises(LastOwner):
        delete(deps, ann)
    shown = accounts.list_accounts(deps, actor_id=admin.id, limit=500)
    assert owner.id not in {each.person.id for each in shown}
    with pytest.raises(AccountUnavailable):
        accounts.set_active(deps, actor_id=admin.id, account_id=owner.id, is_active=True)


def test_a_room_goes_on_talking_while_an_account_takes_its_messages_along(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    for number in range(100):
        post(deps, private_room, member, f"Old words {number}")
    delete(deps, member, keeps_messages=False)
    with ThreadPoolExecutor(2) as threads:
        with transaction(deps.sessions) as tx:
            lock_room(tx, room_id=private_room.id)
            deleted = threads.submit(deleting.carry_out, deps, account_id=member.id)
            wait_until(lambda: waiting_for_locks(deps) == 1, what="the deletion is under way")
            posted = threads.submit(post, deps, private_room, owner, "Meanwhile")
            wait_until(lambda: waiting_for_locks(deps) == 2, what="somebody writes as well")
        message_id = posted.result()
        assert deleted.result()
    after = rows(
        deps,
        "SELECT count(*) FROM room_events e JOIN messages m ON m.room_id = e.room_id"
        " AND e.seq > m.position WHERE m.id = :id AND e.kind = 'message_deleted'",
        id=message_id,
    )
    assert after[0][0] > 0


def rooms_of(deps: Deps, who: Someone) -> list[tuple[Any, ...]]:
    return rows(
        deps, "SELECT room_id, account_id, role FROM memberships WHERE account_id = :id", id=who.id
    )
