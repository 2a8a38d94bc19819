"""What the room agent's model passes to its tools, and what it answered."""

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.messages.content import InvalidToolCall
from langchain_core.messages.tool import ToolCall
from pydantic import ValidationError

from chatrooms.agents.room_agent.answers import storable
from chatrooms.agents.room_agent.tools import TOOLS, StaySilent, described, idea_of
from chatrooms.domain.agent import Idea
from chatrooms.domain.agent_observation import Observation, SeenMessage
from chatrooms.domain.errors import InvalidInput

SEEN = Observation(
    room="Repair",
    slug="repair",
    messages=tuple(
        SeenMessage(id=100 + n, revision=n, author="ada", text=f"word{n}", at="") for n in range(4)
    ),
)
COMMON: dict[str, Any] = {"why": "It came up.", "evidence": [2]}


def read(name: str, **arguments: Any) -> Idea:
    return idea_of(TOOLS[name].model_validate({**COMMON, **arguments}), SEEN)


def test_numbers_of_the_prompt_become_ids_each_once_in_their_order() -> None:
    idea = read("topic_suggester", title="A title", text="Some words.", evidence=[3, 1, 3])
    assert idea.evidence == (102, 100)


@pytest.mark.parametrize("number", [0, -1, 5, 100, 10**12])
def test_a_number_that_the_prompt_did_not_give_is_refused(number: int) -> None:
    with pytest.raises(InvalidInput, match=f"There is no message {number}."):
        read("topic_suggester", title="A title", text="Some words.", evidence=[1, number])


@pytest.mark.parametrize(
    ("text", "body", "evidence"),
    [
        ("No mark.", "No mark.", (101,)),
        ("See [2].", "See [1].", (101,)),
        ("See [4] and [2] and [4].", "See [2] and [1] and [2].", (101, 103)),
        ("See [9].", "See.", (101,)),
        ("See [0] or [77] or [1].", "See or or [2].", (101, 100)),
        ("Not [12345] nor [x] nor [].", "Not [12345] nor [x] nor [].", (101,)),
    ],
)
@pytest.mark.parametrize("name", ["topic_suggester", "thread_generator"])
def test_marks_in_a_text_name_places_in_the_evidence_and_unknown_ones_go(
    name: str, text: str, body: str, evidence: tuple[int, ...]
) -> None:
    title = {"title": "A title"} if name == "topic_suggester" else {}
    idea: Any = read(name, text=text, **title)
    assert idea.body == body
    assert idea.evidence == evidence


def test_where_no_mark_can_lead_anywhere_there_is_none() -> None:
    poll: Any = read("poll_generator", question="Which [1]?", choices=["a [2]", "b"], why="So [3].")
    assert (poll.question, poll.choices, poll.why) == ("Which?", ("a", "b"), "So.")
    topic: Any = read("topic_suggester", title="Tools [1]", text="x")
    assert topic.title == "Tools"


@pytest.mark.parametrize(
    "arguments",
    [
        {"room_id": 7},
        {"room": "other"},
        {"evidence": []},
        {"evidence": list(range(1, 10))},
        {"evidence": "1"},
        {"why": ""},
        {"why": "x" * 301},
        {"title": ""},
        {"text": "x" * 601},
    ],
    ids=str,
)
def test_arguments_that_a_tool_does_not_take_are_refused(arguments: dict[str, Any]) -> None:
    known = {**COMMON, "title": "A title", "text": "Some words."}
    TOOLS["topic_suggester"].model_validate(known)
    with pytest.raises(ValidationError):
        TOOLS["topic_suggester"].model_validate({**known, **arguments})


def test_silence_writes_nothing() -> None:
    with pytest.raises(InvalidInput):
        idea_of(StaySilent(reason="quiet"), SEEN)


def test_tools_are_described_as_data_without_a_way_into_another_room() -> None:
    tools = json.loads(json.dumps(described()))
    assert [tool["function"]["name"] for tool in tools] == list(TOOLS)
    for tool in tools:
        form = tool["function"]["parameters"]
        assert tool["function"]["description"]
        assert form["additionalProperties"] is False
        assert not {"room", "room_id", "slug"} & form["properties"].keys()


@pytest.mark.parametrize("ids", [(None, None), ("a", "a"), ("", "b"), ("a", None)])
def test_each_call_of_an_answer_can_be_answered(ids: tuple[str | None, str | None]) -> None:
    answer = AIMessage(
        "words",
        tool_calls=[ToolCall(name="stay_silent", args={}, id=ids[0])],
        invalid_tool_calls=[
            InvalidToolCall(type="invalid_tool_call", name="x", args="{", id=ids[1], error="")
        ],
    )
    kept = storable(answer)
    assert [kept.tool_calls[0]["id"], kept.invalid_tool_calls[0]["id"]] == ["call_1", "call_2"]
    assert (kept.text, kept.tool_calls[0]["name"]) == ("words", "stay_silent")


def test_ids_that_tell_calls_apart_stay() -> None:
    calls = [ToolCall(name="stay_silent", args={}, id=each) for each in ("b", "a")]
    assert [call["id"] for call in storable(AIMessage("", tool_calls=calls)).tool_calls] == [
        "b",
        "a",
    ]


def test_an_answer_is_kept_without_characters_that_cannot_be_stored() -> None:
    args = {"reason": "a\0b", "list\0": ["\ud800", {"deep": "\0"}], "number": 7, "none": None}
    answer = AIMessage("x\0y", tool_calls=[ToolCall(name="stay\0", args=args, id="1")])
    kept = storable(answer)
    (call,) = kept.tool_calls
    assert kept.text == "xy"
    assert call["name"] == "stay"
    assert call["args"] == {
        "reason": "ab",
        "list": ["?", {"deep": ""}],
        "number": 7,
        "none": None,
    }
