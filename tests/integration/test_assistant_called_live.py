"""An answer that the assistant writes in a thread, on the screens of everybody who has it open."""

import json
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.moderation import Mode
from chatrooms.live.offload import off_loop
from chatrooms.services import messages
from chatrooms.services.moderation import judging
from chatrooms.state.thread import ThreadState
from tests.support.assistant import carry_out, with_model
from tests.support.eventually import eventually
from tests.support.inspect import rows
from tests.support.moderation import moderated
from tests.support.people import Place, Someone, post, post_many, with_settings
from tests.support.scripted_openai import CutsOff, Reply, Says, ScriptedOpenAI, Stalls
from tests.support.tabs import BrowserTab, open_room, serving
from tests.support.web import NAMESPACE, Screen, WebProcess, web_process

PIECES = [f"word{n} " for n in range(120)]


@pytest.fixture(scope="module")
def deps(with_chroma: Deps) -> Deps:
    return with_chroma


def asked(deps: Deps, room: Place, who: Someone, thread: int | None = None) -> tuple[int, int]:
    """A message that calls the assistant, and its turn."""
    message_id = post(deps, room, who, "@assistant what now?", thread=thread)
    judging.judge_waiting(deps)
    found = rows(deps, "SELECT id FROM assistant_turns WHERE message_id = :id", id=message_id)
    return message_id, found[0][0]


async def open_thread(web: WebProcess, who: Someone, room: Place, root: int) -> BrowserTab:
    tab = await open_room(web, who, room)
    await tab.call(ThreadState.open, root)
    return tab


@asynccontextmanager
async def being_carried_out(deps: Deps, *turn_ids: int) -> AsyncIterator[None]:
    """Workers carry out these turns; the block waits for their end."""
    with ThreadPoolExecutor(len(turn_ids)) as pool:
        jobs = [pool.submit(carry_out, deps, turn_id) for turn_id in turn_ids]
        yield
        for job in jobs:
            await off_loop(job.result, 30)


def written(tab: BrowserTab) -> str:
    """What is there of the replies that are being written."""
    return "".join(row["text"] for row in tab.screen.read().vars.get("thread_answers", ()))


def replies(tab: BrowserTab) -> list[str]:
    found = tab.screen.read().vars
    return [row["body"] for row in (*found["replies"], *found["reply_tail"])]


def typists(tab: BrowserTab) -> list[tuple[str, bool]]:
    return [(row["name"], row["is_ai"]) for row in tab.screen.read().vars["typing"]]


def states(screen: Screen) -> list[tuple[bool, bool]]:
    """After each packet: is a reply being written, and does the thread have one of the
    assistant's."""
    seen: dict[str, Any] = {}
    found: list[tuple[bool, bool]] = []
    for packet in screen.packets:
        update = json.loads(packet.removeprefix(f"2{NAMESPACE},"))[1]
        for values in update.get("delta", {}).values():
            seen |= {key.removesuffix("_rx_state_"): value for key, value in values.items()}
        tail = seen.get("reply_tail", [])
        found.append(
            (bool(seen.get("thread_answers")), any(row["author"]["is_ai"] for row in tail))
        )
    return found


async def test_everybody_with_the_thread_open_sees_it_written_and_then_the_reply_in_its_place(
    deps: Deps, server: ScriptedOpenAI, private_room: Place, owner: Someone, member: Someone
) -> None:
    server.script.append(Says(PIECES, pause_s=0.02))
    root, turn_id = await off_loop(asked, deps, private_room, member)
    settings = with_settings(deps, heal_interval_s=0.2)
    async with web_process(settings) as here, web_process(settings) as there:
        for process in (here, there):
            await eventually(lambda p=process: p.listener._pubsub, what="it listens")
        with serving(there):
            elsewhere = await open_thread(there, owner, private_room, root)
        with serving(here):
            asking = await open_thread(here, member, private_room, root)
            closed = await open_room(here, owner, private_room)
            async with being_carried_out(with_model(deps, server), turn_id):
                for tab in (asking, elsewhere):
                    await eventually(lambda t=tab: "word3" in written(t), what="it is shown")
                assert typists(closed) == [("Assistant", True)]
                late = await open_thread(here, owner, private_room, root)
                assert "word3" in written(late)
            for tab in (asking, elsewhere, late):
                await eventually(lambda t=tab: replies(t), what="the reply is there")
                assert replies(tab) == ["".join(PIECES).strip()]
                seen = [each for each in states(tab.screen) if any(each)]
                assert seen[0] == (True, False)
                assert seen[-1] == (False, True)
                assert (True, True) not in seen
                assert (False, False) not in states(tab.screen)[states(tab.screen).index(seen[0]) :]
            await eventually(lambda: typists(closed) == [], what="nobody types any more")
    assert "word3" not in "".join(closed.screen.packets)


