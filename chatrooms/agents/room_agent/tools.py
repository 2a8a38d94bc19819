"""The tools among which the model decides. What it passes is input from outside: it is read
strictly, and there is no argument for another room."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chatrooms.domain.agent import (
    MAX_CHOICES,
    MAX_EVIDENCE,
    MAX_REASON_CHARS,
    MAX_THREAD_WORDS,
    MAX_TITLE_CHARS,
    MAX_TOPIC_CHARS,
    MAX_WHY_CHARS,
    MIN_CHOICES,
    MIN_THREAD_WORDS,
    Idea,
    Observation,
    PollIdea,
    ThreadIdea,
    TopicIdea,
)
from chatrooms.domain.errors import InvalidInput

_MARK = re.compile(r"\s?\[(\d{1,4})\]")


class _Tool(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _Writing(_Tool):
    why: str = Field(
        min_length=1,
        max_length=MAX_WHY_CHARS,
        description="One plain sentence for the room: why this, and why now.",
    )
    evidence: list[int] = Field(
        min_length=1,
        max_length=MAX_EVIDENCE,
        description="Numbers of the messages that it rests on.",
    )


class PollGenerator(_Writing):
    """Open a poll about alternatives that people of the room argued about."""

    question: str = Field(min_length=1, max_length=300)
    choices: list[str] = Field(min_length=MIN_CHOICES, max_length=MAX_CHOICES)
    closes_in_hours: int = Field(default=24, ge=1, le=168)


class ThreadGenerator(_Writing):
    """Begin a thread that builds on what was said, such as a question that nobody answered."""

    text: str = Field(
        min_length=1,
        max_length=2_000,
        description=f"{MIN_THREAD_WORDS} to {MAX_THREAD_WORDS} words. [3] links to message 3.",
    )


class TopicSuggester(_Writing):
    """Suggest something to talk about, as a card that anybody may start."""

    title: str = Field(min_length=1, max_length=MAX_TITLE_CHARS)
    text: str = Field(min_length=1, max_length=MAX_TOPIC_CHARS)


class StaySilent(_Tool):
    """Put out nothing. Choose it whenever nothing clearly helps the room."""

    reason: str = Field(min_length=1, max_length=MAX_REASON_CHARS)


TOOLS: dict[str, type[_Tool]] = {
    "poll_generator": PollGenerator,
    "thread_generator": ThreadGenerator,
    "topic_suggester": TopicSuggester,
    "stay_silent": StaySilent,
}


def described() -> list[dict[str, Any]]:
    """The tools as OpenAI's protocol describes them."""
    return [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": tool.__doc__,
                "parameters": tool.model_json_schema(),
            },
        }
        for name, tool in TOOLS.items()
    ]


def idea_of(tool: BaseModel, seen: Observation) -> Idea:
    """What the model wrote, with ids of messages in place of the prompt's numbers.

    Raises: InvalidInput for evidence that the prompt did not give.
    """
    if not isinstance(tool, _Writing):
        raise InvalidInput("This tool writes nothing.")
    ids = list(dict.fromkeys(_id_of(n, seen) for n in tool.evidence))
    if isinstance(tool, PollGenerator):
        return PollIdea(
            question=_MARK.sub("", tool.question),
            choices=tuple(_MARK.sub("", choice) for choice in tool.choices),
            closes_in_hours=tool.closes_in_hours,
            why=_MARK.sub("", tool.why),
            evidence=tuple(ids),
        )
    if isinstance(tool, TopicSuggester):
        body, title = _linked(tool.text, seen, ids), _MARK.sub("", tool.title)
        return TopicIdea(title=title, body=body, why=_MARK.sub("", tool.why), evidence=tuple(ids))
    if isinstance(tool, ThreadGenerator):
        body = _linked(tool.text, seen, ids)
        return ThreadIdea(body=body, why=_MARK.sub("", tool.why), evidence=tuple(ids))
    raise InvalidInput("This tool writes nothing.")


def _id_of(number: int, seen: Observation) -> int:
    if not 1 <= number <= len(seen.messages):
        raise InvalidInput(f"There is no message {number}.")
    return seen.messages[number - 1].id


def _linked(text: str, seen: Observation, ids: list[int]) -> str:
    """The text with its marks naming places in `ids`, which gets what they name; marks of what was
    not given go."""

    def mark(found: re.Match[str]) -> str:
        number = int(found[1])
        if not 1 <= number <= len(seen.messages):
            return ""
        id_ = seen.messages[number - 1].id
        if id_ not in ids:
            ids.append(id_)
        return f" [{ids.index(id_) + 1}]"

    return _MARK.sub(mark, text)
