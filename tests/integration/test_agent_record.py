"""The record of the agent's runs: who may read it, what it tells, and that the graph comes to the
same when it is walked over it once more."""

import pytest
from typer.testing import CliRunner

from chatrooms import bootstrap
from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.agents.room_agent.replaying import Replay, replay
from chatrooms.bootstrap import Deps
from chatrooms.cli import replay_run as replay_command
from chatrooms.cli.app import make_app
from chatrooms.domain.agent import OutputStatus, RunOutcome, Trigger
from chatrooms.domain.errors import RunUnavailable
from chatrooms.services import messages
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.agent import proposals, record, scheduling
from chatrooms.services.agent.telling import tell
from tests.support.agents import (
    behave,
    boosted,
    calls,
    deciding,
    polls,
    run_of,
    stays_silent,
    talk,
)
from tests.support.inspect import change, everything_stored, rows
from tests.support.people import Place, Someone, make_room
from tests.support.scripted_openai import Calls, Fails, Reply, Says

SHORT = "Only a few words."


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    """A private room in which two people weighed two days."""
    talk(deps, private_room, owner, member)
    return private_room


def proposed(deps: Deps, room: Place, owner: Someone) -> int:
    """A run that waits, after the model erred twice."""
    thread = calls("thread_generator", text=SHORT, why="Why not", evidence=[1])
    with deciding(Says(["Well."]), thread, polls(), deps=deps) as (asked, _):
        return boosted(asked, room, owner)


def decide(deps: Deps, owner: Someone, run_id: int, *, is_approved: bool) -> None:
    """Have the owner decide, and the run end."""
    (waits,) = [
        each for each in proposals.list_proposals(deps, actor_id=owner.id) if each.run_id == run_id
    ]
    if is_approved:
        decisions.approve(deps, actor_id=owner.id, proposal_id=waits.id)
    else:
        decisions.reject(deps, actor_id=owner.id, proposal_id=waits.id, reason="Too early")
    carry_out(deps, run_id=run_id)


def told(deps: Deps, owner: Someone, run_id: int) -> list[str]:
    """What a moderator reads of a run's steps, without what differs from time to time."""
    run = record.get_run(deps, actor_id=owner.id, run_id=run_id)
    return [line.partition(" (")[0] for step in run.steps for line in tell(run, step)]


def test_moderators_read_how_a_run_came_to_what_it_posted(
    deps: Deps, room: Place, owner: Someone
) -> None:
    run_id = proposed(deps, room, owner)
    decide(deps, owner, run_id, is_approved=True)
    run = record.get_run(deps, actor_id=owner.id, run_id=run_id)
    assert (run.in_short.trigger, run.in_short.by) == (Trigger.BOOST, owner.username)
    assert run.in_short.model == "gpt-5-mini"
    assert run.settings.max_steps == 6
    assert [step.n for step in run.steps] == list(range(1, 12))
    assert all(len(step.input_digest) == 64 for step in run.steps)
    assert len({step.input_digest for step in run.steps}) == 11
    asked = [step for step in run.steps if step.node == "decide"]
    assert [bool(step.tokens_in and step.tokens_out) for step in asked] == [True] * 3
    assert run.in_short.tokens == sum(step.tokens_in + step.tokens_out for step in asked)
    assert run.output is not None
    assert (run.output.status, run.output.decided_by) == (OutputStatus.POSTED, owner.username)
    assert run.output.decided_at is not None
    assert [line for step in run.steps for line in tell(run, step)][:1] == [
        "Looked at 3 messages, quiet for less than a minute"
    ]
    assert told(deps, owner, run_id)[1:] == [
        "Asked the model",
        "The model called no tool, and was told to",
        "Asked the model",
        "Refused: It has 4 words; a thread opener has 50 to 100.",
        "Asked the model",
        "Passed every check",
        "Proposed",
        f"Approved by {owner.username}",
        "Posted",
        "The run was over",
    ]
    first, second, third = (tell(run, step)[0] for step in asked)
    assert first.endswith("it called no tool")
    assert second.endswith("it called thread_generator")
    assert third.endswith("it called poll_generator")


def test_a_rejection_and_a_silence_are_told_with_their_reasons(
    deps: Deps, room: Place, owner: Someone
) -> None:
    rejected = proposed(deps, room, owner)
    decide(deps, owner, rejected, is_approved=False)
    assert f"Rejected by {owner.username}: Too early" in told(deps, owner, rejected)
    with deciding(stays_silent("all is said"), deps=deps) as (asked, _):
        silent = boosted(asked, room, owner)
    assert "Chose to stay silent: all is said" in told(deps, owner, silent)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("owner", True),
        ("moderator", True),
        ("member", False),
        ("stranger", False),
        ("removed", False),
    ],
)
def test_only_moderators_of_its_room_read_a_run(
    request: pytest.FixtureRequest, deps: Deps, room: Place, owner: Someone, who: str, may: bool
) -> None:
    someone: Someone = request.getfixturevalue(who)
    with deciding(stays_silent(), deps=deps) as (asked, _):
        run_id = boosted(asked, room, owner)
    if may:
        run = record.get_run(deps, actor_id=someone.id, run_id=run_id)
        assert (run.in_short.id, run.in_short.outcome) == (run_id, RunOutcome.SILENT)
        return
    with pytest.raises(RunUnavailable) as refused:
        record.get_run(deps, actor_id=someone.id, run_id=run_id)
    with pytest.raises(RunUnavailable) as absent:
        record.get_run(deps, actor_id=someone.id, run_id=run_id + 1_000)
    assert str(refused.value) == str(absent.value)


