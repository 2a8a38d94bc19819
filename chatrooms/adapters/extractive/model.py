"""The built-in model as a chat model of LangChain: it streams, calls tools and gives structured
output, without a server, a key or a network.

It quotes. What it is asked and what it may quote it reads out of the tags of the prompt
(`domain/prompting.py`), like any other model; retrieval and extraction are those of
`chatrooms/ml` (TF-IDF, LexRank, maximal marginal relevance).
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from chatrooms.adapters.extractive.deciding import SILENCE, decide
from chatrooms.adapters.extractive.forms import fill, text_field
from chatrooms.adapters.extractive.task import Task, has_called_tools, read_task
from chatrooms.adapters.extractive.writing import statements_of
from chatrooms.domain.prompting import tokens_of

_ANY_TOOL = (None, "auto", "any", "required", True)
"""Choices of tool that leave it to the model which one it calls."""
_TAKEN = "Done."
"""What is said once a tool has taken an idea."""
_WORD = re.compile(r"\s*\S+|\s+\Z")


class ExtractiveChatModel(BaseChatModel):
    """Answers, summarises and searches in the words of the messages that it is given."""

    @property
    def _llm_type(self) -> str:
        return "built-in-extractive"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools. It calls one that must be called, or one that searches, where it was given
        no messages to answer from."""
        known = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=known, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text, call = _write(messages, kwargs)
        message = AIMessage(
            text, tool_calls=[call] if call else [], usage_metadata=_usage(messages, text, call)
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        text, call = _write(messages, kwargs)
        for word in _WORD.findall(text):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=word))
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk
        calls = (
            [
                tool_call_chunk(
                    name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=0
                )
            ]
            if call
            else []
        )
        last = AIMessageChunk(
            content="", tool_call_chunks=calls, usage_metadata=_usage(messages, text, call)
        )
        yield ChatGenerationChunk(message=last)


def _write(messages: Sequence[BaseMessage], options: dict[str, Any]) -> tuple[str, ToolCall | None]:
    tools = [tool["function"]["name"] for tool in options.get("tools") or ()]
    if SILENCE in tools and options.get("tool_choice") in _ANY_TOOL:
        call = _decided(messages, tools)
        return ("", call) if call else (_TAKEN, None)
    task = read_task(messages)
    call = _call(task, messages, options)
    if call is not None:
        return "", call
    return "\n".join(map(str, statements_of(task))), None


def _call(task: Task, messages: Sequence[BaseMessage], options: dict[str, Any]) -> ToolCall | None:
    """The tool call that the prompt leads to, if any."""
    tools = [tool["function"] for tool in options.get("tools") or ()]
    choice = options.get("tool_choice")
    forced = [tool for tool in tools if choice in ("any", "required", True, tool["name"])]
    if forced:
        name, form = forced[0]["name"], forced[0].get("parameters", {})
        return ToolCall(name=name, args=fill(form, statements_of(task)), id=uuid4().hex)
    if not task.question or task.messages or has_called_tools(messages):
        return None
    for tool in tools:
        if query := text_field(tool.get("parameters", {})):
            return ToolCall(name=tool["name"], args={query: task.question}, id=uuid4().hex)
    return None


def _decided(messages: Sequence[BaseMessage], tools: Sequence[str]) -> ToolCall | None:
    decision = decide(messages, tools)
    if decision is None:
        return None
    return ToolCall(name=decision.tool, args=decision.arguments, id=uuid4().hex)


def _usage(messages: Sequence[BaseMessage], text: str, call: ToolCall | None) -> UsageMetadata:
    tokens_in = sum(tokens_of(message.text) for message in messages)
    tokens_out = tokens_of(text) + (tokens_of(json.dumps(call["args"])) if call else 0)
    return UsageMetadata(
        input_tokens=tokens_in, output_tokens=tokens_out, total_tokens=tokens_in + tokens_out
    )
