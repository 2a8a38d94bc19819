"""Real workers that are killed or kept waiting while they summarise."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain import jobs
from chatrooms.domain.moderation import Unreadable
from chatrooms.services.ai import summarising
from chatrooms.supervise import children
from chatrooms.supervise.children import Child
from tests.support.inspect import change, rows
from tests.support.memory import due, outcomes, reciting, say, summed_up
from tests.support.moderation import ABUSE, moderated, verdicts
from tests.support.people import Place, Someone, post
from tests.support.scripted_openai import ScriptedOpenAI, Stalls, scripted_openai
from tests.support.waiting import wait_until
from tests.support.workers import StartWorker, workers
from workers.app import app

LONG_S = 120


@pytest.fixture
def start_worker(deps: Deps, tmp_path: Path) -> Iterator[StartWorker]:
    with workers(deps, tmp_path) as start:
        yield start


@pytest.fixture
def room(deps: Deps, private_room: Place) -> Place:
    return moderated(deps, private_room, holds=False, unreadable=Unreadable.RULES, summary_every=5)


@pytest.fixture
def stalling() -> Iterator[ScriptedOpenAI]:
    """A language model that is silent at first, and recites from its second answer on."""
    with scripted_openai(Stalls(), otherwise=reciting) as server:
        yield server


def test_what_a_killed_worker_had_begun_is_summarised_once_by_others(
    deps: Deps, room: Place, member: Someone, stalling: ScriptedOpenAI, start_worker: StartWorker
) -> None:
    bodies = [f"word{n}" for n in range(10)]
    said = say(deps, room, member, *bodies)
    first = start_worker(jobs.AI_QUEUE, OPENAI_BASE_URL=stalling.base_url)
    wait_until(lambda: stalling.requests, what="a worker has begun", deadline_s=LONG_S)
    assert summarising.take(deps, room_id=room.id) is None
    first.kill()
    first.wait(30)
    due(deps, room)
    for _ in range(2):
        start_worker(jobs.AI_QUEUE, OPENAI_BASE_URL=stalling.base_url)
        for _ in range(2):
            deps.jobs.send(jobs.SUMMARISE_DUE, queue=jobs.AI_QUEUE)
    done = ["summarised", "summarised"]
    wait_until(lambda: outcomes(deps, room) == done, what="all is done", deadline_s=LONG_S)
    assert summed_up(deps, room) == Counter(zip(said, bodies, strict=True))


def queues_of(child: Child) -> list[str]:
    """The queues that a worker of an instance takes tasks from."""
    return child.command[child.command.index("-Q") + 1].split(",")


def test_neither_moderation_nor_what_is_due_by_the_clock_waits_behind_a_summary(
    deps: Deps, room: Place, member: Someone, stalling: ScriptedOpenAI, start_worker: StartWorker
) -> None:
    say(deps, room, member, *[f"word{n}" for n in range(5)])
    session = {"id": member.signed_in.session_id}
    change(deps, "UPDATE sessions SET expires_at = now() WHERE id = :id", **session)
    start_worker(*queues_of(children.worker()), OPENAI_BASE_URL=stalling.base_url)
    wait_until(lambda: stalling.requests, what="a summary is being written", deadline_s=LONG_S)
    deps.jobs.send(jobs.PRUNE, queue=jobs.MAINTENANCE_QUEUE)
    start_worker(*queues_of(children.moderation_worker()))
    start_worker(*queues_of(children.assistant_worker()))
    said = post(deps, room, member, ABUSE)
    wait_until(lambda: verdicts(deps, said), what="it is judged", deadline_s=LONG_S)
    wait_until(
        lambda: not rows(deps, "SELECT FROM sessions WHERE id = :id", **session),
        what="the session that ended is cleared away",
        deadline_s=LONG_S,
    )
    assert outcomes(deps, room) == [""]
    stalling.over.set()


def test_no_task_that_may_take_minutes_shares_a_worker_with_those_that_people_wait_for() -> None:
    app.loader.import_default_modules()
    short = {*queues_of(children.moderation_worker()), *queues_of(children.assistant_worker())}
    assert short.isdisjoint(queues_of(children.worker()))
    assert queues_of(children.moderation_worker()) == [jobs.MODERATION_QUEUE]
    limits = {
        name: task.soft_time_limit or app.conf.task_soft_time_limit
        for name, task in app.tasks.items()
        if getattr(task, "queue", None) in short
    }
    assert limits
    # Re-judging only has messages wait, in one statement after the other.
    del limits[jobs.REJUDGE]
    assert max(limits.values()) <= 90
