"""Attached files over HTTP: who may send and get them, what becomes of them, when they go."""

import asyncio
import io
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from PIL import Image, ImageSequence
from starlette.applications import Starlette

from chatrooms import bootstrap
from chatrooms.adapters import pictures
from chatrooms.api import files as downloads
from chatrooms.api import uploads
from chatrooms.bootstrap import Deps, utc_now
from chatrooms.domain import jobs
from chatrooms.domain.errors import FileUnavailable, InvalidInput, ServiceUnavailable
from chatrooms.domain.moderation import HoldExpiry, Mode
from chatrooms.live.identity import cookie_name
from chatrooms.services import files, history, maintenance, members, messages, profiles
from chatrooms.services.moderation import decisions
from tests.support.files import HTML, animation, bomb, on_disk, picture, taken_somewhere, upload
from tests.support.inspect import everything_stored
from tests.support.moderation import moderated
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up, with_settings
from workers.maintenance import sweep_files
from workers.schedule import SCHEDULE

OWN = "http://localhost:8000"


def app(deps: Deps) -> Starlette:
    made = Starlette(routes=[*uploads.routes, *downloads.routes])
    made.state.deps = deps
    return made


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app(deps))
    async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
        yield client


def cookie(deps: Deps, who: Someone | None) -> dict[str, str]:
    return {"cookie": f"{cookie_name(deps.settings)}={who.token}"} if who else {}


async def send(
    web: httpx.AsyncClient,
    deps: Deps,
    room: Place,
    who: Someone | None,
    data: bytes = b"some text",
    *,
    name: str = "notes.txt",
    **headers: str,
) -> httpx.Response:
    named = {"x-file-name": quote(name), **cookie(deps, who)}
    extra = {key.replace("_", "-"): value for key, value in headers.items()}
    url = f"/files?room={room.id}"
    return await web.post(url, content=data, headers=named | extra)


async def get(
    web: httpx.AsyncClient, deps: Deps, who: Someone | None, token: str, **headers: str
) -> httpx.Response:
    extra = {key.replace("_", "-"): value for key, value in headers.items()}
    return await web.get(f"/files/{token}", headers=cookie(deps, who) | extra)


@pytest.fixture
def token(deps: Deps, private_room: Place, member: Someone) -> str:
    """A file in a message of the private room."""
    sent = upload(deps, private_room, member)
    post(deps, private_room, member, "", files=[sent])
    return sent


# Sending


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("member", 201),
        ("moderator", 201),
        ("owner", 201),
        ("stranger", 404),
        ("removed", 404),
        ("deactivated", 401),
        ("nobody", 401),
    ],
)
async def test_only_those_who_may_write_in_a_room_send_files_to_it(
    web: httpx.AsyncClient,
    deps: Deps,
    private_room: Place,
    request: pytest.FixtureRequest,
    who: str,
    status: int,
) -> None:
    sender = None if who == "nobody" else request.getfixturevalue(who)
    before = len(on_disk(deps))
    reply = await send(web, deps, private_room, sender)
    assert reply.status_code == status
    assert len(on_disk(deps)) == before + (status == 201)
    if status == 201:
        assert reply.json()["name"] == "notes.txt"
        assert reply.json()["size"] == "9 B"
        assert reply.json()["is_picture"] is False


async def test_a_visitor_of_a_public_room_reads_but_sends_no_files(
    web: httpx.AsyncClient, deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    assert (await send(web, deps, public_room, stranger)).status_code == 403
    sent = upload(deps, public_room, owner)
    post(deps, public_room, owner, "", files=[sent])
    assert (await get(web, deps, stranger, sent)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "null"},
    ],
)
async def test_another_site_cannot_send_files(
    web: httpx.AsyncClient,
    deps: Deps,
    private_room: Place,
    member: Someone,
    headers: dict[str, str],
) -> None:
    good = await send(web, deps, private_room, member, origin=OWN, sec_fetch_site="same-origin")
    assert good.status_code == 201
    before = on_disk(deps)
    assert (await send(web, deps, private_room, member, b"x", **headers)).status_code == 403
    assert on_disk(deps) == before


async def test_a_plain_form_cannot_send_files(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone
) -> None:
    reply = await web.post(
        f"/files?room={private_room.id}", content=b"x", headers=cookie(deps, member)
    )
    assert reply.status_code == 403


