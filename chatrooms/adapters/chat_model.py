"""The one language model of the product, behind LangChain's interface.

LangChain is imported when a model is first needed: web processes never are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog
from pydantic import BaseModel, SecretStr, ValidationError
from redis import Redis

from chatrooms.adapters.breaker import Breaker
from chatrooms.domain.errors import AnswerCutOff, AnswerUnusable, AssistantUnavailable
from chatrooms.domain.prompting import tokens_of
from chatrooms.domain.usage import Usage
from chatrooms.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall

log = structlog.get_logger(__name__)

BUILT_IN = "built-in extractive model"
_CONNECT_S = 5.0
_BETWEEN_TRIES_S = 120.0
"""How long the client waits at most before it tries again: what a busy server may ask for."""
_OUR_FAULT = (400, 413, 422)
"""The server answers, but not to that: a prompt too long, an option it does not know."""
T = TypeVar("T", bound=BaseModel)


class ChatModels:
    """Calls the chat model that the settings name: a server that speaks OpenAI's protocol if there
    is a key or a base URL, else the built-in extractive model."""

    def __init__(self, settings: Settings, redis: Redis) -> None:
        self._settings = settings
        self._breaker = Breaker(redis, "llm")
        self._lock = Lock()
        self._made: list[BaseChatModel] = []

    @property
    def is_built_in(self) -> bool:
        """Whether answers are quoted by the built-in model, without any server."""
        settings = self._settings
        return not (settings.openai_base_url or settings.openai_api_key.get_secret_value())

    @property
    def name(self) -> str:
        """What people are told answers."""
        return BUILT_IN if self.is_built_in else self._settings.llm_model

    @property
    def is_refusing(self) -> bool:
        """Whether it failed so often that nobody asks it for a while."""
        return not self.is_built_in and self._breaker.is_open

    @property
    def answers_within_s(self) -> float:
        """How long a whole answer may take, with all further tries, before it counts as away."""
        if self.is_built_in:
            return 0.0
        timeout_s, retries = self._settings.llm_timeout_s, self._settings.llm_retries
        return (retries + 1) * timeout_s + retries * _BETWEEN_TRIES_S

    def model(self) -> BaseChatModel:
        """The model itself; one per process."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def stream(
        self,
        messages: Sequence[BaseMessage],
        *,
        usage: Usage,
        tools: Sequence[dict[str, Any]] = (),
        calls: list[ToolCall] | None = None,
    ) -> Iterator[str]:
        """What the model writes, in pieces as they come; adds to `usage` what it took.

        Args:
            tools: what it may call, as OpenAI's protocol describes tools; none is run here.
            calls: gets its calls, once all was written. Their names and arguments are the model's:
                to be checked like any input from outside. Calls that are no JSON are left out.

        Raises: AssistantUnavailable before the first piece; AnswerCutOff after it, and for an
            answer that the server ends before it is whole.
        """
        model, usage.model = self._ready(), self.name
        source = model.bind_tools(list(tools)) if tools else model
        written, reason = 0, ""
        whole: AIMessageChunk | None = None
        told = Usage()
        with self._translated(lambda: written > 0):
            try:
                for chunk in cast("Iterator[AIMessageChunk]", source.stream(list(messages))):
                    _count(told, chunk)
                    # Only calls come in parts that must be joined: joining text takes as long
                    # as reading it.
                    if whole is not None:
                        whole = cast("AIMessageChunk", whole + chunk)
                    elif chunk.tool_call_chunks:
                        whole = chunk
                    reason = chunk.response_metadata.get("finish_reason") or reason
                    if piece := chunk.text:
                        written += len(piece)
                        yield piece
                # A connection that was closed in the middle looks like an end, but gives none.
                if reason in ("", "length") and not self.is_built_in:
                    log.warning("answer_cut_off", reason=reason)
                    raise AnswerCutOff if written or reason else AssistantUnavailable
            finally:
                if written or reason or told.tokens_in:
                    _add(usage, told, messages, written="x" * written)
        if calls is not None and whole is not None:
            calls.extend(whole.tool_calls)

    def ask(
        self, messages: Sequence[BaseMessage], *, tools: Sequence[dict[str, Any]], usage: Usage
    ) -> AIMessage:
        """The model's whole answer, with the tools it calls, those that are no JSON too; adds to
        `usage` what it took. What it passes to tools is to be checked like any input from outside.

        Raises: AssistantUnavailable; AnswerUnusable if it cannot be read at all.
        """
        model, usage.model = self._ready(), self.name
        told = Usage()
        try:
            with self._translated(lambda: False):
                answer = model.bind_tools(list(tools)).invoke(list(messages))
        except AnswerUnusable:
            # It answered, and what it took nobody told.
            _add(usage, told, messages, written="")
            raise
        _count(told, answer)
        passed = [call["args"] for call in (*answer.tool_calls, *answer.invalid_tool_calls)]
        _add(usage, told, messages, written=answer.text + "".join(map(str, passed)))
        return answer

    def structured(self, messages: Sequence[BaseMessage], schema: type[T], *, usage: Usage) -> T:
        """What the model writes, read as `schema`; adds to `usage` what it took.

        Raises: AssistantUnavailable; AnswerUnusable if it is not of that shape.
        """
        model, usage.model = self._ready(), self.name
        caller = model.with_structured_output(schema, include_raw=True)
        told, written = Usage(), ""
        try:
            with self._translated(lambda: False):
                found = cast(dict[str, Any], caller.invoke(list(messages)))
                _count(told, found["raw"])
                written = str(found["parsed"] or found["raw"].text)
                if not isinstance(found["parsed"], schema):
                    error = found["parsing_error"]
                    log.warning("answer_unusable", error=type(error).__name__)
                    raise AnswerUnusable
        except AnswerUnusable:
            # It answered, and may not have told with how much.
            _add(usage, told, messages, written=written)
            raise
        _add(usage, told, messages, written=written)
        return found["parsed"]

    def _ready(self) -> BaseChatModel:
        if self.is_refusing:
            raise AssistantUnavailable
        return self.model()

    @contextmanager
    def _translated(self, has_begun: Any) -> Iterator[None]:
        """Turn what a failing server leads to into what a person may be told."""
        if self.is_built_in:
            yield
            return
        from httpx import HTTPError
        from langchain_core.exceptions import OutputParserException
        from openai import APIError, LengthFinishReasonError, OpenAIError

        try:
            yield
        except (ValidationError, OutputParserException, LengthFinishReasonError) as error:
            log.warning("answer_unusable", error=type(error).__name__)
            raise AnswerUnusable from error
        except (OpenAIError, HTTPError, json.JSONDecodeError, OSError) as error:
            status = getattr(error, "status_code", None) if isinstance(error, APIError) else None
            log.warning("model_call_failed", error=type(error).__name__, status=status)
            if status not in _OUR_FAULT:
                self._breaker.failed()
            raise (AnswerCutOff if has_begun() else AssistantUnavailable) from error
        else:
            self._breaker.succeeded()

    def _make(self) -> BaseChatModel:
        if self.is_built_in:
            from chatrooms.adapters.extractive.model import ExtractiveChatModel

            return ExtractiveChatModel()
        from httpx import Timeout
        from langchain_openai import ChatOpenAI

        settings, key = self._settings, self._settings.openai_api_key
        return ChatOpenAI(
            model=settings.llm_model,
            # Servers of one's own ask for no key, but the client insists on one.
            api_key=key if key.get_secret_value() else SecretStr("none"),
            base_url=settings.openai_base_url or None,
            timeout=Timeout(settings.llm_timeout_s, connect=_CONNECT_S),
            max_retries=settings.llm_retries,
            max_completion_tokens=settings.llm_max_output_tokens,
            stream_usage=True,
            use_responses_api=False,
        )


def _add(usage: Usage, told: Usage, messages: Sequence[BaseMessage], *, written: str) -> None:
    """Add one call, with what the server told of it or, without, what it was about."""
    usage.calls += 1
    usage.tokens_in += told.tokens_in or sum(tokens_of(message.text) for message in messages)
    usage.tokens_out += told.tokens_out or tokens_of(written)


def _count(usage: Usage, message: AIMessage) -> None:
    if known := message.usage_metadata:
        usage.tokens_in += known["input_tokens"]
        usage.tokens_out += known["output_tokens"]
