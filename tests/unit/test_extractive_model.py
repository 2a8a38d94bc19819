"""The built-in language model, through LangChain's interface alone."""

import pytest
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from pydantic import BaseModel

from chatrooms.adapters.extractive.model import ExtractiveChatModel
from chatrooms.domain.citing import NO_ANSWER, UNSURE
from chatrooms.domain.prompting import Block, block, message_block
from chatrooms.ml.retrieve.confidence import DOUBTFUL, SURE

LINES = (
    ("Ada", "The backup failed last night because the disk was full."),
    ("Bob", "Lunch at noon in the garden?"),
    ("Cleo", "I moved the old pictures away, so the disk has room again [1]."),
    ("Dan", "Great, then the backup can run tonight at eleven."),
)


class Cited(BaseModel):
    """One statement."""

    text: str
    cites: list[int]


class Minutes(BaseModel):
    """What was said."""

    sentences: list[Cited]


@tool
def search_messages(query: str) -> str:
    """Look for messages."""
    return query


def said(**attributes: float) -> Block:
    return block(
        "messages",
        [
            message_block(n, author=author, text=text, at="2026-01-01T10:00:00Z")
            for n, (author, text) in enumerate(LINES, start=1)
        ],
        **attributes,
    )


def ask(question: str, *blocks: Block) -> list[SystemMessage | HumanMessage]:
    prompt = "\n".join(map(str, (*blocks, block("question", question))))
    return [SystemMessage("You answer from the room."), HumanMessage(prompt)]


@pytest.fixture(scope="module")
def model() -> ExtractiveChatModel:
    return ExtractiveChatModel()


def test_an_answer_quotes_the_message_and_cites_it(model: ExtractiveChatModel) -> None:
    answer = model.invoke(ask("Why did the backup fail?", said(support=0.9)))
    assert "the disk was full. [1]" in answer.text


def test_without_support_it_says_that_the_room_holds_no_answer(model: ExtractiveChatModel) -> None:
    assert model.invoke(ask("Why did the backup fail?", said(support=0.1))).text == NO_ANSWER
    assert model.invoke(ask("Why did the backup fail?")).text == NO_ANSWER


@pytest.mark.parametrize(
    ("support", "is_sure"), [(DOUBTFUL, False), (SURE - 0.01, False), (SURE, True)]
)
def test_where_the_messages_may_answer_it_quotes_the_nearest_and_says_that_it_is_not_sure(
    model: ExtractiveChatModel, support: float, is_sure: bool
) -> None:
    answer = model.invoke(ask("Why did the backup fail?", said(support=support))).text
    assert (answer.splitlines()[0] == UNSURE) is not is_sure
    assert answer.count(UNSURE) == (not is_sure)
    assert "the disk was full. [1]" in answer


def test_a_quoted_message_brings_no_citation_of_its_own(model: ExtractiveChatModel) -> None:
    answer = model.invoke(ask("Who moved the old pictures away?", said(support=0.9))).text
    assert "has room again (1). [3]" in answer


def test_words_are_streamed_and_add_up(model: ExtractiveChatModel) -> None:
    question = ask("Why did the backup fail?", said(support=0.9))
    chunks = list(model.stream(question))
    assert len([chunk for chunk in chunks if chunk.text]) > 5
    assert "".join(chunk.text for chunk in chunks) == model.invoke(question).text
    usage = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert len(usage) == 1
    assert usage[0]["output_tokens"] > 0


def test_asked_what_goes_on_it_tells_in_cited_lines(model: ExtractiveChatModel) -> None:
    told = model.invoke(ask("What is going on here?", said())).text
    assert all(line.endswith("]") for line in told.splitlines())


def test_structured_output_has_the_shape_and_true_citations(model: ExtractiveChatModel) -> None:
    minutes = model.with_structured_output(Minutes).invoke([HumanMessage(str(said(max_words=30)))])
    assert isinstance(minutes, Minutes)
    for sentence in minutes.sentences:
        for n in sentence.cites:
            assert LINES[n - 1][0] in sentence.text


def test_it_calls_a_search_and_answers_from_what_that_finds(model: ExtractiveChatModel) -> None:
    asked = ask("Why did the backup fail?")
    with_tools = model.bind_tools([search_messages])
    call = with_tools.invoke(asked)
    assert [(each["name"], each["args"]) for each in call.tool_calls] == [
        ("search_messages", {"query": "Why did the backup fail?"})
    ]
    streamed = [chunk for chunk in with_tools.stream(asked) if chunk.tool_calls]
    assert [chunk.tool_calls[0]["args"] for chunk in streamed] == [call.tool_calls[0]["args"]]
    found = ToolMessage(str(said(support=0.8)), tool_call_id=str(call.tool_calls[0]["id"]))
    answer = with_tools.invoke([*asked, AIMessage("", tool_calls=call.tool_calls), found])
    assert not answer.tool_calls
    assert "the disk was full. [1]" in answer.text