@pytest.mark.parametrize("room", ["", "0", "-1", "x", "9" * 30, "1;2"])
async def test_a_room_that_is_none_is_refused(
    web: httpx.AsyncClient, deps: Deps, member: Someone, room: str
) -> None:
    headers = cookie(deps, member) | {"x-file-name": "a"}
    reply = await web.post(f"/files?room={quote(room)}", content=b"x", headers=headers)
    assert reply.status_code == 404


async def test_an_empty_file_is_refused(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone
) -> None:
    before = on_disk(deps)
    reply = await send(web, deps, private_room, member, b"")
    assert (reply.status_code, reply.json()["error"]) == (422, "This file is empty.")
    assert on_disk(deps) == before


async def drive(
    deps: Deps, room: Place, who: Someone, chunks: Iterator[dict[str, Any]]
) -> tuple[int, list[dict[str, Any]]]:
    """Status of an upload whose body comes in pieces, and the pieces that were not read."""
    sent: list[dict[str, Any]] = []
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/files",
        "raw_path": b"/files",
        "root_path": "",
        "scheme": "http",
        "query_string": f"room={room.id}".encode(),
        "headers": [
            (b"x-file-name", b"big"),
            (b"cookie", cookie(deps, who)["cookie"].encode()),
        ],
    }

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return next(chunks)

    async def reply(message: Any) -> None:
        sent.append(message)

    await app(deps)(scope, receive, reply)
    return sent[0]["status"], list(chunks)


async def test_a_file_that_grows_too_large_is_stopped_early_and_leaves_nothing(
    deps: Deps, private_room: Place, member: Someone
) -> None:
    piece: dict[str, Any] = {"type": "http.request", "body": b"x" * 300_000, "more_body": True}
    before = on_disk(deps)
    small = with_settings(deps, max_file_mb=1)
    status, unread = await drive(small, private_room, member, iter([piece] * 50))
    assert status == 413
    assert len(unread) == 50 - 4
    assert on_disk(deps) == before


async def test_a_file_that_says_it_is_too_large_is_not_read_at_all(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone
) -> None:
    before = on_disk(deps)
    reply = await send(web, deps, private_room, member, b"x" * (10**7 + 1))
    assert reply.status_code == 413
    assert reply.json()["error"] == "A file can have at most 10 MB."
    assert on_disk(deps) == before
    assert (await send(web, deps, private_room, member, b"x" * 10**7)).status_code == 201


async def test_an_upload_that_is_cut_off_leaves_nothing(
    deps: Deps, private_room: Place, member: Someone
) -> None:
    before = on_disk(deps)
    pieces = [
        {"type": "http.request", "body": b"x" * 500_000, "more_body": True},
        {"type": "http.disconnect"},
    ]
    status, _ = await drive(deps, private_room, member, iter(pieces))
    assert status == 422
    assert on_disk(deps) == before


async def test_uploads_are_limited_by_number_and_by_size(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    busy = bring_in(deps, private_room, by=owner, who=sign_up(deps, "busy"))
    few = with_settings(deps, uploads_per_hour=2)
    assert [(await status(few, private_room, busy)) for _ in range(3)] == [201, 201, 429]
    large = bring_in(deps, private_room, by=owner, who=sign_up(deps, "large"))
    little = with_settings(deps, upload_mb_per_day=1)
    before = len(on_disk(deps))
    assert await status(little, private_room, large, b"x" * 600_000) == 201
    assert await status(little, private_room, large, b"x" * 600_000) == 429
    assert await status(little, private_room, large, b"x") == 429
    assert len(on_disk(deps)) == before + 1


async def status(deps: Deps, room: Place, who: Someone, data: bytes = b"x") -> int:
    transport = httpx.ASGITransport(app=app(deps))
    async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
        return (await send(client, deps, room, who, data)).status_code


@pytest.mark.parametrize("data_dir", [Path(), Path("/proc/no/such/folder")])
def test_without_a_folder_that_can_be_written_a_sentence_names_the_setting(
    deps: Deps, private_room: Place, member: Someone, data_dir: Path
) -> None:
    nowhere = with_settings(deps, data_dir=data_dir)
    with pytest.raises(ServiceUnavailable, match="DATA_DIR"):
        files.begin_upload(nowhere, actor_id=member.id, room_id=private_room.id)


# Getting


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("member", 200),
        ("moderator", 200),
        ("owner", 200),
        ("stranger", 404),
        ("removed", 404),
        ("deactivated", 401),
        ("nobody", 401),
    ],
)
async def test_only_those_who_may_read_the_room_get_its_files(
    web: httpx.AsyncClient,
    deps: Deps,
    token: str,
    request: pytest.FixtureRequest,
    who: str,
    status: int,
) -> None:
    reader = None if who == "nobody" else request.getfixturevalue(who)
    assert (await get(web, deps, reader, token)).status_code == status


