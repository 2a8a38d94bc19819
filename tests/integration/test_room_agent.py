"""The room agent: what it sees, decides and puts out, and who has the last word."""

import pytest

from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.bootstrap import Deps
from chatrooms.domain.events import Being
from chatrooms.services import history
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.agent import proposals
from tests.support.agents import (
    boosted,
    deciding,
    polls,
    run_of,
    steps_of,
    talk,
)
from tests.support.inspect import rows
from tests.support.people import Place, Someone, bring_in, make_room, sign_up


@pytest.fixture
def owner(deps: Deps) -> Someone:
    """Who owns the room."""
    return sign_up(deps, "owner")


@pytest.fixture
def member(deps: Deps) -> Someone:
    """Who is in the room."""
    return sign_up(deps, "member")


@pytest.fixture
def room(deps: Deps, owner: Someone, member: Someone) -> Place:
    """A room in which two people weighed two days."""
    made = make_room(deps, owner)
    bring_in(deps, made, by=owner, who=member)
    talk(deps, made, owner, member)
    return made


def waiting(deps: Deps, who: Someone, room: Place) -> list[proposals.Proposal]:
    """What waits in the room for a decision."""
    return proposals.list_proposals(deps, actor_id=who.id, room_id=room.id)


def test_what_it_proposes_is_posted_once_a_moderator_approves(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(polls(), deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
        assert run_of(deps, run_id) == ("waiting", "", "")
        (proposal,) = waiting(asked, owner, room)
        assert proposal.idea.text == "When do we meet for the repair evening?\nFriday\nSaturday"
        assert [source.text[:6] for source in proposal.sources] == ["Should", "Friday", "Saturd"]
        assert len(server.requests) == 1

        decisions.approve(asked, actor_id=owner.id, proposal_id=proposal.id)
        carry_out(asked, run_id=run_id)

    posted = history.load_view(deps, room_id=room.id).messages[-1]
    assert run_of(deps, run_id) == ("done", "posted", "")
    assert posted.author.kind is Being.AGENT
    assert posted.poll is not None
    assert posted.poll.choices == ("Friday", "Saturday")
    assert posted.agent is not None
    assert posted.agent.why == proposal.idea.why
    assert waiting(deps, owner, room) == []
    nodes = ["observe", "decide", "act", "propose", "await_decision", "deliver", "end"]
    assert steps_of(deps, run_id) == nodes
    kept = "SELECT count(*) FROM checkpoints WHERE thread_id = :id"
    assert rows(deps, kept, id=f"agent-run-{run_id}") == [(0,)]
