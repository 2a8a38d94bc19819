"""The assistant looking into other rooms than the one it is asked in: for whoever asks alone, with
that person's rights at that moment, and never for an answer that others read."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chatrooms.agents.searching import NO_SUCH_ROOM
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import SourcesChanged
from chatrooms.domain.prompting import Block, parse_blocks
from chatrooms.live.offload import off_loop
from chatrooms.services import members, messages, rooms
from chatrooms.services.ai.cited import CitedRoom
from chatrooms.services.moderation import decisions, judging, sanctions
from chatrooms.services.rooms import RoomDraft
from chatrooms.state.assistant import AssistantState
from chatrooms.state.assistant_rows import turn_row
from tests.support.assistant import (
    answered,
    ask,
    at_work,
    carry_out,
    find_turn,
    with_model,
    written,
)
from tests.support.eventually import eventually
from tests.support.inspect import change, rows
from tests.support.people import (
    Place,
    Someone,
    bring_in,
    make_room,
    post,
    post_many,
    sign_up,
    with_settings,
)
from tests.support.scripted_openai import Calls, Reply, Request, Says, ScriptedOpenAI
from tests.support.tabs import BrowserTab, open_room, serving_pages
from tests.support.waiting import wait_until
from tests.support.web import WebProcess

HERE = "We meet at noon in the garden."
VAULT = "The vault opens with heliotrope."
TOLD = f"They say: {VAULT} [1]"
QUESTION = "What does the vault of the board open with?"


@pytest.fixture(scope="module")
def deps(with_chroma: Deps) -> Deps:
    return with_chroma


@pytest.fixture
async def pages(deps: Deps) -> AsyncIterator[WebProcess]:
    async with serving_pages(with_settings(deps, heal_interval_s=0.2)) as process:
        yield process


@dataclass(frozen=True)
class Stage:
    """Somebody asks in one room for what was said in another."""

    here: Place
    far: Place
    owner: Someone
    """Of both rooms."""
    asker: Someone
    """A member of both."""
    vault: int
    """The message in the other room."""


@pytest.fixture
def stage(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Stage:
    return stage_of(deps, private_room, owner, member)


def stage_of(deps: Deps, here: Place, owner: Someone, asker: Someone, **far: Any) -> Stage:
    post_many(deps, here, owner, [HERE])
    other = make_room(deps, owner, is_private=far.get("is_private", True), name="board papers")
    bring_in(deps, other, by=owner, who=asker)
    (vault,) = post_many(deps, other, owner, [VAULT])
    return Stage(here, other, owner, asker, vault)


def looking(room: str, query: str = "vault heliotrope", **more: Any) -> Calls:
    return Calls([("search_messages", _arguments(query=query, room=room, **more))])


def _arguments(**values: Any) -> str:
    return json.dumps(values)


def tells(request: Request) -> Reply:
    """Tells what the tool found last, and cites all of it."""
    (found,) = parse_blocks(request["messages"][-1]["content"])
    marks = "".join(f" [{each.attributes['n']}]" for each in found.children)
    return Says(["They say: ", " ".join(each.text for each in found.children), marks])


def looks_then_tells(room: str) -> Callable[[Request], Reply]:
    def reply(request: Request) -> Reply:
        is_answered = request["messages"][-1]["role"] == "tool"
        return tells(request) if is_answered else looking(room)

    return reply


def told(server: ScriptedOpenAI) -> str:
    """What the tool told the model last."""
    return server.requests[-1]["messages"][-1]["content"]


def offered(server: ScriptedOpenAI) -> list[tuple[str, str]]:
    """Slug and name of the rooms that the first prompt names."""
    prompt: list[Block] = parse_blocks(server.requests[0]["messages"][-1]["content"])
    found = [each for each in prompt if each.name == "other_rooms"]
    return [(room.attributes["slug"], room.text) for each in found for room in each.children]


def name_of(deps: Deps, room: Place) -> str:
    return rows(deps, "SELECT name FROM rooms WHERE id = :id", id=room.id)[0][0]


def leave(deps: Deps, stage: Stage) -> None:
    members.remove_member(
        deps, actor_id=stage.owner.id, room_id=stage.far.id, account_id=stage.asker.id
    )


def ban(deps: Deps, stage: Stage) -> None:
    sanctions.ban(
        deps,
        actor_id=stage.owner.id,
        room_id=stage.far.id,
        account_id=stage.asker.id,
        reason="Enough",
    )


def turn_off(deps: Deps, stage: Stage) -> None:
    rooms.set_assistant(deps, actor_id=stage.owner.id, room_id=stage.far.id, is_on=False)


def edit(deps: Deps, stage: Stage) -> None:
    messages.edit_message(
        deps,
        actor_id=stage.owner.id,
        room_id=stage.far.id,
        message_id=stage.vault,
        body="It opens with something else",
    )
    change(deps, "UPDATE messages SET status = 'approved' WHERE id = :id", id=stage.vault)


def delete(deps: Deps, stage: Stage) -> None:
    messages.delete_message(
        deps, actor_id=stage.owner.id, room_id=stage.far.id, message_id=stage.vault
    )


def remove(deps: Deps, stage: Stage) -> None:
    decisions.remove(deps, actor_id=stage.owner.id, room_id=stage.far.id, message_id=stage.vault)


Act = Callable[[Deps, Stage], None]


def test_who_asks_is_answered_from_another_room_of_theirs_and_told_which(
    deps: Deps, server: ScriptedOpenAI, stage: Stage
) -> None:
    server.otherwise = looks_then_tells(stage.far.slug)
    turn = answered(with_model(deps, server), stage.here, stage.asker, QUESTION)
    name = name_of(deps, stage.far)
    assert offered(server) == [(stage.far.slug, name)]
    assert VAULT not in server.prompt(0)
    (found,) = parse_blocks(told(server))
    assert (found.attributes, found.children[0].text) == ({"room": name}, VAULT)
    assert turn.answer == TOLD
    (source,) = turn_row(turn, slug=stage.here.slug).sources
    path = f"/rooms/{stage.far.slug}?message={stage.vault}"
    assert (source.room, source.path, source.preview) == (name, path, VAULT)
    assert turn.sources[0].elsewhere == CitedRoom(stage.far.slug, name)


def test_a_public_room_needs_no_membership_and_this_room_is_no_other(
    deps: Deps, server: ScriptedOpenAI, private_room: Place, owner: Someone, member: Someone
) -> None:
    stage = stage_of(deps, private_room, owner, member, is_private=False)
    leave(deps, stage)
    server.otherwise = looks_then_tells(stage.far.slug)
    turn = answered(with_model(deps, server), stage.here, stage.asker, QUESTION)
    assert turn.sources[0].elsewhere is not None
    assert offered(server) == []
    post_many(deps, stage.here, stage.owner, ["Heliotrope grows here"])
    server.otherwise = looks_then_tells(stage.here.slug)
    turn = answered(with_model(deps, server), stage.here, stage.asker, "What is new?")
    assert parse_blocks(told(server))[0].attributes == {}
    assert "Heliotrope grows here" in [each.preview for each in turn.sources]
    assert [each.elsewhere for each in turn.sources] == [None] * len(turn.sources)


@pytest.mark.parametrize(
    "case", ["hidden", "removed before", "removed meanwhile", "banned", "turned off", "by its id"]
)
def test_a_room_that_may_not_be_looked_into_is_like_one_that_does_not_exist(
    deps: Deps, server: ScriptedOpenAI, stage: Stage, case: str
) -> None:
    asker, named = stage.asker, stage.far.slug
    model = with_model(deps, server)
    server.otherwise = looks_then_tells(stage.far.slug)
    before = answered(model, stage.here, asker, QUESTION)
    assert before.answer == TOLD, "it is found where it may be"
    change(deps, "DELETE FROM assistant_turns")
    if case == "hidden":
        asker = bring_in(deps, stage.here, by=stage.owner, who=sign_up(deps, "other"))
    elif case == "by its id":
        named = str(stage.far.id)
    elif case != "removed meanwhile":
        {"removed before": leave, "banned": ban, "turned off": turn_off}[case](deps, stage)

    def reply(request: Request) -> Reply:
        if request["messages"][-1]["role"] == "tool":
            return tells(request)
        if case == "removed meanwhile":
            leave(deps, stage)
        return Calls(
            [
                ("search_messages", _arguments(query="vault heliotrope", room=named)),
                ("search_messages", _arguments(query="vault heliotrope", room="no-such-room")),
                ("search_messages", _arguments(query="vault", room=stage.far.id)),
            ]
        )

    server.requests.clear()
    server.otherwise = reply
    turn = answered(model, stage.here, asker, QUESTION)
    results = [
        each["content"] for each in server.requests[-1]["messages"] if each["role"] == "tool"
    ]
    assert results[0] == results[1] == f'<messages problem="{NO_SUCH_ROOM}"></messages>'
    assert results[2] == "<messages></messages>"
    if case not in ("removed meanwhile", "by its id"):
        assert offered(server) == []
        assert name_of(deps, stage.far) not in server.prompt()
    assert VAULT not in server.prompt()
    assert not turn.sources
    kept = "SELECT elsewhere, rests_on FROM assistant_turns WHERE id = :id"
    ((elsewhere, rests_on),) = rows(deps, kept, id=turn.id)
    assert elsewhere == []
    assert stage.vault not in rests_on


def test_what_is_said_where_everybody_reads_it_comes_from_that_room_alone(
    deps: Deps, server: ScriptedOpenAI, stage: Stage
) -> None:
    """The same person, in the pane, is answered from both."""
    server.otherwise = looks_then_tells(stage.far.slug)
    called = post(deps, stage.here, stage.asker, f"@assistant {QUESTION}")
    judging.judge_waiting(deps)
    ((turn_id,),) = rows(deps, "SELECT id FROM assistant_turns WHERE message_id = :id", id=called)
    carry_out(with_model(deps, server), turn_id)
    (tool,) = server.requests[0]["tools"]
    assert "room" not in tool["function"]["parameters"]["properties"]
    assert offered(server) == []
    assert told(server) == "<messages></messages>"
    assert not any(VAULT in server.prompt(n) for n in range(len(server.requests)))
    posted = rows(deps, "SELECT body FROM messages WHERE thread_id = :id", id=called)
    assert not any("heliotrope" in body for (body,) in posted)
    private = answered(with_model(deps, server), stage.here, stage.asker, QUESTION)
    assert private.answer == TOLD


@pytest.mark.parametrize("act", [edit, delete, remove, leave, ban, turn_off])
def test_an_answer_goes_with_a_message_elsewhere_and_with_the_right_to_read_it(
    deps: Deps, server: ScriptedOpenAI, stage: Stage, act: Act
) -> None:
    server.otherwise = looks_then_tells(stage.far.slug)
    model = with_model(deps, server)
    first = answered(model, stage.here, stage.asker, QUESTION)
    server.otherwise = lambda _: Says(["As I said, heliotrope"])
    repeated = answered(model, stage.here, stage.asker, "Say that again")
    assert "heliotrope" in server.prompt()
    assert find_turn(deps, stage.here, stage.asker, repeated.id).answer
    act(deps, stage)
    for turn in (first, repeated):
        now = find_turn(deps, stage.here, stage.asker, turn.id)
        assert (now.is_withdrawn, now.answer, now.sources) == (True, "", ())
    answered(model, stage.here, stage.asker, "Once more?")
    assert "heliotrope" not in server.prompt()


@pytest.mark.parametrize("act", [leave, ban])
def test_an_answer_goes_with_the_right_of_who_asked_and_of_nobody_else(
    deps: Deps, server: ScriptedOpenAI, stage: Stage, act: Act
) -> None:
    """Also one that cites nothing: what it rests on decides."""
    model = with_model(deps, server)
    repeated: dict[int, int] = {}
    for who in (stage.asker, stage.owner):
        server.otherwise = looks_then_tells(stage.far.slug)
        answered(model, stage.here, who, QUESTION)
        server.otherwise = lambda _: Says(["As I said, heliotrope"])
        repeated[who.id] = answered(model, stage.here, who, "Say that again").id
    act(deps, stage)
    assert not find_turn(deps, stage.here, stage.asker, repeated[stage.asker.id]).answer
    assert find_turn(deps, stage.here, stage.owner, repeated[stage.owner.id]).answer


def test_an_answer_goes_when_a_public_room_becomes_private(
    deps: Deps, server: ScriptedOpenAI, private_room: Place, owner: Someone, member: Someone
) -> None:
    stage = stage_of(deps, private_room, owner, member, is_private=False)
    leave(deps, stage)
    server.otherwise = looks_then_tells(stage.far.slug)
    turn = answered(with_model(deps, server), stage.here, stage.asker, QUESTION)
    assert find_turn(deps, stage.here, stage.asker, turn.id).answer
    draft = RoomDraft(name=name_of(deps, stage.far), is_private=True)
    rooms.edit_room(deps, actor_id=owner.id, room_id=stage.far.id, draft=draft)
    assert not find_turn(deps, stage.here, stage.asker, turn.id).answer


@pytest.mark.parametrize("act", [edit, leave])
def test_what_is_being_written_from_elsewhere_is_taken_off_the_screen(
    deps: Deps, server: ScriptedOpenAI, stage: Stage, act: Act
) -> None:
    server.script += [looking(stage.far.slug), Says(["heliotrope "] * 4_000, pause_s=0.01)]
    turn_id = ask(deps, stage.here, stage.asker, QUESTION)
    with at_work(with_model(deps, server), turn_id) as (worker,):
        wait_until(lambda: "heliotrope" in written(deps, turn_id), what="it is being written")
        act(deps, stage)
        worker.result(10)
    assert written(deps, turn_id) == ""
    kept = "SELECT answer, outcome, error FROM assistant_turns WHERE id = :id"
    assert rows(deps, kept, id=turn_id) == [("", "failed", SourcesChanged.code)]


@pytest.mark.parametrize("act", [edit, leave])
async def test_a_tab_in_one_room_hears_of_what_its_answer_rests_on_in_another(
    deps: Deps, server: ScriptedOpenAI, pages: WebProcess, stage: Stage, act: Act
) -> None:
    server.otherwise = looks_then_tells(stage.far.slug)
    await off_loop(answered, with_model(deps, server), stage.here, stage.asker, QUESTION)
    tab = await open_room(pages, stage.asker, stage.here)
    await tab.call(AssistantState.show)
    assert tab.state(AssistantState).turns[-1].sources[0].preview == VAULT
    tab.screen.read().events.clear()
    await off_loop(act, deps, stage)
    await eventually(lambda: _is_asked_to_load(tab), what="the tab is asked to load")
    await tab.call(AssistantState.load)
    assert tab.state(AssistantState).turns[-1].is_withdrawn


def _is_asked_to_load(tab: BrowserTab) -> bool:
    load: Any = AssistantState.load
    return f"{load.state_full_name}.{load.fn.__name__}" in tab.screen.read().events
