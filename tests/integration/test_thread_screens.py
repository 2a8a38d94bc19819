"""A thread beside the room, as handlers and the hub bring it to a tab."""

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import MessageUnavailable, RoomUnavailable
from chatrooms.domain.view import THREAD_WINDOW
from chatrooms.live.offload import off_loop
from chatrooms.live.tab import MAX_OLDER_REPLIES
from chatrooms.services import members, messages
from chatrooms.state.outbox import OutboxState
from chatrooms.state.pane import PaneState
from chatrooms.state.pins import PinsState
from chatrooms.state.room import RoomState
from chatrooms.state.saved import SavedState
from chatrooms.state.session import SessionState
from chatrooms.state.thread import ThreadState
from chatrooms.state.threads import ThreadsState
from tests.support.eventually import eventually
from tests.support.inspect import counted_queries
from tests.support.people import Place, Someone, make_room, post
from tests.support.tabs import BrowserTab
from tests.support.web import WebProcess


async def open_room(web: WebProcess, who: Someone, room: Place, query: str = "") -> BrowserTab:
    path = f"/rooms/{room.slug}{query}"
    tab = BrowserTab(web, await web.connect(), token=who.token, path=path)
    await tab.call(SessionState.require_sign_in)
    await tab.call(RoomState.open_room)
    return tab


def replies(tab: BrowserTab) -> list[str]:
    shown = tab.screen.read().vars
    lists = ("older_replies", "replies", "reply_tail")
    return [row["body"] for name in lists for row in shown[name]]