async def test_whoever_sent_a_file_loses_it_with_the_room(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    waiting = upload(deps, private_room, member)
    sent = upload(deps, private_room, member)
    post(deps, private_room, member, "", files=[sent])
    for each in (waiting, sent):
        assert (await get(web, deps, member, each)).status_code == 200
    etag = (await get(web, deps, member, sent)).headers["etag"]
    cached = await get(web, deps, member, sent, if_none_match=etag)
    assert (cached.status_code, cached.content) == (304, b"")
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    for each in (waiting, sent):
        assert (await get(web, deps, member, each)).status_code == 404
    assert (await get(web, deps, member, sent, if_none_match=etag)).status_code == 404


async def test_a_hidden_file_and_none_at_all_give_the_same_answer(
    web: httpx.AsyncClient, deps: Deps, token: str, stranger: Someone
) -> None:
    hidden = await get(web, deps, stranger, token)
    absent = await get(web, deps, stranger, "x" * 43)
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert dict(hidden.headers) == dict(absent.headers)
    for odd in ("..%2F..%2Fetc%2Fpasswd", "%00", "a" * 5000):
        assert (await get(web, deps, stranger, odd)).status_code == 404


async def test_an_upload_that_waits_for_its_message_is_its_senders_alone(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone, owner: Someone
) -> None:
    waiting = upload(deps, private_room, member)
    assert (await get(web, deps, owner, waiting)).status_code == 404
    assert (await get(web, deps, member, waiting)).status_code == 200


def test_a_message_takes_only_its_authors_uploads_to_its_room_and_once(
    deps: Deps, private_room: Place, member: Someone, owner: Someone
) -> None:
    elsewhere = make_room(deps, member)
    mine = upload(deps, private_room, member)
    for room, who in ((private_room, owner), (elsewhere, member)):
        with pytest.raises(InvalidInput):
            post(deps, room, who, "", files=[mine])
    post(deps, private_room, member, "", files=[mine])
    with pytest.raises(InvalidInput):
        post(deps, private_room, member, "again", files=[mine])
    assert [len(m.attachments) for m in newest(deps, private_room)] == [1]


def newest(deps: Deps, room: Place) -> list[Any]:
    return list(history.load_view(deps, room_id=room.id).messages)


# What files are


async def test_html_that_is_called_a_picture_is_a_download(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone
) -> None:
    reply = await send(web, deps, private_room, member, HTML, name="cat.png")
    assert reply.json()["is_picture"] is False
    got = await get(web, deps, member, reply.json()["token"])
    assert got.content == HTML
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert "default-src 'none'" in got.headers["content-security-policy"]
    assert "private" in got.headers["cache-control"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_a_picture_is_shown_in_place_whatever_its_name_says(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone, kind: str
) -> None:
    reply = await send(web, deps, private_room, member, picture(kind), name="page.html")
    assert reply.json()["is_picture"] is True
    got = await get(web, deps, member, reply.json()["token"])
    assert got.headers["content-type"] == f"image/{kind.lower()}"
    assert got.headers["content-disposition"].startswith("inline;")
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + HTML,
        b"GIF89a" + HTML,
        picture("PNG")[:200],
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    ],
    ids=["png-head", "gif-head", "half", "svg"],
)
async def test_what_only_begins_like_a_picture_is_a_download(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone, data: bytes
) -> None:
    reply = await send(web, deps, private_room, member, data, name="cat.png")
    got = await get(web, deps, member, reply.json()["token"])
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment;")


async def test_a_decompression_bomb_is_refused_and_not_kept(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone
) -> None:
    before = on_disk(deps)
    for data in (bomb(), bomb(10_000, 8_000)):
        assert len(data) < 1000
        reply = await send(web, deps, private_room, member, data, name="tiny.png")
        assert reply.status_code == 422
        assert "megapixels" in reply.json()["error"]
    assert on_disk(deps) == before


