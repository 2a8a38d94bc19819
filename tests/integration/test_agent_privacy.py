"""What runs of the agent keep of messages: no word of theirs, and nothing that a model made of one
that is gone."""

from collections.abc import Callable

import pytest

from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.bootstrap import Deps
from chatrooms.services import history, messages
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.agent import forgetting, proposals
from chatrooms.services.moderation import decisions as moderation
from tests.support.agents import (
    TALK,
    approve_all,
    boosted,
    deciding,
    polls,
    run_of,
    stays_silent,
    steps_of,
    talk,
)
from tests.support.inspect import change, everything_stored, rows
from tests.support.people import Place, Someone, make_room, post, post_many, unique
from tests.support.scripted_openai import Calls, Reply, Request

GONE = "A message that it was shown was changed or taken away."


def kept(deps: Deps) -> str:
    """All that is stored of runs."""
    steps = ("agent_runs", "agent_steps", "agent_outputs", "notifications")
    return everything_stored(deps, *steps, "checkpoints", "checkpoint_blobs", "checkpoint_writes")


@pytest.fixture
def room(deps: Deps, owner: Someone) -> Place:
    """A room in which somebody weighed two days."""
    made = make_room(deps, owner)
    talk(deps, made, owner)
    return made


def says(deps: Deps, room: Place, who: Someone, body: str) -> int:
    """A message that the agent will see."""
    message_id = post(deps, room, who, body)
    approve_all(deps, room)
    return message_id


def decide_next(deps: Deps, room: Place, who: Someone, decide: Callable[..., None]) -> int:
    """Have somebody decide about what waits, and the run end."""
    (waits,) = proposals.list_proposals(deps, actor_id=who.id, room_id=room.id)
    decide(deps, actor_id=who.id, proposal_id=waits.id)
    carry_out(deps, run_id=waits.run_id)
    return waits.run_id


def edit(deps: Deps, room: Place, owner: Someone, message_id: int) -> None:
    messages.edit_message(
        deps, actor_id=owner.id, room_id=room.id, message_id=message_id, body="Something else"
    )


def delete(deps: Deps, room: Place, owner: Someone, message_id: int) -> None:
    messages.delete_message(deps, actor_id=owner.id, room_id=room.id, message_id=message_id)


def remove(deps: Deps, room: Place, owner: Someone, message_id: int) -> None:
    moderation.remove(deps, actor_id=owner.id, room_id=room.id, message_id=message_id)


