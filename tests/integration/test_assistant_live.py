"""What the assistant writes, on the screens of the person who asked and on no others."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Progress
from chatrooms.domain.errors import RoomUnavailable
from chatrooms.domain.moderation import Mode
from chatrooms.live.offload import off_loop
from chatrooms.services import members, messages
from chatrooms.services.ai import streaming, turns
from chatrooms.services.moderation import decisions, judging
from chatrooms.state.assistant import MAX_TURNS, AssistantState
from chatrooms.state.assistant_rows import TurnRow
from chatrooms.state.catch_up import CatchUpState
from chatrooms.state.pane import PaneState
from chatrooms.state.room import RoomState
from tests.support.assistant import answered, attempt_at, carry_out, with_model, written
from tests.support.eventually import eventually
from tests.support.inspect import change, rows
from tests.support.memory import asking, summarise_all
from tests.support.moderation import moderated
from tests.support.people import Place, Someone, make_room, post, post_many, with_settings
from tests.support.scripted_openai import Says, ScriptedOpenAI, Stalls
from tests.support.tabs import BrowserTab, open_room, serving, serving_pages
from tests.support.web import WebProcess, web_process


@pytest.fixture(scope="module")
def deps(with_chroma: Deps) -> Deps:
    return with_chroma


@pytest.fixture
async def pages(deps: Deps) -> AsyncIterator[WebProcess]:
    """A web process whose tabs load anew what it asks them to."""
    async with serving_pages(with_settings(deps, heal_interval_s=0.2)) as process:
        yield process


async def ask(tab: BrowserTab, question: str = "When do we meet?", client_id: str = "c1") -> int:
    await tab.call(AssistantState.ask, {"question": question, "client_id": client_id})
    return tab.state(AssistantState).running_id


@asynccontextmanager
async def being_written(
    deps: Deps, server: ScriptedOpenAI, tab: BrowserTab, text: str
) -> AsyncIterator[int]:
    """A question whose answer has begun with that text; it ends with the block."""
    server.script.append(Stalls([text]))
    turn_id = await ask(tab)
    with ThreadPoolExecutor(1) as worker:
        job = worker.submit(carry_out, with_model(deps, server), turn_id)
        try:
            await eventually(lambda: written(deps, turn_id) == text, what="it has begun")
            yield turn_id
        finally:
            server.over.set()
            await off_loop(job.result, 20)


async def open_pane(web: WebProcess, who: Someone, room: Place) -> BrowserTab:
    tab = await open_room(web, who, room)
    await tab.call(AssistantState.show)
    return tab


def shown(tab: BrowserTab) -> tuple[int, str]:
    found = tab.screen.read().vars
    return found.get("answering_id", 0), found.get("answering_text", "")


def last(tab: BrowserTab) -> TurnRow:
    return tab.state(AssistantState).turns[-1]


def is_asked(tab: BrowserTab, handler: Any) -> bool:
    """Whether the page was asked to run it."""
    name = f"{handler.state_full_name}.{handler.fn.__name__}"
    return name in tab.screen.read().events


def hears_turns(tab: BrowserTab) -> bool:
    return is_asked(tab, AssistantState.load)


async def test_an_answer_streams_to_every_tab_of_its_person_in_any_web_process(
    deps: Deps, server: ScriptedOpenAI, private_room: Place, owner: Someone, member: Someone
) -> None:
    await off_loop(post_many, deps, private_room, owner, ["We meet at noon"])
    settings = with_settings(deps, heal_interval_s=0.2)
    async with web_process(settings) as here, web_process(settings) as there:
        for process in (here, there):
            await eventually(lambda p=process: p.listener._pubsub, what="it listens")
        with serving(there):
            elsewhere = await open_pane(there, member, private_room)
        with serving(here):
            asking = await open_pane(here, member, private_room)
            others = await open_pane(here, owner, private_room)
            closed = await open_room(here, member, private_room)
            async with being_written(deps, server, asking, "At noon [1]") as turn_id:
                for tab in (asking, elsewhere):
                    await eventually(
                        lambda tab=tab: shown(tab) == (turn_id, "At noon [1]"), what="it is shown"
                    )
                assert shown(others) == shown(closed) == (0, "")
                server.over.set()
            await asking.call(AssistantState.load)
            assert (last(asking).answer, asking.state(AssistantState).running_id) == (
                "At noon [1]",
                0,
            )
        assert "At noon" not in "".join([*others.screen.packets, *closed.screen.packets])


async def test_leaving_the_pane_or_the_connection_loses_nothing_of_an_answer(
    deps: Deps, server: ScriptedOpenAI, pages: WebProcess, private_room: Place, member: Someone
) -> None:
    tab = await open_pane(pages, member, private_room)
    async with being_written(deps, server, tab, "The beginning") as turn_id:
        await tab.call(PaneState.close)
        assert shown(tab) == (0, "")
        # After a while the process has forgotten what nobody looked at.
        pages.hub.answers.forget_unseen()
        await tab.call(AssistantState.show)
        await eventually(lambda: shown(tab) == (turn_id, "The beginning"), what="all is shown")
        tab.screen = await pages.connect()
        tab.go(f"/rooms/{private_room.slug}")
        await tab.call(RoomState.open_room)
        await tab.call(AssistantState.restore)
        await eventually(lambda: shown(tab) == (turn_id, "The beginning"), what="all is shown")
        await tab.call(AssistantState.stop, turn_id)
        assert (last(tab).outcome, last(tab).answer) == ("stopped", "The beginning")


async def test_an_older_answer_that_is_begun_anew_is_shown_as_it_is_written(
    deps: Deps, server: ScriptedOpenAI, pages: WebProcess, private_room: Place, member: Someone
) -> None:
    server.script += [Says(["The first"]), Says(["The second"])]
    tab = await open_pane(pages, member, private_room)
    old, new = [
        await off_loop(answered, with_model(deps, server), private_room, member) for _ in range(2)
    ]
    await eventually(lambda: shown(tab) == (new.id, "The second"), what="the newest is shown")
    await tab.call(AssistantState.load)
    server.script.append(Stalls(["Anew"]))
    async with being_begun_anew(deps, server, tab, old.id) as earlier:
        await eventually(lambda: shown(tab) == (old.id, "Anew"), what="it is shown")
        # What was under way of turns that ended comes late.
        assert len(earlier) == 2
        for late in earlier:
            pages.hub.answers.receive(late.model_copy(update={"number": 99}))
        assert shown(tab) == (old.id, "Anew")
    server.script.append(Stalls(["A third"]))
    async with being_written(deps, server, tab, "A third") as turn_id:
        await eventually(lambda: shown(tab) == (turn_id, "A third"), what="it is shown")


@asynccontextmanager
async def being_begun_anew(
    deps: Deps, server: ScriptedOpenAI, tab: BrowserTab, turn_id: int
) -> AsyncIterator[list[Progress]]:
    """A turn is answered anew during the block; gives what was told last of all turns before."""
    found = [
        streaming.read_progress(deps, await off_loop(attempt_at, deps, row.id))
        for row in tab.state(AssistantState).turns
    ]
    await tab.call(AssistantState.regenerate, turn_id)
    with ThreadPoolExecutor(1) as worker:
        job = worker.submit(carry_out, with_model(deps, server), turn_id)
        try:
            yield [each for each in found if each is not None]
        finally:
            server.over.set()
            await off_loop(job.result, 20)
            server.over.clear()


async def test_losing_the_room_takes_the_conversation_off_the_screen(
    deps: Deps,
    server: ScriptedOpenAI,
    pages: WebProcess,
    private_room: Place,
    owner: Someone,
    member: Someone,
) -> None:
    tab = await open_pane(pages, member, private_room)
    async with being_written(deps, server, tab, "Secret"):
        await eventually(lambda: shown(tab)[1] == "Secret", what="it is shown")
        await off_loop(
            lambda: members.remove_member(
                deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id
            )
        )
        await eventually(lambda: shown(tab) == (0, ""), what="it is gone")
        await tab.call(RoomState.open_room)
        await tab.call(AssistantState.restore)
        assert tab.state(AssistantState).turns == []
        await tab.call(AssistantState.show)
        assert tab.state(AssistantState).room_id == 0
        await tab.call(AssistantState.ask, {"question": "And?", "client_id": "c2"})
        assert tab.state(AssistantState).error == RoomUnavailable.sentence


async def test_another_room_shows_its_own_conversation(
    deps: Deps, server: ScriptedOpenAI, pages: WebProcess, private_room: Place, owner: Someone
) -> None:
    other = await off_loop(make_room, deps, owner)
    server.script.append(Says(["The other answer"]))
    await off_loop(answered, with_model(deps, server), other, owner, "Asked elsewhere")
    tab = await open_pane(pages, owner, private_room)
    async with being_written(deps, server, tab, "Here"):
        tab.go(f"/rooms/{other.slug}")
        await tab.call(RoomState.open_room)
        await tab.call(AssistantState.restore)
        assert [row.answer for row in tab.state(AssistantState).turns] == ["The other answer"]
        assert tab.state(AssistantState).running_id == 0
        assert shown(tab) == (0, "")


async def test_a_question_is_told_to_other_tabs_of_its_person_that_show_the_conversation(
    pages: WebProcess, private_room: Place, member: Someone
) -> None:
    tab, other = [await open_pane(pages, member, private_room) for _ in range(2)]
    catching_up = await open_room(pages, member, private_room)
    await catching_up.call(CatchUpState.show)
    closed = await open_room(pages, member, private_room)
    await ask(tab)
    await eventually(lambda: hears_turns(other), what="the question is announced")
    assert not any(map(hears_turns, (tab, catching_up, closed)))
    assert is_asked(catching_up, CatchUpState.load)
    assert not is_asked(closed, CatchUpState.load)


async def test_how_an_answer_ended_is_loaded_also_if_nobody_said_so(
    deps: Deps, server: ScriptedOpenAI, pages: WebProcess, private_room: Place, member: Someone
) -> None:
    tab = await open_pane(pages, member, private_room)
    turn_id = await ask(tab)
    change(deps, "UPDATE assistant_turns SET outcome = 'answered' WHERE id = :id", id=turn_id)
    await eventually(lambda: hears_turns(tab), what="the tab is asked to load it")


async def test_an_answer_leaves_the_screen_with_the_message_that_it_rests_on(
    deps: Deps,
    server: ScriptedOpenAI,
    pages: WebProcess,
    private_room: Place,
    owner: Someone,
    member: Someone,
) -> None:
    (source,) = await off_loop(post_many, deps, private_room, owner, ["The garden is open at noon"])
    server.script.append(Says(["At noon [1]."]))
    question = "When is the garden open?"
    await off_loop(answered, with_model(deps, server), private_room, member, question)
    tab = await open_pane(pages, member, private_room)
    assert (last(tab).answer, last(tab).sources[0].message_id) == ("At noon [1].", source)
    await off_loop(
        lambda: messages.delete_message(
            deps, actor_id=owner.id, room_id=private_room.id, message_id=source
        )
    )
    await eventually(lambda: hears_turns(tab), what="the tab is asked to load")
    await tab.call(AssistantState.load)
    assert (last(tab).is_withdrawn, last(tab).answer, last(tab).sources) == (True, "", [])


async def test_tabs_hear_of_what_may_not_be_cited_any_more_though_the_room_still_shows_it(
    deps: Deps, server: ScriptedOpenAI, pages: WebProcess, private_room: Place, member: Someone
) -> None:
    await off_loop(moderated, deps, private_room, Mode.SEMI_AUTO)
    source = await off_loop(post, deps, private_room, member, "The garden is open at noon")
    await off_loop(judging.judge_waiting, deps)
    server.script.append(Says(["At noon [1]."]))
    question = "When is the garden open?"
    await off_loop(answered, with_model(deps, server), private_room, member, question)
    tab = await open_pane(pages, member, private_room)
    assert last(tab).sources[0].message_id == source
    tab.screen.read().events.clear()
    await off_loop(moderated, deps, private_room, Mode.SEMI_AUTO, flag_threshold=0)
    change(deps, "UPDATE messages SET judge_at = now() WHERE id = :id", id=source)
    await off_loop(judging.judge_waiting, deps)
    await eventually(lambda: hears_turns(tab), what="the tab is asked to load")
    await tab.call(AssistantState.load)
    assert last(tab).is_withdrawn


@pytest.mark.parametrize("rests_on_summary", [False, True])
async def test_the_greeting_tells_nothing_that_was_taken_away(
    deps: Deps,
    pages: WebProcess,
    private_room: Place,
    owner: Someone,
    member: Someone,
    rests_on_summary: bool,
) -> None:
    first, source = await off_loop(
        post_many, deps, private_room, owner, ["Tables come by van", "The code is heliotrope"]
    )
    if rests_on_summary:
        with asking(deps=deps) as (reciting, _):
            await off_loop(summarise_all, reciting, private_room)
        # Also of the summary's making a pane hears that is open.
        await off_loop(post_many, deps, private_room, owner, ["Newest of all"])
    tab = await open_pane(pages, member, private_room)
    state = tab.state(AssistantState)
    assert "heliotrope" in state.news
    for message_id, word in ((source, "van"), (first, "said here yet")):
        tab.screen.read().events.clear()
        await off_loop(
            lambda id_=message_id: decisions.remove(
                deps, actor_id=owner.id, room_id=private_room.id, message_id=id_
            )
        )
        await eventually(lambda: is_asked(tab, AssistantState.greet), what="the tab hears of it")
        await tab.call(AssistantState.greet)
        wanted = "Newest of all" if rests_on_summary and message_id == first else word
        assert wanted in state.news
    await tab.call(PaneState.close)
    other = await off_loop(make_room, deps, owner)
    tab.go(f"/rooms/{other.slug}")
    await tab.call(RoomState.open_room)
    await tab.call(AssistantState.restore)
    assert state.news == ""


@pytest.mark.parametrize("is_read", [False, True])
async def test_an_end_that_nobody_here_read_is_told_again(
    deps: Deps,
    server: ScriptedOpenAI,
    private_room: Place,
    member: Someone,
    is_read: bool,
) -> None:
    """One that was read is not: reading it once more would be for nothing."""
    async with serving_pages(with_settings(deps, heal_interval_s=600.0)) as pages:
        tab = await open_pane(pages, member, private_room)
        async with being_written(deps, server, tab, "At noon") as turn_id:
            await eventually(lambda: shown(tab) == (turn_id, "At noon"), what="it is shown")
            await off_loop(end_unheard, deps, turn_id)
            if is_read:
                await tab.call(AssistantState.load)
                assert last(tab).outcome == "answered"
            tab.screen.read().events.clear()
            await pages.hub.answers.heal()
            assert hears_turns(tab) is not is_read


def end_unheard(deps: Deps, turn_id: int) -> None:
    change(deps, "UPDATE assistant_turns SET outcome = 'answered' WHERE id = :id", id=turn_id)


async def test_the_greeting_follows_the_summary(
    deps: Deps, pages: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    said = ["Tables come by van", "Bread is out", "Who has the key?"]
    await off_loop(post_many, deps, private_room, owner, said)
    tab = await open_pane(pages, member, private_room)
    assert "wrote last" in tab.state(AssistantState).news
    with asking(deps=deps) as (reciting, _):
        await off_loop(summarise_all, reciting, private_room)
    await eventually(lambda: is_asked(tab, AssistantState.greet), what="the tab hears of it")
    await tab.call(AssistantState.greet)
    assert tab.state(AssistantState).news == "Lately: Bread is out"


async def test_of_a_long_conversation_a_window_is_shown_and_what_runs_is_known_all_through_it(
    deps: Deps, pages: WebProcess, private_room: Place, member: Someone
) -> None:
    count = 2 * MAX_TURNS + 5
    first = await off_loop(ask_long_ago, deps, private_room, member, count)
    tab = await open_pane(pages, member, private_room)
    state = tab.state(AssistantState)

    def numbers() -> tuple[int, int]:
        assert [row.id for row in state.turns] == sorted({row.id for row in state.turns})
        assert len(state.turns) <= MAX_TURNS
        return state.turns[0].id - first, state.turns[-1].id - first

    assert (numbers(), state.has_more, state.has_newer) == ((count - 20, count - 1), True, False)
    lowest = [numbers()[0]]
    while state.has_more:
        highest = numbers()[1]
        await tab.call(AssistantState.load_more)
        lowest.append(numbers()[0])
        assert numbers()[0] < lowest[-2] <= numbers()[1] <= highest
    assert lowest[-1] == 0
    assert state.has_newer
    before = numbers()
    await tab.call(AssistantState.rate, state.turns[0].id, 1)
    assert (numbers(), state.turns[0].rating) == (before, 1)

    turn_id = await off_loop(asks_elsewhere, deps, private_room, member)
    await tab.call(AssistantState.load)
    assert (numbers(), state.running_id) == (before, turn_id)
    await tab.call(AssistantState.show_newest)
    assert (last(tab).id, state.has_newer, len(state.turns)) == (turn_id, False, 20)
    await tab.call(AssistantState.stop, turn_id)

    for _ in range(4):
        await tab.call(AssistantState.load_more)
    assert state.has_newer
    await ask(tab, client_id="once more")
    assert (last(tab).client_id, state.has_newer) == ("once more", False)
    for _ in range(4):
        await tab.call(AssistantState.load_more)
    await tab.call(AssistantState.clear)
    assert (state.turns, state.has_more, state.has_newer) == ([], False, False)


def ask_long_ago(deps: Deps, room: Place, who: Someone, count: int) -> int:
    """The id of the first of so many turns in a row that were answered."""
    change(
        deps,
        "INSERT INTO assistant_turns (room_id, account_id, kind, client_id, answer, outcome) "
        "SELECT :room, :who, 'question', 'old-' || n, 'Answer', 'answered' "
        "FROM generate_series(1, :count) AS n",
        room=room.id,
        who=who.id,
        count=count,
    )
    ((first,),) = rows(deps, "SELECT min(id) FROM assistant_turns WHERE room_id = :r", r=room.id)
    return first


def asks_elsewhere(deps: Deps, room: Place, who: Someone) -> int:
    """A question from another tab, which nobody answers yet."""
    return turns.ask(
        deps, actor_id=who.id, room_id=room.id, client_id="elsewhere", question="And now?"
    )


async def test_what_is_refused_is_said_at_the_box_and_ids_are_claims(
    deps: Deps,
    server: ScriptedOpenAI,
    pages: WebProcess,
    private_room: Place,
    owner: Someone,
    member: Someone,
) -> None:
    tab, other = [await open_pane(pages, who, private_room) for who in (member, owner)]
    await tab.call(AssistantState.ask, {"question": " ", "client_id": "c1"})
    state = tab.state(AssistantState)
    assert (state.error, state.refused_id) == ("Write a question first.", "c1")
    turn_id = await ask(tab, client_id="c2")
    assert (state.error, state.refused_id, turn_id > 0) == ("", "", True)
    wrong: Any
    for wrong in (turn_id, 10**12, "x", None, {}):
        for handler, arguments in (
            (AssistantState.stop, ()),
            (AssistantState.regenerate, ()),
            (AssistantState.rate, (1,)),
        ):
            with pytest.raises(turns.TurnUnavailable):
                await other.call(handler, wrong, *arguments)
    assert (await off_loop(attempt_at, deps, turn_id)).number == 1
    await tab.call(AssistantState.clear)
    assert (state.turns, state.running_id) == ([], 0)
