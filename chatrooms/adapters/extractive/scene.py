"""A quiet room as a prompt shows it to the built-in model: the room, its polls, what was tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from chatrooms.domain.prompting import Block, parse_blocks
from chatrooms.ml.ideas.room import Line, Room

REFUSED = "Refused:"
"""What the answer of a tool begins with that did not take an idea."""
_NOTHING = Block("")


@dataclass(frozen=True, slots=True)
class Output:
    """Something that was put before the room earlier."""

    kind: str
    outcome: str
    text: str
    drew: int
    """Replies and votes."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that there is to decide from."""

    room: Room
    polls: tuple[str, ...]
    """Questions and choices of what can be voted on now."""
    outputs: tuple[Output, ...]
    """The newest first."""
    tried: tuple[str, ...]
    """The words of ideas that were refused since the last thing that was said to the model."""
    refusals: int
    is_done: bool
    """Whether a tool has taken the last idea."""


def read_scene(messages: Sequence[BaseMessage]) -> Scene:
    """The room as the last thing said to the model shows it, and what became of ideas since."""
    places = [n for n, message in enumerate(messages) if isinstance(message, HumanMessage)]
    start = places[-1] if places else len(messages)
    blocks = {each.name: each for each in parse_blocks(_text_at(messages, start))}
    answers = [each.text for each in messages[start:] if isinstance(each, ToolMessage)]
    calls = [
        call["args"]
        for each in messages[start:]
        if isinstance(each, AIMessage)
        for call in each.tool_calls
    ]
    return Scene(
        room=_room(blocks),
        polls=tuple(
            f"{each.attributes.get('question', '')}\n{each.text}"
            for each in blocks.get("polls", _NOTHING).children
        ),
        outputs=tuple(map(_output, blocks.get("outputs", _NOTHING).children)),
        tried=tuple(map(_words, calls)),
        refusals=sum(each.startswith(REFUSED) for each in answers),
        is_done=bool(answers) and not answers[-1].startswith(REFUSED),
    )


def _text_at(messages: Sequence[BaseMessage], place: int) -> str:
    return messages[place].text if place < len(messages) else ""


def _words(arguments: dict[str, Any]) -> str:
    """The words of a call's idea, without its reasons."""
    parts: list[Any] = [arguments.get(key) for key in ("question", "title", "text")]
    parts += arguments.get("choices") or []
    return "\n".join(str(each) for each in parts if each)


def _room(blocks: dict[str, Block]) -> Room:
    about = blocks.get("room", _NOTHING).attributes
    tags = (each.strip() for each in about.get("tags", "").split(","))
    return Room(
        lines=tuple(map(_line, blocks.get("messages", _NOTHING).children)),
        name=about.get("name", ""),
        topic=about.get("topic", ""),
        tags=tuple(each for each in tags if each),
        description=about.get("description", ""),
        summary=blocks.get("summary", _NOTHING).text,
        quiet_minutes=blocks.get("quiet", _NOTHING).number("minutes", 0.0),
    )


def _line(block: Block) -> Line:
    return Line(
        n=int(block.number("n", 0)),
        author=block.attributes.get("author", ""),
        text=block.text,
        sent_at=_time(block.attributes.get("at", "")),
        reply_to=_number(block, "reply_to"),
        thread=_number(block, "thread"),
    )


def _number(block: Block, name: str) -> int | None:
    return int(block.number(name, 0)) or None


def _time(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at).replace(tzinfo=None)
    except ValueError:
        return None


def _output(block: Block) -> Output:
    return Output(
        kind=block.attributes.get("kind", ""),
        outcome=block.attributes.get("outcome", ""),
        text=block.text,
        drew=int(block.number("replies", 0) + block.number("votes", 0)),
    )
