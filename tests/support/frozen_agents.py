"""Room agents that freeze where a test wants it, so that it can kill their process there.

`celery -A tests.support.frozen_agents worker` is the product's worker, except that a run stops at
the place that was chosen for its room. A place is a node and a moment: "decide:before" its effect,
"decide:done" after it, "decide:noted" once its step is recorded, which is before its checkpoint.
"deliver:in turn" is where slow mode counts a message that is not stored yet.
"""

import os
import signal
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from redis import Redis

from chatrooms import bootstrap
from chatrooms.agents.room_agent import graph, nodes
from chatrooms.services.access import RoomAccess
from chatrooms.services.agent import runs
from chatrooms.services.agent.runs import Run
from chatrooms.services.moderation import slow_mode
from workers.app import app

__all__ = ["app", "choose", "frozen"]

NODES = ("observe", "decide", "act", "propose", "await_decision", "deliver", "end")
_FROZEN = "test:frozen"


def choose(redis: Redis, *, room_id: int, place: str) -> None:
    """Have the next process that comes to this place with a run of the room freeze there."""
    redis.set(_key(room_id), place)


def frozen(redis: Redis) -> int | None:
    """The id of a process that froze, named once; None if none did."""
    pid: Any = redis.lpop(_FROZEN)
    return int(pid) if pid else None


def _key(room_id: int) -> str:
    return f"test:freeze:{room_id}"


def _freeze_at(redis: Redis, run: Run | RoomAccess, place: str) -> None:
    chosen: Any = redis.get(_key(run.room_id))
    if chosen == place:
        redis.delete(_key(run.room_id))
        redis.rpush(_FROZEN, os.getpid())
        while True:
            signal.pause()


def _node(name: str, node: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(node)
    def run(state: Any, context: Any, usage: Any) -> Any:
        _freeze_at(context.deps.redis, context.run, f"{name}:before")
        update = node(state, context, usage)
        _freeze_at(context.deps.redis, context.run, f"{name}:done")
        return update

    return run


def _then(function: Callable[..., Any], place: Callable[..., str]) -> Callable[..., Any]:
    """The function, and freezing after it."""

    @wraps(function)
    def run(deps: Any, of_room: Run | RoomAccess, *args: Any) -> Any:
        found = function(deps, of_room, *args)
        _freeze_at(deps.redis, of_room, place(*args))
        return found

    return run


def _prepare() -> None:
    """Change this process alone. What takes long to load is loaded before it forks."""
    import_module("langchain_openai")

    for name in NODES:
        setattr(nodes, name, _node(name, getattr(nodes, name)))
    places: tuple[tuple[Any, str, Callable[..., str]], ...] = (
        (runs, "note_step", lambda step: f"{step.node}:noted"),
        (runs, "finish", lambda *_: "run:ended"),
        (slow_mode, "_take", lambda *_: "deliver:in turn"),
    )
    for module, name, place in places:
        setattr(module, name, _then(getattr(module, name), place))
    graph.build()
    deps = bootstrap.current()
    deps.toxicity.model()
    deps.chat.model()


if os.environ.get("FREEZES"):
    _prepare()
