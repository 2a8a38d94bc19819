"""The room agent: what it sees, decides and puts out, who has the last word, and how it gets one
more tool."""

import re
from textwrap import dedent
from typing import Any

import pytest

from chatrooms.agents.room_agent import prompts, tools
from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.agents.room_agent.replaying import replay
from chatrooms.bootstrap import Deps
from chatrooms.domain import agent
from chatrooms.domain.events import Being
from chatrooms.services import history
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.agent import effect, proposals, record
from chatrooms.state.agent_record_rows import effect_row, recorded_run_row
from chatrooms.state.agent_rows import proposal_row
from chatrooms.supervise.places import PROJECT
from tests.support.agents import (
    behave,
    boosted,
    calls,
    deciding,
    polls,
    run_of,
    steps_of,
    talk,
    written,
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


@pytest.fixture
def photo_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fourth tool, added as `docs/agent.md` says and with the code that stands there."""
    recipe = (PROJECT / "docs/agent.md").read_text().split("## Adding a tool")[1].split("\n## ")[0]
    idea, tool = map(dedent, re.findall(r"^ +```python\n(.*?)^ +```", recipe, re.M | re.S))
    made: dict[str, Any] = {}
    for code, module in ((idea, agent), (tool, tools)):
        before = {**vars(module), **made}
        exec(compile(code, module.__name__, "exec"), before)
        made = {name: before[name] for name in ("PhotoIdea", "PhotoCaller") if name in before}
    monkeypatch.setitem(agent.IDEAS, "photo", made["PhotoIdea"])
    monkeypatch.setitem(tools.TOOLS, "photo_caller", made["PhotoCaller"])
    monkeypatch.setattr(prompts, "SYSTEM", prompts.SYSTEM + "- photo_caller: what people made.\n")


PHOTO: dict[str, Any] = {
    "text": "Who has a photo of the evening that [1] asks about?",
    "why": "It was only talked about.",
    "evidence": [1],
}


@pytest.mark.usefixtures("photo_caller")
def test_a_tool_that_was_added_as_the_docs_say_is_checked_proposed_and_posted(
    deps: Deps, owner: Someone, room: Place
) -> None:
    script = [
        calls("photo_caller", **{**PHOTO, "text": "See https://photos.example"}),
        calls("photo_caller", **{**PHOTO, "evidence": [9]}),
        calls("photo_caller", **PHOTO),
    ]
    with deciding(*script, deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
        assert "photo_caller: what people made" in server.prompt(0)
        offered = [each["function"]["name"] for each in server.requests[0]["tools"]]
        assert offered[-1] == "photo_caller"
        assert "Links may only lead to messages" in server.prompt(1)
        assert "There is no message 9." in server.prompt(2)
        (proposal,) = waiting(asked, owner, room)
        row = proposal_row(proposal)
        assert (row.kind, row.heading) == ("Photo", "")
        assert row.body == "Who has a photo of the evening that [1] asks about?"
        changes = {"body": "Who took a photo? [1]"}
        decisions.approve(asked, actor_id=owner.id, proposal_id=proposal.id, changes=changes)
        carry_out(asked, run_id=run_id)
        (told,) = effect.get_effect(asked, actor_id=owner.id, room_id=room.id)

    assert run_of(deps, run_id) == ("done", "posted", "")
    (body,) = written(deps, room)
    assert body.startswith("Who took a photo? [")
    posted = history.load_view(deps, room_id=room.id).messages[-1]
    assert posted.agent is not None
    assert (posted.agent.kind, posted.agent.sources) == ("photo", proposal.idea.evidence)
    recorded = record.get_run(deps, actor_id=owner.id, run_id=run_id)
    assert recorded_run_row(recorded).in_short.kind == "Photo"
    assert effect_row(told).kind == "Photos"
    assert replay(deps, run_id=run_id).is_same


@pytest.mark.usefixtures("photo_caller")
def test_a_tool_that_was_added_posts_by_itself_and_does_not_repeat_itself(
    deps: Deps, owner: Someone, room: Place
) -> None:
    behave(deps, room, mode="autonomous")
    with deciding(*[calls("photo_caller", **PHOTO)] * 2, deps=deps) as (asked, _):
        first, second = boosted(asked, room, owner), boosted(asked, room, owner)
    assert run_of(deps, first)[:2] == ("done", "posted")
    assert run_of(deps, second)[:2] == ("done", "silent")
    assert len(written(deps, room)) == 1