async def test_a_thread_is_live_and_its_footer_is_in_every_timeline(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    reading, watching = [await open_room(web, who, private_room) for who in (owner, member)]
    await reading.call(ThreadState.open, root)
    assert reading.state(PaneState).name == "thread"
    form = {"room_id": private_room.id, "thread_id": root, "client_id": "c1", "body": "Reply"}
    await watching.call(OutboxState.send, form)
    await eventually(lambda: replies(reading) == ["Reply"], what="the reply is shown")
    await eventually(lambda: watching.screen.rows[0]["threads"], what="the footer is shown")
    assert watching.screen.rows[0]["threads"][0]["count"] == 1
    # Nobody will see it arrive in a tab that has the thread closed, so that tab is told.
    assert [row.client_id for row in watching.state(OutboxState).refused] == ["c1"]
    assert watching.state(OutboxState).refused[0].reason == ""
    await reading.call(PaneState.close)
    assert replies(reading) == []


async def test_older_replies_are_loaded_stay_live_and_survive_a_reconnect(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    count = THREAD_WINDOW + 70
    ids = await off_loop(
        lambda: [post(deps, private_room, owner, f"{n}", thread=root) for n in range(count)]
    )
    tab = await open_room(web, owner, private_room)
    await tab.call(ThreadState.open, root)
    assert replies(tab) == [f"{n}" for n in range(70, count)]
    await tab.call(ThreadState.load_older)
    assert replies(tab) == [f"{n}" for n in range(20, count)]
    await off_loop(post, deps, private_room, owner, "new", thread=root)
    await eventually(lambda: replies(tab)[-1] == "new", what="it is shown")
    assert replies(tab) == [*(f"{n}" for n in range(20, count)), "new"]
    await off_loop(
        lambda: messages.delete_message(
            deps, actor_id=owner.id, room_id=private_room.id, message_id=ids[30]
        )
    )
    await eventually(lambda: replies(tab)[10] == "", what="the older reply is erased")
    before = replies(tab)
    await tab.call(SessionState.require_sign_in)
    await tab.call(RoomState.open_room)
    await tab.call(ThreadState.restore)
    assert replies(tab) == before
    await tab.call(ThreadState.load_older)
    assert len(replies(tab)) == count + 1
    assert not tab.screen.read().vars["has_older_replies"]


async def test_a_link_to_a_reply_far_back_shows_the_reply(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    ids = await off_loop(
        lambda: [
            post(deps, private_room, owner, f"{n}", thread=root) for n in range(THREAD_WINDOW + 40)
        ]
    )
    tab = await open_room(web, owner, private_room, f"?message={ids[5]}")
    assert replies(tab)[0] == "5"
    assert tab.state(ThreadState).target_id == ids[5]
    assert tab.state(RoomState).target_id == root


async def test_losing_the_room_takes_the_thread_and_no_reply_arrives_any_more(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    await off_loop(post, deps, private_room, owner, "Reply", thread=root)
    tab = await open_room(web, member, private_room)
    await tab.call(ThreadState.open, root)
    await off_loop(
        lambda: members.remove_member(
            deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id
        )
    )
    await eventually(lambda: not replies(tab), what="the thread is gone")
    await off_loop(post, deps, private_room, owner, "Secret", thread=root)
    await tab.call(RoomState.open_room)
    assert tab.state(PaneState).name == ""
    for handler, args in ((ThreadState.open, (root,)), (ThreadState.load_older, ())):
        with pytest.raises(RoomUnavailable):
            await tab.call(handler, *args)
    assert "Secret" not in "".join(tab.screen.packets)


async def test_a_message_of_another_room_opens_no_thread(
    deps: Deps, web: WebProcess, private_room: Place, public_room: Place, owner: Someone
) -> None:
    elsewhere = await off_loop(post, deps, public_room, owner, "Elsewhere")
    tab = await open_room(web, owner, private_room)
    for wrong in (elsewhere, 10**12):
        with pytest.raises(MessageUnavailable):
            await tab.call(ThreadState.open, wrong)
    assert tab.state(PaneState).name == ""


async def test_reading_an_open_thread_moves_the_mark_and_the_count(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    await off_loop(post, deps, private_room, member, "Reply", thread=root)
    tab = await open_room(web, owner, private_room)
    await tab.call(ThreadsState.show)
    await tab.call(ThreadsState.refresh)
    listed = tab.state(ThreadsState)
    assert (listed.unread_count, [row.is_unread for row in listed.threads]) == (1, [True])
    await tab.call(ThreadState.open, root)
    await tab.call(ThreadState.note_read)
    await tab.call(ThreadsState.refresh)
    assert listed.unread_count == 0


async def test_another_room_closes_the_thread_and_its_own_link_opens_one(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    other = await off_loop(make_room, deps, owner)
    tab = await open_room(web, owner, private_room)
    await tab.call(ThreadState.open, root)
    tab.go(f"/rooms/{other.slug}")
    await tab.call(RoomState.open_room)
    await tab.call(ThreadState.restore)
    assert tab.state(PaneState).name == ""
    tab.go(f"/rooms/{private_room.slug}?thread={root}")
    await tab.call(RoomState.open_room)
    assert tab.state(PaneState).name == "thread"
    assert tab.screen.read().vars["thread"]["id"] == root


async def test_pins_and_saved_messages_are_listed_in_their_panes(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    message_id = await off_loop(post, deps, private_room, owner, "Keep this")
    tab = await open_room(web, owner, private_room)
    await tab.call(PinsState.set_pinned, message_id, True)
    await tab.call(PinsState.load)
    assert [row.text for row in tab.state(PinsState).pins] == ["Keep this"]
    await eventually(lambda: tab.screen.rows[0]["is_pinned"], what="the pin is shown")
    await tab.call(SavedState.set_saved, message_id, True)
    await tab.call(SavedState.show)
    assert [row.id for row in tab.state(SavedState).messages] == [message_id]
    await tab.call(SavedState.forget, private_room.id, message_id)
    await tab.call(SavedState.refresh)
    assert tab.state(SavedState).messages == []


async def test_opening_a_thread_costs_the_same_for_one_reply_and_for_a_hundred(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    async def cost() -> int:
        tab = await open_room(web, owner, private_room)
        web.hub.rooms[private_room.id].threads.clear()
        with counted_queries(deps) as statements:
            await tab.call(ThreadState.open, root)
        return len(statements)

    async def least_cost() -> int:
        # The hub's own comparisons with the database come whenever they come.
        return min([await cost() for _ in range(5)])

    root = await off_loop(post, deps, private_room, owner, "Root")
    await off_loop(post, deps, private_room, owner, "one", thread=root)
    with_one = await least_cost()
    await off_loop(
        lambda: [post(deps, private_room, owner, f"{n}", thread=root) for n in range(99)]
    )
    assert await least_cost() == with_one


async def test_a_reply_deep_in_a_long_thread_is_shown_with_what_is_around_it(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    total = THREAD_WINDOW + MAX_OLDER_REPLIES + 120

    def fill() -> list[int]:
        return [post(deps, private_room, owner, f"{n}", thread=root) for n in range(total)]

    ids = await off_loop(fill)
    tab = await open_room(web, owner, private_room, f"?message={ids[60]}")
    assert tab.state(ThreadState).target_id == ids[60]
    shown = tab.screen.read().vars
    assert (shown["has_older_replies"], shown["has_newer_replies"]) == (True, True)
    assert [row["body"] for row in shown["older_replies"]] == [f"{n}" for n in range(10, 110)]
    await tab.call(ThreadState.load_older)
    assert not tab.screen.read().vars["has_older_replies"]
    await off_loop(post, deps, private_room, owner, "the newest", thread=root)
    await tab.call(ThreadState.load_newer)
    assert [row["body"] for row in tab.screen.read().vars["older_replies"]] == [
        f"{n}" for n in range(160)
    ]
    while tab.screen.read().vars["has_newer_replies"]:
        await tab.call(ThreadState.load_newer)
    await eventually(lambda: replies(tab)[-1] == "the newest", what="the present is reached")
    assert replies(tab)[:-1] == [f"{n}" for n in range(total - len(replies(tab)) + 1, total)]
    await tab.call(ThreadState.show_latest)
    assert tab.screen.read().vars["older_replies"] == []


async def test_who_types_in_a_thread_shows_to_those_who_have_it_open(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    reading, writing = [await open_room(web, who, private_room) for who in (owner, member)]
    watching = await open_room(web, owner, private_room)
    for tab in (reading, writing):
        await tab.call(ThreadState.open, root)

    def typing(tab: BrowserTab) -> list[int]:
        return [row["id"] for row in tab.screen.read().vars.get("thread_typing", ())]

    await eventually(lambda: len(web.listener._pubsub.channels) > 2, what="it listens")  # type: ignore[union-attr]
    await writing.call(ThreadState.notify_typing)
    await eventually(lambda: typing(reading) == [member.id], what="the notice is shown")
    assert typing(watching) == []
    assert watching.screen.read().vars["typing"] == []
    await off_loop(post, deps, private_room, member, "Done", thread=root)
    await eventually(lambda: typing(reading) == [], what="the reply ends the notice")


async def test_a_quote_in_a_thread_belongs_to_its_reply_box(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    other = await off_loop(post, deps, private_room, owner, "Other")
    said = await off_loop(post, deps, private_room, owner, "Quote me", thread=root)
    tab = await open_room(web, owner, private_room)
    await tab.call(ThreadState.open, root)
    await tab.call(ThreadState.start_quote, said)
    thread = tab.state(ThreadState)
    assert (thread.quote_id, thread.quote_text) == (said, "Quote me")
    assert tab.state(RoomState).reply_to_id == 0
    with pytest.raises(MessageUnavailable):
        await tab.call(ThreadState.start_quote, 10**12)
    await tab.call(ThreadState.open, other)
    assert thread.quote_id == 0
