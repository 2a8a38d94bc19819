"""The pane "Room agent" and proposals: how a run came to what it did, and what the agent's outputs
led to, through their handlers."""

import json
from typing import Any

import pytest

from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.bootstrap import Deps
from chatrooms.live.offload import off_loop
from chatrooms.services import messages
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.agent import proposals
from chatrooms.state.agent_effect import AgentEffectState
from chatrooms.state.agent_run import AgentRunState
from chatrooms.state.proposals import ProposalsState
from chatrooms.state.room_agent import RoomAgentState
from tests.support.agents import boosted, deciding, polls, talk
from tests.support.inspect import rows
from tests.support.people import Place, Someone
from tests.support.tabs import BrowserTab, open_room
from tests.support.web import WebProcess

ODD: list[Any] = [None, "x", -1, 2**80, 1.5, [], {}, "\ud800", "\x00", True]


def proposed(deps: Deps, room: Place, owner: Someone, member: Someone) -> int:
    """A run whose proposal waits in the room."""
    talk(deps, room, owner, member)
    with deciding(polls(), deps=deps) as (asked, _):
        return boosted(asked, room, owner)


def approve(deps: Deps, owner: Someone, room: Place) -> None:
    """Have the owner approve what waits, and the run post it."""
    (waits,) = proposals.list_proposals(deps, actor_id=owner.id, room_id=room.id)
    decisions.approve(deps, actor_id=owner.id, proposal_id=waits.id)
    carry_out(deps, run_id=waits.run_id)


async def shown(web: WebProcess, who: Someone, room: Place) -> BrowserTab:
    """A tab with the pane open."""
    tab = await open_room(web, who, room)
    for event in await tab.call(RoomAgentState.show):
        for handler in event or []:
            await tab.call(handler)
    return tab


async def test_a_moderator_reads_how_a_proposal_came_to_be_and_what_became_of_it(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    run_id = await off_loop(proposed, deps, private_room, owner, member)
    tab = await shown(web, owner, private_room)
    (proposal,) = tab.state(ProposalsState).rows
    assert (proposal.run_id, tab.state(AgentEffectState).rows) == (run_id, [])
    await tab.call(AgentRunState.toggle, "proposal", proposal.run_id)
    opened = tab.state(AgentRunState)
    assert (opened.opened, opened.error) == (f"proposal:{run_id}", "")
    assert [step.node for step in opened.run.steps] == ["Look", "Decide", "Check", "Propose"]
    assert [step.told for step in opened.run.steps][2:] == [["Passed every check"], ["Proposed"]]
    assert json.loads(opened.run.steps[0].output)["observation"]["slug"] == private_room.slug
    assert json.loads(opened.run.begun_with)["mode"] == "propose"
    assert opened.run.became == "Waits for a moderator"
    assert opened.run.in_short.trigger == f"Boost by {owner.username}"

    await off_loop(approve, deps, owner, private_room)
    await tab.call(AgentRunState.load)
    assert opened.run.became == f"Posted, approved by {owner.username}"
    assert opened.run.wrote.startswith("When do we meet")
    await tab.call(AgentRunState.toggle, "run", run_id)
    assert opened.opened == f"run:{run_id}"
    assert [step.told for step in opened.run.steps][4:] == [
        [f"Approved by {owner.username}"],
        ["Posted"],
        ["The run was over"],
    ]
    await tab.call(AgentEffectState.load)
    (row,) = tab.state(AgentEffectState).rows
    assert (row.kind, row.shown, row.after, row.usual) == ("Polls", 1, "not yet", "not yet")
    await tab.call(AgentRunState.toggle, "run", run_id)
    assert (opened.opened, opened.run.steps) == ("", [])


async def test_the_pane_says_what_went_with_a_message_that_was_taken_away(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    def take_away() -> None:
        ((first,),) = rows(
            deps,
            "SELECT min(id) FROM messages WHERE room_id = :room AND author_id = :by",
            room=private_room.id,
            by=owner.id,
        )
        messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=first)

    run_id = await off_loop(proposed, deps, private_room, owner, member)
    tab = await shown(web, owner, private_room)
    await tab.call(AgentRunState.toggle, "run", run_id)
    opened = tab.state(AgentRunState)
    assert (opened.run.is_erased, opened.run.wrote != "") == (False, True)
    await off_loop(take_away)
    await tab.call(AgentRunState.load)
    assert (opened.run.is_erased, opened.run.wrote, opened.run.became) == (True, "", "Taken back")
    assert "went with a message" in opened.run.steps[1].told[0]
    assert "repair evening" not in str(opened.run)


@pytest.mark.parametrize("who", ["member", "stranger", "removed"])
async def test_others_read_nothing_of_a_run(
    request: pytest.FixtureRequest,
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    member: Someone,
    who: str,
) -> None:
    someone: Someone = request.getfixturevalue(who)
    run_id = await off_loop(proposed, deps, private_room, owner, member)
    await off_loop(approve, deps, owner, private_room)
    theirs = await shown(web, owner, private_room)
    tab = BrowserTab(
        web, await web.connect(), token=someone.token, path=f"/rooms/{private_room.slug}"
    )
    for each in (theirs, tab):
        await each.call(AgentRunState.toggle, "run", run_id)
        await each.call(AgentEffectState.load)
    assert len(theirs.state(AgentRunState).run.steps) == 7
    assert len(theirs.state(AgentEffectState).rows) == 1
    assert tab.state(AgentRunState).run.steps == []
    assert "do not moderate its room" in tab.state(AgentRunState).error
    assert tab.state(AgentEffectState).rows == []


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_claim_opens_nothing(
    web: WebProcess, private_room: Place, owner: Someone, odd: Any
) -> None:
    tab = await open_room(web, owner, private_room)
    await tab.call(AgentRunState.toggle, odd, 1)
    assert tab.state(AgentRunState).opened == ""
    await tab.call(AgentRunState.toggle, "run", odd)
    assert tab.state(AgentRunState).run.steps == []
    assert tab.state(AgentRunState).error
