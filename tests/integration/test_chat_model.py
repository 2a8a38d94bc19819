"""The language model behind OpenAI's protocol, over HTTP."""

from dataclasses import replace

import pytest
from langchain_core.messages import HumanMessage
from pydantic import BaseModel, SecretStr

from chatrooms.adapters.chat_model import BUILT_IN, ChatModels
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import AnswerCutOff, AnswerUnusable, AssistantUnavailable
from chatrooms.domain.prompting import block, message_block
from chatrooms.domain.usage import Usage
from tests.support.scripted_openai import (
    CutsOff,
    Fails,
    Garbles,
    Reply,
    Says,
    ScriptedOpenAI,
    Stalls,
)

PROMPT = [HumanMessage("When do we meet?")]


class Minutes(BaseModel):
    """What was said."""

    sentences: list[str]


def chat(deps: Deps, server: ScriptedOpenAI, **changed: object) -> ChatModels:
    options = {
        "openai_base_url": server.base_url,
        "openai_api_key": SecretStr("sk-secret"),
        "llm_model": "scripted",
        "llm_retries": 0,
        **changed,
    }
    return ChatModels(deps.settings.model_copy(update=options), deps.redis)


def test_pieces_come_as_they_are_written_and_tokens_are_counted(
    deps: Deps, server: ScriptedOpenAI
) -> None:
    server.script.append(Says(["At ", "noon", "."], tokens_in=7, tokens_out=3))
    usage = Usage()
    assert list(chat(deps, server).stream(PROMPT, usage=usage)) == ["At ", "noon", "."]
    assert (usage.tokens_in, usage.tokens_out, usage.model) == (7, 3, "scripted")
    assert server.requests[0]["stream"] is True


def test_structured_output_is_read_or_refused(deps: Deps, server: ScriptedOpenAI) -> None:
    server.script += [Says(['{"sentences": ["At noon."]}']), Says(['{"sentences": 3}'])]
    models, usage = chat(deps, server), Usage()
    assert models.structured(PROMPT, Minutes, usage=usage) == Minutes(sentences=["At noon."])
    with pytest.raises(AnswerUnusable):
        models.structured(PROMPT, Minutes, usage=usage)
    assert usage.tokens_in >= 100


@pytest.mark.parametrize("status", [429, 500])
def test_a_busy_or_failing_server_is_asked_again(
    deps: Deps, server: ScriptedOpenAI, status: int
) -> None:
    server.script += [Fails(status, retry_after_s=0.01), Says(["Noon."])]
    again = chat(deps, server, llm_retries=1)
    assert list(again.stream(PROMPT, usage=Usage())) == ["Noon."]
    server.script += [Fails(status, retry_after_s=0.01), Says(["Noon."])]
    with pytest.raises(AssistantUnavailable):
        list(chat(deps, server).stream(PROMPT, usage=Usage()))


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (CutsOff(["At "]), AnswerCutOff),
        (Garbles(["At "]), AnswerCutOff),
        (Stalls(["At "]), AnswerCutOff),
        (CutsOff([]), AssistantUnavailable),
        (Stalls(), AssistantUnavailable),
        # The connection is closed in the middle as if all had been said.
        (Stalls(["At "], seconds=0.01), AnswerCutOff),
        (Stalls(seconds=0.01), AssistantUnavailable),
    ],
)
def test_a_broken_stream_keeps_what_came_and_says_so(
    deps: Deps, server: ScriptedOpenAI, reply: Reply, error: type[Exception]
) -> None:
    server.script.append(reply)
    came: list[str] = []
    usage = Usage()
    with pytest.raises(error):
        came.extend(chat(deps, server, llm_timeout_s=0.3).stream(PROMPT, usage=usage))
    # What began took something; a server that said nothing did not.
    assert bool(usage.tokens_in) is bool(usage.calls) is (error is AnswerCutOff)


def test_what_came_before_the_break_was_yielded(deps: Deps, server: ScriptedOpenAI) -> None:
    server.script.append(CutsOff(["At ", "no"]))
    stream = chat(deps, server).stream(PROMPT, usage=Usage())
    assert next(stream) + next(stream) == "At no"
    with pytest.raises(AnswerCutOff):
        next(stream)


def test_after_three_failures_nobody_waits_for_it_until_it_answers_again(
    deps: Deps, server: ScriptedOpenAI
) -> None:
    server.script += [Fails(500)] * 3
    models, elsewhere = chat(deps, server), chat(deps, server)
    for _ in range(3):
        with pytest.raises(AssistantUnavailable):
            list(models.stream(PROMPT, usage=Usage()))
    with pytest.raises(AssistantUnavailable):
        list(elsewhere.stream(PROMPT, usage=Usage()))
    assert len(server.requests) == 3
    deps.redis.delete("chatrooms:breaker:llm:open")
    assert list(elsewhere.stream(PROMPT, usage=Usage()))
    assert list(models.stream(PROMPT, usage=Usage()))


def test_a_prompt_that_the_server_refuses_does_not_count_as_its_failure(
    deps: Deps, server: ScriptedOpenAI
) -> None:
    server.script += [Fails(400)] * 4
    for _ in range(4):
        with pytest.raises(AssistantUnavailable):
            list(chat(deps, server).stream(PROMPT, usage=Usage()))
    assert len(server.requests) == 4


def test_a_server_that_is_not_there_is_said_at_once(deps: Deps, server: ScriptedOpenAI) -> None:
    nobody = replace(server, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(AssistantUnavailable):
        list(chat(deps, nobody).stream(PROMPT, usage=Usage()))


def test_with_neither_key_nor_address_the_built_in_model_answers(deps: Deps) -> None:
    settings = deps.settings.model_copy(
        update={"openai_base_url": "", "openai_api_key": SecretStr("")}
    )
    models, usage = ChatModels(settings, deps.redis), Usage()
    noon = message_block(1, author="Ada", text="We meet at noon.", at="")
    prompt = f"{block('messages', [noon])}{block('question', 'When do we meet?')}"
    assert (
        "".join(models.stream([HumanMessage(prompt)], usage=usage)) == "Ada: We meet at noon. [1]"
    )
    assert usage.model == models.name == BUILT_IN
    assert usage.tokens_in > 0