def test_a_record_names_what_was_seen_and_repeats_no_word_of_it(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(polls(), deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
    assert TALK[0] in server.prompt()
    ((seen,),) = rows(
        deps,
        "SELECT output -> 'observation' FROM agent_steps WHERE run_id = :id AND n = 1",
        id=run_id,
    )
    ids = [each["id"] for each in seen["messages"]]
    found = rows(deps, "SELECT id FROM messages WHERE room_id = :id ORDER BY id", id=room.id)
    assert ids == [id_ for (id_,) in found]
    assert all(said not in str(seen) for said in TALK)


@pytest.mark.parametrize("take_away", [edit, delete, remove])
def test_what_a_model_made_of_a_message_goes_with_it(
    deps: Deps, owner: Someone, room: Place, take_away: Callable[..., None]
) -> None:
    word, other = unique("zanzibar"), unique("kept")
    elsewhere = make_room(deps, owner)
    talk(deps, elsewhere, owner)
    message_id = says(deps, room, owner, f"We could go to {word} instead")
    script: list[Reply] = [
        polls(why=other),
        stays_silent(f"they want {word}"),
        polls(question=f"Who comes to {word}?", choices=["Ann", "Ben"]),
        polls(choices=[word, "Saturday"], evidence=[9]),
        polls(question=f"What about {word} then?", choices=["Yes", "No"]),
    ]
    with deciding(*script, deps=deps) as (asked, _):
        untouched = boosted(asked, elsewhere, owner)
        silent = boosted(asked, room, owner)
        boosted(asked, room, owner)
        rejected = decide_next(asked, room, owner, decisions.reject)
        waits = boosted(asked, room, owner)
        assert run_of(deps, waits) == ("waiting", "", "")
        assert kept(deps).count(word) > 8

        take_away(asked, room, owner, message_id)
        assert word not in kept(deps)
        assert proposals.list_proposals(asked, actor_id=owner.id, room_id=room.id) == []
        carry_out(asked, run_id=waits)
        assert word not in kept(deps)

    assert run_of(deps, waits) == ("done", "withdrawn", GONE)
    assert steps_of(deps, waits)[-2:] == ["await_decision", "end"]
    assert run_of(deps, silent) == ("done", "silent", "")
    assert run_of(deps, rejected) == ("done", "rejected", "")
    assert run_of(deps, untouched) == ("waiting", "", "")
    (waiting,) = proposals.list_proposals(deps, actor_id=owner.id, room_id=elsewhere.id)
    assert waiting.idea.why == other


def test_a_run_ends_when_a_message_goes_while_the_model_thinks_about_it(
    deps: Deps, owner: Someone, room: Place
) -> None:
    word = unique("zanzibar")
    message_id = says(deps, room, owner, f"We could go to {word} instead")

    def think(_request: Request) -> Calls:
        delete(deps, room, owner, message_id)
        return polls(question=f"Who comes to {word}?")

    with deciding(deps=deps) as (asked, server):
        server.otherwise = think
        run_id = boosted(asked, room, owner)
    assert len(server.requests) == 1
    assert run_of(deps, run_id) == ("done", "withdrawn", GONE)
    assert word not in kept(deps)
    assert proposals.list_proposals(deps, actor_id=owner.id, room_id=room.id) == []


def test_what_was_approved_is_not_posted_once_a_message_is_gone_that_it_was_shown(
    deps: Deps, owner: Someone, room: Place
) -> None:
    word = unique("zanzibar")
    message_id = says(deps, room, owner, f"We could go to {word} instead")
    with deciding(polls(question=f"Who comes to {word}?"), deps=deps) as (asked, _):
        run_id = boosted(asked, room, owner)
        (waits,) = proposals.list_proposals(asked, actor_id=owner.id, room_id=room.id)
        decisions.approve(asked, actor_id=owner.id, proposal_id=waits.id)
        delete(asked, room, owner, message_id)
        carry_out(asked, run_id=run_id)
    assert run_of(deps, run_id) == ("done", "withdrawn", GONE)
    assert word not in kept(deps)
    assert history.load_view(deps, room_id=room.id).messages[-1].id == message_id


def test_what_was_posted_stays_and_how_it_came_to_be_goes(
    deps: Deps, owner: Someone, room: Place
) -> None:
    word = unique("zanzibar")
    message_id = says(deps, room, owner, f"We could go to {word} instead")
    with deciding(polls(question=f"Who comes to {word}?"), deps=deps) as (asked, _):
        boosted(asked, room, owner)
        run_id = decide_next(asked, room, owner, decisions.approve)
    delete(deps, room, owner, message_id)
    assert run_of(deps, run_id) == ("done", "posted", "")
    assert history.load_view(deps, room_id=room.id).messages[-1].body == f"Who comes to {word}?"
    assert word in everything_stored(deps, "agent_outputs")
    assert word not in everything_stored(deps, "agent_runs", "agent_steps")


def test_what_repeats_an_earlier_proposal_goes_with_what_that_one_saw(
    deps: Deps, owner: Someone, room: Place
) -> None:
    word = unique("zanzibar")
    message_id = says(deps, room, owner, f"We could go to {word} instead")
    script = polls(question=f"Who comes to {word}?"), stays_silent(f"{word} was rejected")
    with deciding(*script, deps=deps) as (asked, server):
        boosted(asked, room, owner)
        decide_next(asked, room, owner, decisions.reject)
        post_many(deps, room, owner, [f"Number {n}" for n in range(60)])
        approve_all(deps, room)
        boosted(asked, room, owner)
    assert f"We could go to {word}" not in server.prompt()
    assert word in server.prompt()
    delete(deps, room, owner, message_id)
    assert word not in kept(deps)


def test_what_ended_runs_left_of_how_far_they_were_is_forgotten(
    deps: Deps, owner: Someone, room: Place
) -> None:
    other = make_room(deps, owner)
    talk(deps, other, owner)
    with deciding(polls(), polls(), deps=deps) as (asked, _):
        lost, waits = boosted(asked, room, owner), boosted(asked, other, owner)
    change(deps, "UPDATE agent_runs SET status = 'done' WHERE id = :id", id=lost)
    assert forgetting.forget_ended(deps) == 1
    for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
        left = rows(deps, f"SELECT DISTINCT thread_id FROM {table}")
        assert (f"agent-run-{waits}",) in left
        assert (f"agent-run-{lost}",) not in left