async def test_a_moving_picture_whose_frames_are_too_many_to_unpack_is_refused(
    web: httpx.AsyncClient,
    deps: Deps,
    private_room: Place,
    member: Someone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moving = taken_somewhere("PNG", (40, 40), frames=5)
    reply = await send(web, deps, private_room, member, moving)
    got = (await get(web, deps, member, reply.json()["token"])).content
    assert getattr(Image.open(io.BytesIO(got)), "n_frames", 1) == 5
    assert b"Secret camera" not in got
    before = on_disk(deps)
    monkeypatch.setattr(pictures, "MAX_MOVING_PIXELS", 40 * 40 * 4)
    assert (await send(web, deps, private_room, member, moving)).status_code == 422
    assert on_disk(deps) == before


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_neither_a_picture_nor_its_small_version_tells_where_it_was_taken(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone, kind: str
) -> None:
    data = taken_somewhere(kind, (1600, 1000))
    assert b"Secret camera" in data
    reply = await send(web, deps, private_room, member, data)
    token = reply.json()["token"]
    for path in (token, f"{token}/thumbnail"):
        got = (await get(web, deps, member, path)).content
        assert b"Secret camera" not in got
        image = Image.open(io.BytesIO(got))
        assert not image.getexif()
        assert image.height > image.width, "it is turned the way it is meant to be seen"
    post(deps, private_room, member, "", files=[token])
    (file,) = newest(deps, private_room)[-1].attachments
    assert (file.width, file.height) == (1000, 1600)


async def test_a_moving_gif_keeps_its_frames_and_loops_and_tells_nothing_else(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone
) -> None:
    data = animation(frames=4, loops=3)
    assert data.count(b"Secret") == 5
    reply = await send(web, deps, private_room, member, data)
    assert reply.json()["is_picture"] is True
    got = (await get(web, deps, member, reply.json()["token"])).content
    assert b"Secret" not in got
    assert b"XMP" not in got
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(got)) as after:
        assert after.info["loop"] == 3
        assert "comment" not in after.info
        assert moving_parts(after) == moving_parts(before)
        assert len(moving_parts(after)) == 4


def moving_parts(image: Image.Image) -> list[tuple[object, bytes]]:
    """How long each frame shows, and what."""
    frames = ImageSequence.Iterator(image)
    return [(frame.info["duration"], frame.convert("RGB").tobytes()) for frame in frames]


async def test_of_a_gif_that_was_cut_off_the_whole_frames_stay(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone
) -> None:
    data = animation(frames=4)
    fourth = [place for place in range(len(data)) if data.startswith(b"\x21\xf9\x04", place)][3]
    reply = await send(web, deps, private_room, member, data[: fourth + 30])
    got = (await get(web, deps, member, reply.json()["token"])).content
    assert b"Secret" not in got
    with Image.open(io.BytesIO(got)) as image:
        assert len(moving_parts(image)) == 3
    before = on_disk(deps)
    reply = await send(web, deps, private_room, member, data[:80])
    assert reply.json()["is_picture"] is False
    assert len(on_disk(deps)) == len(before) + 1


async def test_the_small_version_is_small_and_there_is_none_of_other_files(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone, stranger: Someone
) -> None:
    shown = upload(deps, private_room, member, picture("PNG", (3000, 2000)))
    small = await get(web, deps, member, f"{shown}/thumbnail")
    assert small.headers["content-type"] == "image/webp"
    assert max(Image.open(io.BytesIO(small.content)).size) <= 720
    assert (await get(web, deps, stranger, f"{shown}/thumbnail")).status_code == 404
    plain = upload(deps, private_room, member)
    assert (await get(web, deps, member, f"{plain}/thumbnail")).status_code == 404


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ('say "hi".txt', 'say "hi".txt'),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie: x=1.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\win.ini", "win.ini"),
        ("naïve 图.pdf", "naïve 图.pdf"),
        ("", "file"),
        ("..", "file"),
        ("x" * 500 + ".tar", "x" * 116 + ".tar"),
    ],
)
async def test_a_files_name_misleads_nobody(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone, name: str, kept: str
) -> None:
    reply = await send(web, deps, private_room, member, name=name)
    assert reply.json()["name"] == kept
    got = await get(web, deps, member, reply.json()["token"])
    shown = got.headers["content-disposition"]
    assert shown.endswith(f"filename*=UTF-8''{quote(kept, safe='')}")
    assert shown.count('"') == 2
    assert "set-cookie" not in got.headers


# Going


