"""What a prompt asks of the built-in model: the blocks that it carries, read back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage

from chatrooms.domain.prompting import Block, parse_blocks
from chatrooms.ml.retrieve.confidence import DOUBTFUL, SURE

_OVERVIEW = re.compile(
    r"\b(?:summar\w+|recap|overview|catch me up|tl;?dr|what did i miss|what(?:'s| is| was)"
    r" (?:going on|happening|new|up|discussed|this room about|been going on)"
    r"|what (?:are|were) (?:people|they|we) (?:talking|discussing)\b.*)",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(
    r"^\W*(?:who|what) are you\b|\bwhat can you do\b|\bhow (?:do|can) i use you\b|^\W*help\W*$",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you)\b[\w\s]{0,20}\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Given:
    """One message of the prompt."""

    n: int
    author: str
    text: str
    relevance: float | None
    """How well it fits the question, the best being 1; None where the prompt does not say."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked, and what it is to be answered from."""

    question: str
    """Empty where a summary is asked for."""
    messages: tuple[Given, ...]
    support: float
    """How sure retrieval is that the messages answer, from 0 to 1; 1 where the prompt is silent."""
    summary: str
    person: str
    max_words: int
    """How long a summary may be; 0 where the prompt does not say."""

    @property
    def wants_overview(self) -> bool:
        """Whether the question is what the room talks about."""
        return bool(_OVERVIEW.search(self.question))

    @property
    def is_about_the_model(self) -> bool:
        """Whether the question is what the assistant is or can do."""
        return bool(_ABOUT_ITSELF.search(self.question))

    @property
    def is_greeting(self) -> bool:
        """Whether nothing is asked."""
        return bool(_GREETING.match(self.question))

    @property
    def may_be_answered(self) -> bool:
        """Whether retrieval takes it for possible that the messages answer the question."""
        return self.support >= DOUBTFUL

    @property
    def is_sure(self) -> bool:
        """Whether retrieval takes the messages to answer the question."""
        return self.support >= SURE


def read_task(messages: Sequence[BaseMessage]) -> Task:
    """The task of the last thing that was said to the model, and of what tools gave since."""
    blocks: dict[str, Block] = {}
    given: dict[int, Given] = {}
    for message in _present(messages):
        for each in parse_blocks(message.text):
            blocks[each.name] = each
            if each.name == "messages":
                given.update((one.n, one) for one in map(_given, each.children))
    nothing = Block("")
    found = blocks.get("messages", nothing)
    return Task(
        question=blocks.get("question", nothing).text.strip(),
        messages=tuple(sorted(given.values(), key=lambda each: each.n)),
        support=found.number("support", 1.0),
        summary=blocks.get("summary", nothing).text.strip(),
        person=blocks.get("person", nothing).attributes.get("name", ""),
        max_words=int(found.number("max_words", 0)),
    )


def has_called_tools(messages: Sequence[BaseMessage]) -> bool:
    """Whether a tool has answered since the last thing that was said to the model."""
    return any(isinstance(message, ToolMessage) for message in _present(messages))


def _present(messages: Sequence[BaseMessage]) -> Sequence[BaseMessage]:
    places = [n for n, message in enumerate(messages) if isinstance(message, HumanMessage)]
    start = places[-1] if places else len(messages)
    return [each for each in messages[start:] if isinstance(each, HumanMessage | ToolMessage)]


def _given(block: Block) -> Given:
    fits = block.number("relevance", -1.0)
    return Given(
        int(block.number("n", 0)),
        block.attributes.get("author", ""),
        block.text,
        fits if fits >= 0 else None,
    )
