"""Real workers that are killed while they carry out runs of the room agent."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain import jobs
from chatrooms.domain.moderation import Mode
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.agent import forgetting, proposals, resuming, scheduling
from tests.support import frozen_agents
from tests.support.agents import polls, run_of, steps_of, talk
from tests.support.frozen_agents import NODES
from tests.support.inspect import change, rows
from tests.support.moderation import moderated
from tests.support.people import Place, Someone, make_room
from tests.support.scripted_openai import ScriptedOpenAI, scripted_openai
from tests.support.waiting import wait_until
from tests.support.workers import workers

LONG_S = 120
UNDECIDED = (
    *("observe:before", "observe:noted", "decide:before", "decide:done", "decide:noted"),
    *("act:before", "act:noted", "propose:before", "propose:done", "propose:noted"),
    "await_decision:before",
)
DECIDED = (
    *("await_decision:before", "await_decision:noted", "deliver:before", "deliver:done"),
    *("deliver:noted", "end:before", "end:noted", "run:ended"),
)


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedOpenAI]:
    """A language model that always opens the same poll."""
    with scripted_openai(otherwise=lambda _request: polls()) as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def two_workers(
    deps: Deps, model: ScriptedOpenAI, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Two processes that carry out runs; one that is killed is replaced at once."""
    with workers(deps, tmp_path_factory.mktemp("workers")) as start:
        start(
            jobs.AGENTS_QUEUE,
            app="tests.support.frozen_agents",
            processes=2,
            FREEZES="1",
            OPENAI_BASE_URL=model.base_url,
        )
        yield
        # A process that a failed test left frozen would keep its worker from ending.
        while pid := frozen_agents.frozen(deps.redis):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def room(deps: Deps, owner: Someone) -> Place:
    made = make_room(deps, owner)
    talk(deps, made, owner, bodies=["Friday or Saturday?", "Friday is better.", "Saturday!"])
    return made


def kill_at(deps: Deps) -> None:
    """Kill the process that freezes next, and have it be found out, as beat would."""
    pid = wait_until(
        lambda: frozen_agents.frozen(deps.redis), what="a worker froze", deadline_s=LONG_S
    )
    assert pid
    os.kill(pid, signal.SIGKILL)
    change(deps, "UPDATE agent_runs SET lease_until = now() WHERE status = 'running'")
    resuming.resume_lost(deps)
    forgetting.forget_ended(deps)


def wait_for(deps: Deps, run_id: int, status: str) -> None:
    """Until the run is that far."""
    wait_until(
        lambda: run_of(deps, run_id)[0] == status, what=f"the run is {status}", deadline_s=LONG_S
    )


def approve(deps: Deps, who: Someone, room: Place) -> None:
    """Have a moderator approve what waits in the room."""
    (waiting,) = proposals.list_proposals(deps, actor_id=who.id, room_id=room.id)
    decisions.approve(deps, actor_id=who.id, proposal_id=waiting.id)


def carried_out(deps: Deps, owner: Someone, room: Place, place: str, *, is_decided: bool) -> int:
    """A run whose worker was killed at this place, which another one brought to its end; its id."""
    if not is_decided:
        frozen_agents.choose(deps.redis, room_id=room.id, place=place)
    run_id = scheduling.boost(deps, actor_id=owner.id, room_id=room.id)
    if not is_decided:
        kill_at(deps)
    wait_for(deps, run_id, "waiting")
    if is_decided:
        frozen_agents.choose(deps.redis, room_id=room.id, place=place)
    approve(deps, owner, room)
    if is_decided:
        kill_at(deps)
    wait_for(deps, run_id, "done")
    wait_until(lambda: not left_of(deps, run_id), what="no checkpoint is left")
    return run_id


def left_of(deps: Deps, run_id: int) -> int:
    """How much is kept of how far a run was."""
    name = f"agent-run-{run_id}"
    tables = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
    counts = "+".join(f"(SELECT count(*) FROM {t} WHERE thread_id = :name)" for t in tables)
    return rows(deps, f"SELECT {counts}", name=name)[0][0]


def assert_whole(deps: Deps, owner: Someone, room: Place, run_id: int) -> None:
    """Fails unless the run left one output, told moderators once, and is recorded gaplessly."""
    assert run_of(deps, run_id) == ("done", "posted", "")
    assert steps_of(deps, run_id) == list(NODES)
    outputs = "SELECT status, message_id IS NULL FROM agent_outputs WHERE run_id = :id"
    assert rows(deps, outputs, id=run_id) == [("posted", False)]
    posted = (
        "SELECT count(*) FROM messages JOIN accounts ON accounts.id = author_id"
        " WHERE room_id = :room AND accounts.kind = 'agent'"
    )
    assert rows(deps, posted, room=room.id) == [(1,)]
    told = (
        "SELECT count FROM notifications WHERE account_id = :owner AND kind = 'agent_proposal'"
        " AND room_id = :room"
    )
    assert rows(deps, told, owner=owner.id, room=room.id) == [(1,)]


@pytest.mark.parametrize(
    ("place", "is_decided"),
    [*((place, False) for place in UNDECIDED), *((place, True) for place in DECIDED)],
    ids=lambda value: {True: "decided", False: "undecided"}.get(value, value),
)
def test_what_a_killed_worker_left_is_brought_to_its_end_once_by_another(
    deps: Deps, owner: Someone, room: Place, model: ScriptedOpenAI, place: str, is_decided: bool
) -> None:
    model.requests.clear()
    run_id = carried_out(deps, owner, room, place, is_decided=is_decided)
    assert_whole(deps, owner, room, run_id)
    # An answer that was not kept is asked for once more; nothing else asks.
    is_lost = place in ("decide:done", "decide:noted")
    assert len(model.requests) == (2 if is_lost else 1)


def test_in_slow_mode_what_a_killed_worker_was_about_to_post_does_not_wait_for_itself(
    deps: Deps, owner: Someone, room: Place
) -> None:
    moderated(deps, room, Mode.MANUAL, slow_s=600)
    run_id = carried_out(deps, owner, room, "deliver:in turn", is_decided=True)
    assert_whole(deps, owner, room, run_id)
