"""The handlers behind the menus and drafts of a text box, called as any client may."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError, NotSignedIn, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services import drafts, members
from chatrooms.state.drafts import DraftsState
from chatrooms.state.emojis import EmojiState
from chatrooms.state.room import RoomState
from chatrooms.state.thread import ThreadState
from tests.support.people import Place, Someone, post
from tests.support.tabs import BrowserTab, serving
from tests.support.web import WebProcess, web_process

ODD: list[Any] = [None, "x", -1, 2**80, 1.5, True, [], {}, "\ud800"]


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with web_process(deps) as process:
        with serving(process):
            yield process


async def open_room(web: WebProcess, who: Someone, room: Place) -> BrowserTab:
    tab = BrowserTab(web, await web.connect(), token=who.token, path=f"/rooms/{room.slug}")
    await tab.call(RoomState.open_room)
    return tab


async def test_a_thread_is_opened_with_the_reply_begun_elsewhere(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner)
    other = await off_loop(post, deps, private_room, owner)
    where = {"room_id": str(private_room.id), "thread_id": str(root)}
    first = await open_room(web, member, private_room)
    await first.call(ThreadState.open, root)
    assert first.state(DraftsState).reply.saved_at == "never"
    await first.call(DraftsState.save_reply, where | {"body": "begun here"})
    assert first.state(DraftsState).reply.body == "begun here"

    second = await open_room(web, member, private_room)
    await second.call(ThreadState.open, root)
    assert second.state(DraftsState).reply.body == "begun here"
    await second.call(ThreadState.open, other)
    assert second.state(DraftsState).reply.body == ""
    await second.call(DraftsState.save_reply, where | {"body": "of the thread before"})
    assert second.state(DraftsState).reply.body == ""
    theirs = await open_room(web, owner, private_room)
    await theirs.call(ThreadState.open, root)
    assert theirs.state(DraftsState).reply.body == ""


async def test_whoever_was_removed_neither_reads_nor_keeps_a_reply(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner)
    where = {"room_id": private_room.id, "thread_id": root}
    tab = await open_room(web, member, private_room)
    await tab.call(ThreadState.open, root)
    await tab.call(DraftsState.save_reply, where | {"body": "kept"})
    await off_loop(
        members.remove_member,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        account_id=member.id,
    )
    with pytest.raises(RoomUnavailable):
        await tab.call(DraftsState.save_reply, where | {"body": "too late"})
    await tab.call(DraftsState.open)
    assert (tab.state(DraftsState).room.body, tab.state(DraftsState).reply.body) == ("", "")
    again = await open_room(web, member, private_room)
    with pytest.raises(ChatError):
        await again.call(ThreadState.open, root)
    assert again.state(DraftsState).reply.body == ""


async def test_odd_forms_keep_no_reply(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner)
    tab = await open_room(web, owner, private_room)
    good = {"room_id": private_room.id, "thread_id": root, "body": "kept"}
    await tab.call(DraftsState.save_reply, good)
    forms = [
        None,
        [],
        {},
        *({**good, name: odd} for name in ("room_id", "thread_id") for odd in ODD),
    ]
    for form in forms:
        with pytest.raises(ChatError):
            await tab.call(DraftsState.save_reply, form)
    where = {"actor_id": owner.id, "room_id": private_room.id, "thread_id": root}
    assert (await off_loop(drafts.find_reply_draft, deps, **where)).body == "kept"


async def test_emoji_are_offered_to_whoever_is_signed_in(
    web: WebProcess, private_room: Place, owner: Someone
) -> None:
    tab = await open_room(web, owner, private_room)
    await tab.call(EmojiState.search, {"query": "rocket"})
    assert [each.symbol for each in tab.state(EmojiState).found] == ["🚀"]
    for odd in ODD:
        await tab.call(EmojiState.search, {"query": odd})
        assert tab.state(EmojiState).found == []
    nobody = BrowserTab(web, await web.connect(), token="", path="/")
    with pytest.raises(NotSignedIn):
        await nobody.call(EmojiState.search, {"query": "rocket"})
    assert nobody.state(EmojiState).found == []
