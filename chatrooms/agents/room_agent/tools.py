"""The tools among which the model decides. What it passes is input from outside: it is read
strictly, and there is no argument for another room."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
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
    PollIdea,
    ThreadIdea,
    TopicIdea,
)
from chatrooms.domain.agent_observation import Observation
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

    @abstractmethod
    def draft(self, cited: Cited) -> Idea:
        """What it writes; what it rests on and why are added to it."""


class PollGenerator(_Writing):
    """Open a poll about alternatives that people of the room argued about."""

    question: str = Field(min_length=1, max_length=300)
    choices: list[str] = Field(min_length=MIN_CHOICES, max_length=MAX_CHOICES)
    closes_in_hours: int = Field(default=24, ge=1, le=168)

    def draft(self, cited: Cited) -> Idea:
        """A poll, without marks: there they lead nowhere."""
        return PollIdea(
            question=_unmarked(self.question),
            choices=tuple(map(_unmarked, self.choices)),
            closes_in_hours=self.closes_in_hours,
        )


class ThreadGenerator(_Writing):
    """Begin a thread that builds on what was said, such as a question that nobody answered."""

    text: str = Field(
        min_length=1,
        max_length=2_000,
        description=f"{MIN_THREAD_WORDS} to {MAX_THREAD_WORDS} words. [3] links to message 3.",
    )

    def draft(self, cited: Cited) -> Idea:
        """A message that begins a thread."""
        return ThreadIdea(body=cited.linked(self.text))


class TopicSuggester(_Writing):
    """Suggest something to talk about, as a card that anybody may start."""

    title: str = Field(min_length=1, max_length=MAX_TITLE_CHARS)
    text: str = Field(min_length=1, max_length=MAX_TOPIC_CHARS)

    def draft(self, cited: Cited) -> Idea:
        """A topic."""
        return TopicIdea(title=_unmarked(self.title), body=cited.linked(self.text))


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
    cited = Cited(seen, tool.evidence)
    idea = tool.draft(cited)
    return idea.model_copy(update={"why": _unmarked(tool.why), "evidence": tuple(cited.ids)})


class Cited:
    """The messages that a tool's words rest on."""

    def __init__(self, seen: Observation, numbers: Sequence[int]) -> None:
        """Raises: InvalidInput for numbers that the prompt did not give."""
        self._seen = seen
        self.ids = list(dict.fromkeys(map(self._id_of, numbers)))

    def linked(self, text: str) -> str:
        """The text with its marks naming places in `ids`, which gets what they name; marks of what
        was not given go."""
        return _MARK.sub(self._mark, text)

    def _mark(self, found: re.Match[str]) -> str:
        try:
            id_ = self._id_of(int(found[1]))
        except InvalidInput:
            return ""
        if id_ not in self.ids:
            self.ids.append(id_)
        return f" [{self.ids.index(id_) + 1}]"

    def _id_of(self, number: int) -> int:
        if not 1 <= number <= len(self._seen.messages):
            raise InvalidInput(f"There is no message {number}.")
        return self._seen.messages[number - 1].id


def _unmarked(text: str) -> str:
    return _MARK.sub("", text)