async def test_a_reply_tells_all_who_read_it_that_its_source_was_taken_away(
    deps: Deps, server: ScriptedOpenAI, private_room: Place, owner: Someone, member: Someone
) -> None:
    (root,) = await off_loop(post_many, deps, private_room, owner, ["Lunch?"])
    (source,) = await off_loop(post_many, deps, private_room, owner, ["At noon"], thread=root)
    server.script.append(Says(["Lunch"]))
    _, turn_id = await off_loop(asked, deps, private_room, member, root)
    await off_loop(carry_out, with_model(deps, server), turn_id)
    async with web_process(with_settings(deps, heal_interval_s=0.2)) as web:
        await eventually(lambda: web.listener._pubsub, what="it listens")
        with serving(web):
            tabs = [await open_thread(web, who, private_room, root) for who in (owner, member)]
            assert [mark(tab) for tab in tabs] == ["", ""]
            await off_loop(
                lambda: messages.delete_message(
                    deps, actor_id=owner.id, room_id=private_room.id, message_id=source
                )
            )
            for tab in tabs:
                await eventually(
                    lambda t=tab: mark(t) == "A message this may rest on was removed",
                    what="it is told",
                )


def mark(tab: BrowserTab) -> str:
    """What the thread's last reply says of what it rests on."""
    found = tab.screen.read().vars
    return [*found["replies"], *found["reply_tail"]][-1]["outdated"]


async def test_a_thread_is_sent_at_most_twenty_updates_a_second(
    deps: Deps, server: ScriptedOpenAI, web: WebProcess, private_room: Place, member: Someone
) -> None:
    server.otherwise = lambda _: Says(PIECES, pause_s=0.01)
    root, first = await off_loop(asked, deps, private_room, member)
    _, second = await off_loop(asked, deps, private_room, member, root)
    tab = await open_thread(web, member, private_room, root)
    before, began = len(tab.screen.read().packets), time.monotonic()
    async with being_carried_out(with_model(deps, server), first, second):
        await eventually(lambda: written(tab), what="it begins")
    await eventually(lambda: sum("word119" in each for each in replies(tab)) == 2, what="both")
    lasted_s = time.monotonic() - began
    updates = [each for each in tab.screen.packets[before:] if "thread_answers" in each]
    assert 10 < len(updates) <= 20 * lasted_s + 4


@pytest.mark.parametrize("holds", [True, False])
async def test_where_messages_are_held_nobody_reads_a_word_before_it_is_judged(
    deps: Deps,
    server: ScriptedOpenAI,
    web: WebProcess,
    private_room: Place,
    member: Someone,
    holds: bool,
) -> None:
    server.script.append(Says(PIECES, pause_s=0.02))
    await off_loop(moderated, deps, private_room, Mode.AUTO, holds=holds)
    root, turn_id = await off_loop(asked, deps, private_room, member)
    tab = await open_thread(web, member, private_room, root)
    async with being_carried_out(with_model(deps, server), turn_id):
        await eventually(
            lambda: tab.screen.read().vars.get("thread_answers"), what="it says that it writes"
        )
    assert ("word3" in "".join(tab.screen.read().packets)) is not holds
    await off_loop(judging.judge_waiting, deps)
    await eventually(lambda: replies(tab), what="the reply is there")
    await eventually(lambda: not tab.screen.read().vars["thread_answers"], what="it is swapped")


async def test_a_room_that_begins_to_hold_messages_takes_off_what_is_being_written(
    deps: Deps, server: ScriptedOpenAI, web: WebProcess, private_room: Place, member: Someone
) -> None:
    server.script.append(Stalls(["word1 word2"], ends_well=True))
    await off_loop(moderated, deps, private_room, Mode.AUTO, holds=False)
    root, turn_id = await off_loop(asked, deps, private_room, member)
    tab = await open_thread(web, member, private_room, root)
    async with being_carried_out(with_model(deps, server), turn_id):
        try:
            await eventually(lambda: written(tab) == "word1 word2", what="it is shown")
            await off_loop(moderated, deps, private_room, Mode.AUTO)
            await eventually(lambda: written(tab) == "", what="it is shown no more")
            assert tab.screen.vars["thread_answers"], "that it is being written is said"
        finally:
            server.over.set()
    assert replies(tab) == []
    await off_loop(judging.judge_waiting, deps)
    await eventually(lambda: replies(tab) == ["word1 word2"], what="it is judged and shown")


@pytest.mark.parametrize(("reply", "is_answered"), [(CutsOff(PIECES), False), (Says(PIECES), True)])
async def test_what_fails_leaves_nothing_in_the_thread(
    deps: Deps,
    server: ScriptedOpenAI,
    web: WebProcess,
    private_room: Place,
    member: Someone,
    reply: Reply,
    is_answered: bool,
) -> None:
    server.script.append(reply)
    root, turn_id = await off_loop(asked, deps, private_room, member)
    tab = await open_thread(web, member, private_room, root)
    async with being_carried_out(with_model(deps, server), turn_id):
        await eventually(
            lambda: "Assistant" in "".join(tab.screen.read().packets), what="it is shown"
        )
    await eventually(lambda: tab.screen.read().vars["thread_answers"] == [], what="it is gone")
    await eventually(lambda: bool(replies(tab)) is is_answered, what="only an answer stays")
