"""The assistant in tests: people ask, and a thread of the test is the worker that answers."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from chatrooms.adapters.chat_model import ChatModels
from chatrooms.agents import turns as agents
from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Outcome, Progress
from chatrooms.services.ai import streaming, turns
from chatrooms.services.ai.conversation import Turn
from chatrooms.services.ai.streaming import Attempt
from chatrooms.supervise.children import assistant_worker
from chatrooms.supervise.places import PROJECT
from tests.support.inspect import rows
from tests.support.people import Place, Someone
from tests.support.scripted_openai import ScriptedOpenAI
from tests.support.waiting import wait_until


def with_model(deps: Deps, server: ScriptedOpenAI, **changed: Any) -> Deps:
    """The same dependencies with a language model behind that server."""
    options = {"openai_base_url": server.base_url, "llm_model": "scripted", "llm_retries": 0}
    settings = deps.settings.model_copy(update=options | changed)
    return replace(deps, settings=settings, chat=ChatModels(settings, deps.redis))


def ask(
    deps: Deps, room: Place, who: Someone, question: str = "When do we meet?", **options: Any
) -> int:
    """The id of a new turn, which nobody carries out yet."""
    client_id = options.pop("client_id", deps.ids.client_id())
    return turns.ask(
        deps,
        actor_id=who.id,
        room_id=room.id,
        client_id=client_id,
        question=question,
        **options,
    )


def attempt_at(deps: Deps, turn_id: int) -> Attempt:
    """The newest attempt at a turn."""
    found = rows(deps, "SELECT attempt FROM assistant_turns WHERE id = :id", id=turn_id)
    return Attempt(turn_id, found[0][0])


def carry_out(deps: Deps, turn_id: int) -> None:
    """Do what the worker does with the turn."""
    attempt = attempt_at(deps, turn_id)
    agents.carry_out(deps, turn_id=turn_id, attempt=attempt.number)


@contextmanager
def at_work(deps: Deps, *turn_ids: int) -> Iterator[list[Future[None]]]:
    """Have a worker carry out these turns during the block, side by side."""
    with ThreadPoolExecutor(max(1, len(turn_ids))) as pool:
        yield [pool.submit(carry_out, deps, turn_id) for turn_id in turn_ids]


def answered(deps: Deps, room: Place, who: Someone, question: str = "When do we meet?") -> Turn:
    """A question and its answer."""
    turn_id = ask(deps, room, who, question)
    carry_out(deps, turn_id)
    return find_turn(deps, room, who, turn_id)


def have_answered(deps: Deps, room: Place, who: Someone, question: str) -> Turn:
    """A question and its answer by whatever worker is running."""
    turn_id = ask(deps, room, who, question)
    wait_until(
        lambda: find_turn(deps, room, who, turn_id).outcome is not Outcome.RUNNING,
        what="the question is answered",
    )
    return find_turn(deps, room, who, turn_id)


def find_turn(deps: Deps, room: Place, who: Someone, turn_id: int) -> Turn:
    """A turn as its person sees it."""
    listed = turns.list_turns(deps, actor_id=who.id, room_id=room.id, limit=50)
    (found,) = [each for each in listed if each.id == turn_id]
    return found


def written(deps: Deps, turn_id: int) -> str:
    """What is there already of the newest attempt at a turn."""
    progress: Progress | None = streaming.read_progress(deps, attempt_at(deps, turn_id))
    return progress.text if progress else ""


@contextmanager
def celery_worker(deps: Deps) -> Iterator["subprocess.Popen[bytes]"]:
    """The product's own worker of the queue `assistant`, as a process."""
    settings = deps.settings
    environ = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "CHROMA_URL": settings.chroma_url,
        "CHROMA_DATABASE": settings.chroma_database,
        "EMBEDDINGS": settings.embeddings,
        "OPENAI_BASE_URL": settings.openai_base_url,
        "LLM_MODEL": settings.llm_model,
        "ASSISTANT_LEASE_S": str(settings.assistant_lease_s),
    }
    process = subprocess.Popen(assistant_worker().command, cwd=PROJECT, env=environ)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
