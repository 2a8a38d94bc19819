"""Rooms keep messages as long as their owners chose; what is older goes from everywhere. Owners
take the room's messages with them, and another installation reads them back."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from chatrooms.api import room_export
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import InvalidInput, NotAllowed, RoomUnavailable
from chatrooms.live.identity import cookie_name
from chatrooms.live.offload import off_loop
from chatrooms.services import history, messages, retention, rooms
from chatrooms.services.files import store_of
from chatrooms.services.imports import Importer, parse_line
from chatrooms.services.moderation import judging
from tests.support import servers
from tests.support.files import upload
from tests.support.indexes import indexed
from tests.support.inspect import assert_gapless, change, folded, rows
from tests.support.memory import summarise_all
from tests.support.moderation import ABUSE, moderated
from tests.support.people import (
    Place,
    Someone,
    dependencies,
    post,
    sign_up,
)
from tests.support.servers import RunningServer

OLD = "the old words about watering tomatoes"


@pytest.fixture(scope="module")
def deps(with_chroma: Deps) -> Deps:
    return with_chroma


def age(deps: Deps, *message_ids: int, days: int) -> None:
    change(
        deps,
        "UPDATE messages SET sent_at = sent_at - make_interval(days => :days) WHERE id = ANY(:ids)",
        days=days,
        ids=list(message_ids),
    )


def resting_on(deps: Deps, message_id: int) -> int:
    """How many sentences of summaries rest on a message."""
    return len(rows(deps, "SELECT 1 FROM summary_sources WHERE message_id = :id", id=message_id))


def test_what_is_older_goes_from_tables_log_disk_memory_and_index(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    file = upload(deps, private_room, member, b"old file")
    old = post(deps, private_room, member, OLD, files=[file])
    messages.edit_message(
        deps, actor_id=member.id, room_id=private_room.id, message_id=old, body=f"{OLD}, edited"
    )
    reply = post(deps, private_room, owner, "in its thread", thread=old)
    new = post(deps, private_room, owner, "still here", reply_to=old)
    moderated(deps, private_room, holds=False)
    judging.judge_waiting(deps)
    summarise_all(deps, private_room)
    assert resting_on(deps, old)
    age(deps, old, days=10)
    before = history.load_view(deps, room_id=private_room.id)
    assert indexed(deps, private_room, old, reply, new) == [old, reply, new]

    where: dict[str, Any] = {"room_id": private_room.id}
    for nobody, error in ((moderator, NotAllowed), (sign_up(deps), RoomUnavailable)):
        with pytest.raises(error):
            retention.count_older(deps, actor_id=nobody.id, **where, days=5)
        with pytest.raises(error):
            retention.set_keep_days(deps, actor_id=nobody.id, **where, days=5)
    for days in (0, -1, 10**30):
        with pytest.raises(InvalidInput):
            retention.set_keep_days(deps, actor_id=owner.id, **where, days=days)
    assert retention.count_older(deps, actor_id=owner.id, **where, days=11) == 0
    assert retention.count_older(deps, actor_id=owner.id, **where, days=9) == 1
    assert retention.apply(deps) == 0
    retention.set_keep_days(deps, actor_id=owner.id, **where, days=9)
    assert retention.apply(deps, turn_s=0) == 1
    assert retention.apply(deps) == 0

    view = history.load_view(deps, room_id=private_room.id)
    assert folded(deps, before, room_id=private_room.id) == view
    assert_gapless(deps, private_room.id)
    assert view.facts.keep_days == 9
    shown = {m.id: m for m in view.messages}
    assert shown[old].is_deleted
    assert not shown[new].is_deleted
    assert not store_of(deps).path(file).exists()
    assert indexed(deps, private_room, old, reply, new) == [reply, new]
    assert not resting_on(deps, old)
    for table in ("messages", "message_edits", "room_events", "attachments", "summary_sentences"):
        found = rows(deps, f"SELECT 1 FROM {table} AS t WHERE t::text LIKE '%tomatoes%'")
        assert not found, table
    retention.set_keep_days(deps, actor_id=owner.id, **where, days=None)
    age(deps, new, days=400)
    assert retention.apply(deps) == 0


# The room's file


async def get(deps: Deps, who: Someone | None, room: Place, **headers: str) -> httpx.Response:
    app = Starlette(routes=room_export.routes)
    app.state.deps = deps
    cookie = {"cookie": f"{cookie_name(deps.settings)}={who.token}"} if who else {}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        return await client.get(f"/rooms/{room.slug}/messages.jsonl", headers=cookie | headers)


@pytest.fixture
def elsewhere(postgres: RunningServer, redis_url: str) -> Iterator[Deps]:
    """Another installation."""
    with (
        servers.fresh_database(postgres.url) as url,
        dependencies(database_url=url, redis_url=redis_url) as made,
    ):
        yield made


def told(text: str) -> list[tuple[Any, ...]]:
    """Each line without its ids: who said what when, and what it replies to."""
    lines = [json.loads(line) for line in text.splitlines()]
    words = {line["id"]: line["text"] for line in lines}
    return [
        (
            *(line[key] for key in ("author", "name", "sent_at", "text")),
            words.get(line.get("reply_to")),
            words.get(line.get("thread")),
        )
        for line in lines
    ]


async def test_owners_take_along_what_everybody_sees_and_it_is_read_back(
    deps: Deps,
    elsewhere: Deps,
    private_room: Place,
    owner: Someone,
    member: Someone,
    moderator: Someone,
    stranger: Someone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chatrooms.services.room_export._PIECE", 2)

    def write() -> None:
        first = post(deps, private_room, owner, "Hello @everybody\nand <b>all</b> 🌱")
        post(deps, private_room, member, "An answer", reply_to=first)
        thread = post(deps, private_room, owner, "Where it begins")
        post(deps, private_room, member, "in the thread", thread=thread)
        file = upload(deps, private_room, member, b"words")
        post(deps, private_room, member, "", files=[file])
        gone = post(deps, private_room, member, "taken back")
        post(deps, private_room, member, "to what is gone", reply_to=gone)
        messages.delete_message(deps, actor_id=member.id, room_id=private_room.id, message_id=gone)
        moderated(deps, private_room, holds=False)
        post(deps, private_room, member, ABUSE)
        judging.judge_waiting(deps)
        moderated(deps, private_room, holds=True)
        post(deps, private_room, member, "held back")

    await off_loop(write)
    for nobody, status in ((member, 403), (moderator, 403), (stranger, 404), (None, 401)):
        assert (await get(deps, nobody, private_room)).status_code == status
    foreign = {"sec-fetch-site": "same-site"}
    assert (await get(deps, owner, private_room, **foreign)).status_code == 403
    await off_loop(
        rooms.set_archived, deps, actor_id=owner.id, room_id=private_room.id, is_archived=True
    )
    response = await get(deps, owner, private_room)
    assert response.status_code == 200
    texts = [line[3] for line in told(response.text)]
    assert texts == [
        "Hello @everybody\nand <b>all</b> 🌱",
        *("An answer", "Where it begins", "in the thread", "notes.txt", "to what is gone"),
    ]

    def read_back() -> tuple[Someone, Place]:
        importer = Importer(elsewhere)
        lines = [parse_line(line) for line in response.text.splitlines()]
        assert all(importer.add(line) for line in lines)
        assert not any(Importer(elsewhere).add(line) for line in lines)
        there = importer.room_id(lines[0].room)
        ((slug,),) = rows(elsewhere, "SELECT slug FROM rooms WHERE id = :id", id=there)
        new_owner = sign_up(elsewhere, "newowner")
        change(
            elsewhere,
            "INSERT INTO memberships (room_id, account_id, role) VALUES (:room, :id, 'owner')",
            room=there,
            id=new_owner.id,
        )
        return new_owner, Place(there, slug)

    again = await get(elsewhere, *(await off_loop(read_back)))
    assert told(again.text) == told(response.text)