async def test_deleting_a_message_takes_its_files_from_everybody_and_from_the_disk(
    web: httpx.AsyncClient, deps: Deps, private_room: Place, member: Someone, owner: Someone
) -> None:
    before = on_disk(deps)
    tokens = [upload(deps, private_room, member, picture()), upload(deps, private_room, member)]
    other = upload(deps, private_room, member)
    message_id = post(deps, private_room, member, "two", files=tokens)
    post(deps, private_room, member, "one", files=[other])
    assert len(on_disk(deps)) == len(before) + 4
    messages.delete_message(
        deps, actor_id=member.id, room_id=private_room.id, message_id=message_id
    )
    for token in tokens:
        for who in (member, owner):
            assert (await get(web, deps, who, token)).status_code == 404
    assert len(on_disk(deps)) == len(before) + 1
    assert (await get(web, deps, owner, other)).status_code == 200
    stored = everything_stored(deps, "attachments", "room_events")
    assert not any(token in stored for token in tokens)


def test_uploads_that_no_message_took_are_pruned_after_a_day(
    deps: Deps, private_room: Place, member: Someone
) -> None:
    files.prune(replace(deps, clock=lambda: utc_now() + timedelta(days=2)))
    kept = upload(deps, private_room, member)
    post(deps, private_room, member, "", files=[kept])
    waiting = upload(deps, private_room, member, picture())
    files.begin_upload(deps, actor_id=member.id, room_id=private_room.id)[1].close()
    before = len(on_disk(deps))
    assert maintenance.prune(deps).files == 0
    assert len(on_disk(deps)) == before
    tomorrow = replace(deps, clock=lambda: utc_now() + timedelta(days=1, minutes=1))
    assert maintenance.prune(tomorrow).files == 1
    assert len(on_disk(deps)) == before - 3
    assert files.open_file(deps, actor_id=member.id, token=kept)
    with pytest.raises(FileUnavailable):
        files.open_file(deps, actor_id=member.id, token=waiting)
    assert maintenance.prune(tomorrow).files == 0


def stray(deps: Deps, *, age: timedelta) -> list[Path]:
    """A file and its small version as a process leaves them that dies before its commit."""
    store = files.store_of(deps)
    place, file = store.start()
    file.close()
    token = deps.ids.token()
    store.keep(place, token, b"small")
    left = [store.path(token), store.thumbnail(token)]
    written = (utc_now() - age).timestamp()
    for path in left:
        os.utime(path, (written, written))
    return left


def test_files_that_no_row_knows_of_are_swept_after_a_day_and_others_stay(
    deps: Deps, private_room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BATCH", 2)
    files.sweep(deps)
    attached = upload(deps, private_room, member, picture())
    post(deps, private_room, member, "", files=[attached])
    upload(deps, private_room, member, picture())
    profiles.set_avatar(deps, actor_id=member.id, place=avatar_of(deps, member))
    for path in on_disk(deps):
        os.utime(path, (0, 0))
    before = set(on_disk(deps))
    old = [path for _ in range(5) for path in stray(deps, age=timedelta(days=1, minutes=1))]
    old[0].unlink()
    fresh = stray(deps, age=timedelta(hours=23))
    assert files.sweep(deps) == 5
    assert set(on_disk(deps)) == before | set(fresh)
    assert files.sweep(deps) == 0


def avatar_of(deps: Deps, who: Someone) -> Path:
    place, file = profiles.begin_avatar(deps, actor_id=who.id)
    with file:
        file.write(picture())
    return place


def test_beat_has_stray_files_swept(
    deps: Deps, monkeypatch: pytest.MonkeyPatch, private_room: Place
) -> None:
    left = stray(deps, age=timedelta(days=2))
    assert SCHEDULE[jobs.SWEEP_FILES]["task"] == jobs.SWEEP_FILES
    monkeypatch.setattr(bootstrap, "current", lambda: deps)
    sweep_files(added_later=1)
    assert not any(path.exists() for path in left)


@pytest.mark.parametrize("holds", [True, False])
def test_a_file_that_moderation_keeps_back_is_its_authors_and_the_moderators_alone(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    holds: bool,
) -> None:
    author = bring_in(deps, private_room, by=owner, who=sign_up(deps, "author"))
    token = upload(deps, private_room, author, picture())
    if holds:
        moderated(deps, private_room, Mode.AUTO, hold_expiry=HoldExpiry.KEEP)
    said = post(deps, private_room, author, files=[token])
    here: dict[str, Any] = {"room_id": private_room.id, "message_id": said}
    if not holds:
        files.open_file(deps, actor_id=member.id, token=token)
        decisions.remove(deps, actor_id=moderator.id, **here)
    for who in (author, moderator, owner):
        files.open_file(deps, actor_id=who.id, token=token)
    with pytest.raises(FileUnavailable):
        files.open_file(deps, actor_id=member.id, token=token)
    decisions.keep(deps, actor_id=moderator.id, **here)
    files.open_file(deps, actor_id=member.id, token=token)