@pytest.mark.parametrize("odd", [None, "1", 0, -1, 2**80, True, 1.5])
def test_what_is_no_id_is_no_run(deps: Deps, owner: Someone, odd: object) -> None:
    with pytest.raises(RunUnavailable):
        record.get_run(deps, actor_id=owner.id, run_id=odd)  # pyright: ignore[reportArgumentType]


def replayed(deps: Deps, run_id: int) -> Replay:
    """The run walked once more, with a model that cannot be asked, and nothing written by it."""
    with deciding(deps=deps) as (asked, server):
        server.otherwise = lambda _request: Fails(500)
        before = everything_stored(deps, *TABLES)
        found = replay(asked, run_id=run_id)
        assert everything_stored(deps, *TABLES) == before
        assert server.requests == []
    return found


TABLES = (
    *("agent_runs", "agent_steps", "agent_outputs", "messages", "room_events", "notifications"),
    *("checkpoints", "checkpoint_blobs", "checkpoint_writes"),
)


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_run_is_replayed_from_its_record_without_a_model(
    deps: Deps, room: Place, owner: Someone, is_approved: bool
) -> None:
    run_id = proposed(deps, room, owner)
    waiting = replayed(deps, run_id)
    assert (waiting.is_same, waiting.missing) == (True, "The run is not over.")
    assert [step.node for step in waiting.steps][-1] == "propose"
    decide(deps, owner, run_id, is_approved=is_approved)
    found = replayed(deps, run_id)
    assert (found.missing, [step.differs for step in found.steps]) == ("", [""] * len(found.steps))
    assert len(found.steps) == len(found.run.steps) == (11 if is_approved else 10)


def test_every_way_in_which_a_run_ends_is_replayed(deps: Deps, room: Place, owner: Someone) -> None:
    scripts: dict[str, list[Reply]] = {
        "silent": [Calls([("poll_generator", "{"), ("nothing", "{}")]), stays_silent()],
        "unusable": [calls("poll_generator", question="?")] * 3,
        "unavailable": [Fails(500)],
        "out_of_steps": [polls(evidence=[99])] * 6,
        "stopped": [],
        "posted": [polls()],
    }
    for name, script in scripts.items():
        with deciding(*script, deps=deps, agent_boosts_per_hour=100) as (asked, _):
            run_id = scheduling.boost(asked, actor_id=owner.id, room_id=room.id)
            behave(deps, room, mode="off" if name == "stopped" else "autonomous")
            carry_out(asked, run_id=run_id)
            behave(deps, room, mode="autonomous")
        assert run_of(deps, run_id)[1] == name
        found = replayed(deps, run_id)
        assert (found.is_same, found.missing) == (True, ""), name
        assert len(found.steps) == len(found.run.steps) > 1


def test_a_record_that_was_tampered_with_is_told_at_the_step(
    deps: Deps, room: Place, owner: Someone
) -> None:
    run_id = proposed(deps, room, owner)
    decide(deps, owner, run_id, is_approved=True)
    change(
        deps,
        "UPDATE agent_steps SET output = jsonb_set(output, '{mistakes}', '0')"
        " WHERE run_id = :id AND n = 3",
        id=run_id,
    )
    found = replayed(deps, run_id)
    assert [step.recorded.n for step in found.steps if step.differs] == [3]
    change(deps, "UPDATE agent_steps SET node = 'propose' WHERE run_id = :id AND n = 5", id=run_id)
    found = replayed(deps, run_id)
    assert [step.differs for step in found.steps] == ["", "", "output", "", "node"]
    assert found.missing == "From here on the graph goes another way."


def test_what_was_erased_is_not_replayed_and_says_so(
    deps: Deps, room: Place, owner: Someone
) -> None:
    run_id = proposed(deps, room, owner)
    decide(deps, owner, run_id, is_approved=True)
    ((message_id,),) = rows(
        deps,
        "SELECT min(id) FROM messages WHERE room_id = :id AND author_id = :by",
        id=room.id,
        by=owner.id,
    )
    messages.delete_message(deps, actor_id=owner.id, room_id=room.id, message_id=message_id)
    found = replayed(deps, run_id)
    assert [step.differs for step in found.steps] == [""]
    assert found.missing == "What the model wrote went with a message that it was shown."
    lines = told(deps, owner, run_id)
    assert lines[2] == "The words went with a message that it was shown."
    assert lines[-2:] == ["Posted", "The run was over"]


def test_the_command_prints_each_step_and_fails_if_one_differs(
    monkeypatch: pytest.MonkeyPatch, deps: Deps, owner: Someone
) -> None:
    room = make_room(deps, owner)
    talk(deps, room, owner)
    with deciding(stays_silent("all is said"), deps=deps) as (asked, _):
        run_id = boosted(asked, room, owner)
    monkeypatch.setattr(bootstrap, "current", lambda: deps)
    monkeypatch.setattr(replay_command, "use_instance", lambda data: None)
    arguments = ["replay-run", str(run_id)]

    def run() -> tuple[int, list[str]]:
        result = CliRunner().invoke(make_app(arguments), arguments)
        return result.exit_code, result.output.splitlines()

    code, lines = run()
    assert code == 0
    assert lines[0] == "  1  same       observe: Looked at 3 messages, quiet for less than a minute"
    assert lines[2] == "  3  same       act (silent): Chose to stay silent: all is said"
    assert lines[-1] == "4 of 4 steps are the same."
    change(
        deps, "UPDATE agent_steps SET outcome = 'posted' WHERE run_id = :id AND n = 4", id=run_id
    )
    code, lines = run()
    assert code == 1
    assert lines[3].startswith("  4  DIFFERS: silent  end (posted)")
