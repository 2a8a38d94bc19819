"""What screens show while people write: in order, complete, nothing twice, and only to those who
may see it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from chatrooms.adapters.bus import Bus
from chatrooms.bootstrap import Deps
from chatrooms.domain.events import Sequenced
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.live.tab import Past, Tab
from chatrooms.live.wire import MAX_WAITING, Address
from chatrooms.services import (
    accounts,
    event_log,
    history,
    members,
    messages,
    rooms,
    sessions,
    typing_notices,
)
from chatrooms.services.rooms import RoomDraft
from tests.support.eventually import eventually
from tests.support.people import (
    Place,
    Someone,
    make_room,
    post,
    sign_in_again,
    sign_up,
    unique,
    with_settings,
)
from tests.support.threads import at_once
from tests.support.web import EMPTY, Screen, WebProcess, web_process


class SilentBus(Bus):
    """A doorbell that nobody hears: as if the process died between commit and publish."""

    def ring(self, event: Sequenced) -> None:
        """Say nothing."""


@pytest.fixture
def unheard(deps: Deps) -> Deps:
    """Dependencies whose events are committed and never announced."""
    return replace(deps, bus=SilentBus(deps.redis))


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    """A web process that compares itself with the database often."""
    async with web_process(with_settings(deps, heal_interval_s=0.2, tick_ms=5)) as process:
        yield process


@pytest.fixture
async def patient(deps: Deps) -> AsyncIterator[WebProcess]:
    """A web process that hears of things by the bus alone."""
    async with web_process(with_settings(deps, heal_interval_s=600.0, tick_ms=5)) as process:
        await eventually(lambda: process.listener._pubsub, what="it listens")
        yield process


def positions(deps: Deps, room: Place) -> list[int]:
    view = history.load_view(deps, room_id=room.id)
    return [m.position for m in view.messages]


def fresh_rows(deps: Deps, room: Place, who: Someone) -> list[dict[str, Any]]:
    """The rows of a screen that opens the room now."""
    live = LiveRoom(history.load_view(deps, room_id=room.id))
    screen = Screen("fresh", None)  # type: ignore[arg-type]
    screen.is_reading = False
    import json

    tab = Tab(Address("fresh", "fresh"), who.signed_in, room_id=room.id)
    screen.vars = {name: json.loads(value) for name, value in live.all_vars(tab).items()}
    return screen.rows


async def assert_settles_like_fresh(screen: Screen, deps: Deps, room: Place, who: Someone) -> None:
    """Until the screen ends with exactly what a screen that is opened now shows."""
    fresh = await off_loop(fresh_rows, deps, room, who)

    def is_like_fresh() -> bool:
        # The first row of a list always shows its author, and a screen may hold more above it.
        return screen.rows[-len(fresh) + 1 :] == fresh[1:] if len(fresh) > 1 else True

    await eventually(is_like_fresh, what="the screen shows what a fresh one shows")
    shown = [row["position"] for row in screen.rows]
    assert shown == sorted(set(shown))


# In order and complete


async def test_everybody_in_a_room_sees_each_message_in_the_same_order(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    screens = [await web.show(private_room, who) for who in (owner, member, member)]
    await off_loop(
        at_once,
        [lambda w=w: [post(deps, private_room, w) for _ in range(20)] for w in (owner, member)],
    )
    expected = await off_loop(positions, deps, private_room)
    for screen in screens:
        await eventually(
            lambda s=screen: [r["position"] for r in s.rows] == expected, what="all are shown"
        )


async def test_two_web_processes_show_the_same(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    async with web_process(web.deps) as other:
        here, there = await web.show(private_room, owner), await other.show(private_room, member)
        await off_loop(
            at_once,
            [lambda w=w: [post(deps, private_room, w) for _ in range(50)] for w in (owner, member)],
        )
        for screen, who in ((here, owner), (there, member)):
            await assert_settles_like_fresh(screen, deps, private_room, who)


async def test_after_many_changes_a_screen_shows_what_a_fresh_one_shows(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    def edit(message_id: int, body: str) -> None:
        messages.edit_message(
            deps, actor_id=owner.id, room_id=private_room.id, message_id=message_id, body=body
        )

    def live_on() -> None:
        ids: list[int] = []
        for number in range(120):
            reply_to = ids[-3] if number % 10 == 5 else None
            ids.append(post(deps, private_room, owner, f"Message {number}", reply_to=reply_to))
            if number % 7 == 6:
                edit(ids[-4], f"Edited {number}")
            if number % 11 == 10:
                messages.delete_message(
                    deps, actor_id=owner.id, room_id=private_room.id, message_id=ids[-5]
                )
                ids.pop(-5)

    screen = await web.show(private_room, owner)
    await off_loop(live_on)
    await assert_settles_like_fresh(screen, deps, private_room, owner)
    assert len(screen.rows) >= 64


async def test_a_lost_doorbell_heals_by_itself(
    deps: Deps, unheard: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    screen = await web.show(private_room, owner)
    await off_loop(post, unheard, private_room, owner, "Committed, then the process died")
    await eventually(
        lambda: screen.bodies == ["Committed, then the process died"], what="it is shown"
    )


async def test_a_gap_is_filled_as_soon_as_the_next_event_is_heard(
    deps: Deps, unheard: Deps, patient: WebProcess, private_room: Place, owner: Someone
) -> None:
    screen = await patient.show(private_room, owner)
    await eventually(lambda: len(patient.listener._pubsub.channels) > 1, what="it listens")  # type: ignore[union-attr]
    await off_loop(lambda: [post(unheard, private_room, owner, f"Lost {n}") for n in range(3)])
    await off_loop(post, deps, private_room, owner, "Heard")
    await eventually(
        lambda: screen.bodies == ["Lost 0", "Lost 1", "Lost 2", "Heard"], what="all are shown"
    )


async def test_events_heard_twice_or_late_change_nothing(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    screen = await web.show(private_room, owner)
    await off_loop(lambda: [post(deps, private_room, owner, f"{n}") for n in range(3)])
    await eventually(lambda: screen.bodies == ["0", "1", "2"], what="all are shown")
    entries = await off_loop(
        event_log.list_events, deps, room_id=private_room.id, after_seq=0, limit=100
    )
    for entry in (*entries, *reversed(entries)):
        web.hub.live.receive(entry)
    await off_loop(post, deps, private_room, owner, "3")
    await eventually(lambda: screen.bodies == ["0", "1", "2", "3"], what="the next is shown")


async def test_a_long_gap_is_filled_and_pages_of_the_past_miss_no_deletion(
    deps: Deps, unheard: Deps, patient: WebProcess, private_room: Place, owner: Someone
) -> None:
    first = await off_loop(post, deps, private_room, owner, "Zebra")
    await off_loop(lambda: [post(deps, private_room, owner) for _ in range(70)])
    (oldest,) = await off_loop(
        history.list_around,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        message_id=first,
        limit=1,
    )
    screen = await patient.show(private_room, owner, Past((oldest,), in_history=True))
    assert screen.bodies == ["Zebra"]

    def go_on() -> None:
        messages.delete_message(
            unheard, actor_id=owner.id, room_id=private_room.id, message_id=first
        )
        for number in range(520):
            post(unheard, private_room, owner, f"Unheard {number}")

    await off_loop(go_on)
    await patient.hub.live.heal()
    await assert_settles_like_fresh(screen, deps, private_room, owner)
    assert "Zebra" not in str(screen.vars)


async def test_an_open_thread_follows_the_room_over_a_long_gap_and_after_it(
    deps: Deps, unheard: Deps, patient: WebProcess, private_room: Place, owner: Someone
) -> None:
    root = await off_loop(post, deps, private_room, owner, "Root")
    screen = await patient.show(private_room, owner)
    await off_loop(post, deps, private_room, owner, "First", thread=root)
    room = patient.hub.rooms[private_room.id]
    await patient.hub.threads.open(patient.tab(screen), room, root)

    def replies() -> list[str]:
        shown = screen.read().vars
        return [row["body"] for row in (*shown["replies"], *shown["reply_tail"])]

    assert replies() == ["First"]
    assert screen.vars["thread"]["body"] == "Root"

    def go_on() -> None:
        for number in range(520):
            post(unheard, private_room, owner, f"Unheard {number}")
        post(unheard, private_room, owner, "Second", thread=root)

    await off_loop(go_on)
    await patient.hub.live.heal()
    await eventually(lambda: replies() == ["First", "Second"], what="the gap is filled")
    await off_loop(post, deps, private_room, owner, "Third", thread=root)
    await eventually(lambda: replies() == ["First", "Second", "Third"], what="it goes on")
    assert "Third" not in screen.bodies


async def test_edits_and_deletions_reach_the_pages_that_somebody_scrolled_back_to(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    ids = await off_loop(
        lambda: [post(deps, private_room, owner, f"Message {n}") for n in range(150)]
    )
    page = await off_loop(
        history.list_around,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        message_id=ids[20],
        limit=10,
    )
    screen = await web.show(private_room, owner, Past(tuple(page), in_history=True))
    here = await web.show(private_room, owner)
    await off_loop(
        messages.edit_message,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        message_id=ids[20],
        body="Edited",
    )
    await eventually(lambda: "Edited" in screen.bodies, what="the edit is shown")
    await off_loop(
        messages.delete_message,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        message_id=ids[20],
    )
    await eventually(lambda: "Edited" not in screen.bodies, what="the text is gone")
    assert len(screen.rows) == 10
    assert here.bodies[-1] == "Message 149"


async def test_a_socket_that_fell_behind_gets_everything_anew(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    slow = await web.show(private_room, owner)
    slow.read()
    for _ in range(MAX_WAITING):
        slow.socket.queue.put_nowait(web.hub._wire.events(["padding"]))
    await off_loop(lambda: [post(deps, private_room, owner, f"{n}") for n in range(30)])
    await eventually(lambda: web.tab(slow).is_behind, what="a packet was left out")
    await assert_settles_like_fresh(slow, deps, private_room, owner)
    assert slow.bodies == [f"{n}" for n in range(30)]


async def test_a_message_that_comes_while_the_room_is_opened_is_shown(
    deps: Deps, patient: WebProcess, owner: Someone
) -> None:
    for _ in range(10):
        room = await off_loop(make_room, deps, owner)
        writing = asyncio.create_task(
            off_loop(lambda r=room: [post(deps, r, owner, f"{n}") for n in range(5)])
        )
        screen = await patient.show(room, owner)
        await writing
        await off_loop(post, deps, room, owner, "last")
        await eventually(
            lambda s=screen: s.bodies == ["0", "1", "2", "3", "4", "last"], what="all are shown"
        )


async def test_a_message_costs_little_however_long_the_list_is(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    body = "A message of an ordinary length, as people write them in a chat. " * 2
    await off_loop(lambda: [post(deps, private_room, owner, body) for _ in range(150)])
    screen = await web.show(private_room, owner)
    screen.read().packets.clear()
    for number in range(40):
        await off_loop(post, deps, private_room, owner, f"{body} {number}")
        await eventually(
            lambda n=number: screen.bodies[-1].endswith(f" {n}"), what="the message is shown"
        )
    sizes = [len(packet.encode()) for packet in screen.packets if '"tail_rx_state_"' in packet]
    assert len(sizes) == 40
    assert sum(sizes) / len(sizes) < 16_000


async def test_a_reply_costs_little_however_long_its_thread_is(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    body = "A message of an ordinary length, as people write them in a chat. " * 2
    root = await off_loop(post, deps, private_room, owner, "Root")
    await off_loop(
        lambda: [post(deps, private_room, owner, f"{body} {n}", thread=root) for n in range(200)]
    )
    screen = await web.show(private_room, owner)
    await web.hub.threads.open(web.tab(screen), web.hub.rooms[private_room.id], root)

    def shown() -> list[str]:
        rows = screen.read().vars["replies"] + screen.vars["reply_tail"]
        return [row["body"].rpartition(" ")[2] for row in rows]

    assert shown() == [f"{n}" for n in range(200)]
    assert not screen.vars["has_older_replies"]
    screen.packets.clear()
    for number in range(200, 240):
        await off_loop(post, deps, private_room, owner, f"{body} {number}", thread=root)
        await eventually(lambda n=number: shown()[-1] == f"{n}", what="the reply is shown")
        assert shown() == [f"{n}" for n in range(number + 1 - len(shown()), number + 1)]
        assert len(shown()) >= 180
    assert screen.vars["has_older_replies"]
    sizes = [len(packet.encode()) for packet in screen.packets if "reply_tail" in packet]
    assert len(sizes) == 40
    assert sum(sizes) / len(sizes) < 20_000


async def test_views_that_nobody_looks_at_are_given_up(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone
) -> None:
    screen = await web.show(private_room, owner)
    web.hub.forget_unseen()
    assert list(web.hub.rooms) == [private_room.id]
    screen.socket.closed = True
    web.hub.sweep()
    web.hub.forget_unseen()
    assert not web.hub.rooms
    assert not web.hub.tabs
    again = await web.show(private_room, owner)
    await off_loop(post, deps, private_room, owner, "Back")
    await eventually(lambda: again.bodies == ["Back"], what="it is shown")


# Presence and typing


async def test_who_is_here_shows_in_every_process_and_ends_with_the_last_screen(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    def online(screen: Screen) -> list[int]:
        return sorted(row["id"] for row in screen.read().vars.get("online", ()))

    async with web_process(web.deps) as other:
        here = await web.show(private_room, owner)
        there = [await other.show(private_room, member) for _ in range(2)]
        both = sorted([owner.id, member.id])
        for screen in (here, *there):
            await eventually(lambda s=screen: online(s) == both, what="both are here")
        assert here.vars["online_count"] == 2
        there[0].socket.closed = True
        other.hub.sweep()
        there[1].socket.closed = True
        other.hub.sweep()
        await eventually(lambda: online(here) == [owner.id], what="one is gone")


async def test_typing_shows_and_ends(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    def typing() -> list[int]:
        return [row["id"] for row in screen.read().vars["typing"]]

    screen = await web.show(private_room, owner)
    await eventually(lambda: len(web.listener._pubsub.channels) > 1, what="it listens")  # type: ignore[union-attr]
    web.presence._deps = with_settings(deps, typing_ttl_s=0.05)
    await off_loop(
        typing_notices.announce_typing, deps, actor_id=member.id, room_id=private_room.id
    )
    await eventually(lambda: member.id in typing() or len(screen.packets) > 2, what="it shows")
    await eventually(lambda: typing() == [], what="it ends")


# Access


async def assert_nothing_more_arrives(
    deps: Deps, web: WebProcess, room: Place, owner: Someone, lost: Screen
) -> None:
    """The lost screen stays empty while somebody who may sees what is written."""
    watching = await web.show(room, owner)
    secret = unique("secret")
    await off_loop(post, deps, room, owner, secret)
    await eventually(lambda: secret in watching.bodies, what="others see it")
    assert lost.is_empty
    assert not any(secret in packet for packet in lost.packets)


async def take_away(
    way: str, deps: Deps, room: Place, owner: Someone, admin: Someone, who: Someone
) -> None:
    if way == "removed":
        await off_loop(
            members.remove_member, deps, actor_id=owner.id, room_id=room.id, account_id=who.id
        )
    elif way == "left":
        await off_loop(members.leave_room, deps, actor_id=who.id, room_id=room.id)
    elif way == "session ended":
        await off_loop(
            sessions.end_session, deps, actor_id=who.id, session_id=who.signed_in.session_id
        )
    elif way == "deactivated":
        await off_loop(
            accounts.set_active, deps, actor_id=admin.id, account_id=who.id, is_active=False
        )
    elif way == "password changed elsewhere":
        elsewhere = await off_loop(sign_in_again, deps, who)
        await off_loop(
            accounts.change_password,
            deps,
            actor_id=who.id,
            session_id=elsewhere.signed_in.session_id,
            current="a long enough password",
            new="another long password",
        )


WAYS = ["removed", "left", "session ended", "deactivated", "password changed elsewhere"]


@pytest.mark.parametrize("way", WAYS)
async def test_losing_access_empties_the_persons_screens_in_every_process_and_no_others(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    admin: Someone,
    member: Someone,
    way: str,
) -> None:
    await off_loop(post, deps, private_room, owner, "Before")
    async with web_process(web.deps) as other:
        lost = [await web.show(private_room, member), await other.show(private_room, member)]
        kept = await web.show(private_room, owner)
        for screen in (*lost, kept):
            assert screen.bodies == ["Before"]
        await take_away(way, deps, private_room, owner, admin, member)
        for screen in lost:
            await eventually(lambda s=screen: s.is_empty, what="it is emptied", deadline_s=3)
            assert "lost" in screen.events
        assert kept.bodies == ["Before"]
        for process, screen in zip((web, other), lost, strict=True):
            await assert_nothing_more_arrives(deps, process, private_room, owner, screen)


@pytest.mark.parametrize("way", WAYS)
async def test_losing_access_is_noticed_even_if_nobody_announced_it(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    admin: Someone,
    member: Someone,
    way: str,
) -> None:
    class MuteBus(SilentBus):
        """Announces nothing at all."""

        def _publish(self, channel: str, payload: str) -> None:
            """Say nothing."""

    lost = await web.show(private_room, member)
    mute = replace(deps, bus=MuteBus(deps.redis))
    await take_away(way, mute, private_room, owner, admin, member)
    await eventually(lambda: "lost" in lost.read().events, what="it is noticed")
    await assert_nothing_more_arrives(deps, web, private_room, owner, lost)


async def test_a_room_made_private_leaves_the_screens_of_visitors_only(
    deps: Deps, web: WebProcess, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    joined = await off_loop(sign_up, deps, "joined")
    await off_loop(members.join_room, deps, actor_id=joined.id, room_id=public_room.id)
    await off_loop(post, deps, public_room, owner, "Before")
    visitor, member = [await web.show(public_room, who) for who in (stranger, joined)]
    assert visitor.bodies == member.bodies == ["Before"]
    draft = RoomDraft(name="Closed now", is_private=True)
    await off_loop(rooms.edit_room, deps, actor_id=owner.id, room_id=public_room.id, draft=draft)
    await eventually(lambda: visitor.is_empty, what="it is emptied", deadline_s=3)
    assert member.bodies == ["Before"]
    await eventually(lambda: member.read().vars["room"]["is_private"], what="members see it")
    await assert_nothing_more_arrives(deps, web, public_room, owner, visitor)


async def test_one_ended_session_leaves_the_persons_other_screens_alone(
    deps: Deps, web: WebProcess, private_room: Place, member: Someone, owner: Someone
) -> None:
    elsewhere = await off_loop(sign_in_again, deps, member)
    ended, kept = await web.show(private_room, elsewhere), await web.show(private_room, member)
    await off_loop(
        sessions.end_session,
        deps,
        actor_id=member.id,
        session_id=elsewhere.signed_in.session_id,
    )
    await eventually(lambda: "lost" in ended.read().events, what="it is taken back")
    await off_loop(post, deps, private_room, owner, "After")
    await eventually(lambda: kept.bodies == ["After"], what="the other shows it")
    assert ended.is_empty


async def test_a_slow_socket_that_loses_access_is_emptied_too(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    await off_loop(post, deps, private_room, owner, "Before")
    slow = await web.show(private_room, member)
    slow.read()
    assert slow.bodies == ["Before"]
    slow.is_reading = False
    for _ in range(2 * MAX_WAITING):
        slow.socket.queue.put_nowait(web.hub._wire.events(["padding"]))
    tab = web.tab(slow)
    await off_loop(
        members.remove_member,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        account_id=member.id,
    )
    await eventually(lambda: tab.room_id is None, what="the grant is taken back")
    slow.is_reading = True
    await eventually(lambda: slow.is_empty and "lost" in slow.events, what="it is emptied")


async def test_a_check_that_cannot_be_made_counts_as_a_no(
    deps: Deps, web: WebProcess, private_room: Place, member: Someone
) -> None:
    screen = await web.show(private_room, member)
    await off_loop(lambda: None)

    def broken(*_: Any, **__: Any) -> Any:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("SELECT", {}, Exception("no database"))

    web.grants._deps = replace(deps, sessions=broken)  # type: ignore[arg-type]
    await web.grants.access_changed(account_id=member.id, room_id=None, session_id=None)
    await eventually(lambda: screen.is_empty and "lost" in screen.events, what="it is emptied")


def test_the_empty_screen_names_every_var_that_the_hub_writes() -> None:
    from chatrooms.state.live import empty_vars

    assert set(empty_vars()) == set(EMPTY)
