"""How the built-in model decides what a quiet room is asked, or that it is left alone.

The ideas are those of `ml/ideas`, which are made of the room's own words. The best one that is
welcome and new is put into a tool call; when it is refused, the next best.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from langchain_core.messages import BaseMessage

from chatrooms.adapters.extractive.scene import Output, Scene, read_scene
from chatrooms.domain.citing import without_marks
from chatrooms.ml.ideas.alternatives import find_polls
from chatrooms.ml.ideas.open_questions import find_openers
from chatrooms.ml.ideas.room import Idea, Opener, Poll, Room, Topic
from chatrooms.ml.ideas.topics import find_topics
from chatrooms.ml.retrieve.wording import stems

SILENCE: Final = "stay_silent"
"""The tool by which a prompt is known to ask for a decision."""
_POLL, _THREAD, _TOPIC = "poll_generator", "thread_generator", "topic_suggester"
_KINDS: Final = {_POLL: "poll", _THREAD: "thread", _TOPIC: "topic"}
_FINDERS: Final[dict[str, Callable[[Room], Sequence[Idea]]]] = {
    _POLL: find_polls,
    _THREAD: find_openers,
    _TOPIC: find_topics,
}
_LEAST: Final = {_POLL: 0.35, _THREAD: 0.4, _TOPIC: 0.5}
"""Confidence from which an idea of a kind is better than none."""
_WEIGHT: Final = {_POLL: 1.2, _THREAD: 1.0, _TOPIC: 0.8}
"""What a kind asks of people is worth: a vote rests on what they differ about, a topic on less."""
_PER_KIND: Final = 3
_LESS_WELCOME: Final = 0.7
"""What is left of the confidence in a kind that was rejected lately, or drew nothing twice."""
_LATELY: Final = 5
_SAME: Final = 0.6
"""Share of what an idea is about that stands in an earlier one: from here on they are the same."""
_DAY_M: Final = 24 * 60
_MAX_SEEN: Final = 4_000


@dataclass(frozen=True, slots=True)
class Decision:
    """The tool to call."""

    tool: str
    arguments: dict[str, Any]


def decide(messages: Sequence[BaseMessage], tools: Collection[str]) -> Decision | None:
    """What to call: the best idea that the tools at hand can put and that was not tried, or
    `stay_silent`; None if a tool has taken the last idea. The same prompt gives the same."""
    scene = _without_own_lines(read_scene(messages))
    if scene.is_done:
        return None
    ideas = _ideas(scene, tools)
    # Of a call that is not in the conversation only its refusal is known.
    unknown = max(0, scene.refusals - len(scene.tried))
    for tool, idea in ideas[unknown:]:
        return Decision(tool, _arguments(idea, scene.room))
    return Decision(SILENCE, {"reason": _reason(scene, tools)})


def _ideas(scene: Scene, tools: Collection[str]) -> list[tuple[str, Idea]]:
    """The ideas worth putting, best first, each with its tool."""
    earlier = [frozenset(stems(each[:_MAX_SEEN])) for each in _earlier(scene)]
    found: list[tuple[float, str, Idea]] = []
    for tool, find in _FINDERS.items():
        welcome = _welcome(_KINDS[tool], scene.outputs)
        fresh = [each for each in find(scene.room) if not _is_known(each, earlier)]
        found += [
            (each.confidence * welcome * _WEIGHT[tool], tool, each)
            for each in fresh[:_PER_KIND]
            if tool in tools and each.confidence * welcome >= _LEAST[tool]
        ]
    found.sort(key=lambda each: -each[0])
    return [(tool, idea) for _, tool, idea in found]


def _earlier(scene: Scene) -> list[str]:
    return [*scene.polls, *(each.text for each in scene.outputs), *scene.tried]


def _is_known(idea: Idea, earlier: Sequence[frozenset[str]]) -> bool:
    return any(len(idea.key & each) >= _SAME * len(idea.key) for each in earlier)


def _welcome(kind: str, outputs: Sequence[Output]) -> float:
    """How welcome a kind is by what became of the last ones, from 0 to 1."""
    same = [each for each in outputs if each.kind == kind][:_LATELY]
    rejected = any(each.outcome == "rejected" for each in same[:2])
    posted = [each for each in same if each.outcome in ("posted", "expired")][:2]
    ignored = len(posted) == 2 and not any(each.drew for each in posted)
    return _LESS_WELCOME ** (rejected + ignored)


def _without_own_lines(scene: Scene) -> Scene:
    """The scene without messages that repeat what the model itself had put before the room."""
    own = {" ".join(each.text.split()) for each in scene.outputs}
    lines = tuple(each for each in scene.room.lines if " ".join(each.text.split()) not in own)
    return replace(scene, room=replace(scene.room, lines=lines))


def _arguments(idea: Idea, room: Room) -> dict[str, Any]:
    """An idea as the arguments of its tool."""
    about: dict[str, Any] = {"why": without_marks(idea.why), "evidence": list(idea.evidence)}
    match idea:
        case Poll():
            return {
                "question": without_marks(idea.question),
                "choices": [without_marks(each) for each in idea.choices],
                "closes_in_hours": _hours(room.quiet_minutes),
                **about,
            }
        case Opener():
            return {"text": without_marks(idea.text), **about}
        case Topic():
            return {"title": idea.title, "text": without_marks(idea.text), **about}
        case _:
            raise TypeError(idea)


def _hours(quiet_minutes: float) -> int:
    """How long a vote is open: the longer, the more seldom people look in."""
    if quiet_minutes < _DAY_M / 4:
        return 24
    return 48 if quiet_minutes < _DAY_M else 72


def _reason(scene: Scene, tools: Collection[str]) -> str:
    if not scene.room.lines:
        return "nothing to ask about: no messages were shown"
    if scene.tried or scene.refusals:
        return "nothing to ask about: every idea that the messages gave was refused"
    sought = {
        _POLL: "no undecided choice",
        _THREAD: "no question left open",
        _TOPIC: "no topic that rests",
    }
    missing = [what for tool, what in sought.items() if tool in tools]
    return f"nothing to ask about: {', '.join(missing)} was found that is new and clear enough"
