"""Room agents in tests: rooms that went quiet, models that decide by a script, and runs carried out
by the thread of the test."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from chatrooms.adapters.chat_model import ChatModels
from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import AgentRun
from chatrooms.domain.agent import (
    AgentMode,
    AgentSettings,
    Idea,
    PollIdea,
    RunOutcome,
    TopicIdea,
    Trigger,
)
from chatrooms.domain.events import Being
from chatrooms.domain.usage import Usage
from chatrooms.services.agent import delivering, observing, proposals, proposing, runs, scheduling
from chatrooms.services.agent.proposals import Proposal
from chatrooms.services.agent.runs import Run, Step
from chatrooms.services.ai.account import ensure_ai
from tests.support.inspect import change, rows
from tests.support.people import Place, Someone, post, with_settings
from tests.support.scripted_openai import Calls, Reply, ScriptedOpenAI, scripted_openai

TALK = (
    "Should we meet on Friday or on Saturday for the repair evening?",
    "Friday is better for me, I work on Saturdays.",
    "Saturday would let us start earlier, Friday always gets late.",
)
POLL: dict[str, Any] = {
    "question": "When do we meet for the repair evening?",
    "choices": ["Friday", "Saturday"],
    "closes_in_hours": 48,
    "why": "Two days were weighed and nobody decided.",
    "evidence": [1, 2, 3],
}
TOPIC: dict[str, Any] = {
    "title": "Which tools belong into a first kit?",
    "text": "Several of you repair at home; what did you buy first?",
    "why": "Tools came up several times.",
    "evidence": [1],
}


def calls(name: str, **arguments: Any) -> Calls:
    """A model that calls one tool."""
    return Calls([(name, json.dumps(arguments))])


def polls(**changed: Any) -> Calls:
    """A model that opens the poll about the repair evening."""
    return calls("poll_generator", **{**POLL, **changed})


def stays_silent(reason: str = "nothing to add") -> Calls:
    """A model that says nothing."""
    return calls("stay_silent", reason=reason)


@contextmanager
def deciding(*script: Reply, deps: Deps, **settings: Any) -> Iterator[tuple[Deps, ScriptedOpenAI]]:
    """The product with a language model that decides by a script, then stays silent."""
    with scripted_openai(*script, otherwise=lambda _request: stays_silent()) as server:
        chosen = {"openai_base_url": server.base_url, "llm_retries": 0, **settings}
        made = with_settings(deps, **chosen)
        chat = ChatModels(made.settings, made.redis)
        yield replace(made, chat=chat), server
        # What the client keeps open is closed with it, not with the test run.
        cast(Any, chat.model()).root_client.close()


def talk(deps: Deps, room: Place, *people: Someone, bodies: Sequence[str] = TALK) -> list[int]:
    """Have people say these things in turn, approved; the messages' ids."""
    ids = [post(deps, room, people[n % len(people)], body) for n, body in enumerate(bodies)]
    approve_all(deps, room)
    return ids


def approve_all(deps: Deps, room: Place) -> None:
    """Have moderation have approved everything in the room."""
    change(
        deps,
        "UPDATE messages SET status = 'approved', judge_at = NULL WHERE room_id = :room",
        room=room.id,
    )


def behave(deps: Deps, room: Place, **settings: Any) -> None:
    """Have the room's agent behave so."""
    change(
        deps,
        "INSERT INTO room_agents (room_id, settings) VALUES (:room, CAST(:settings AS jsonb))"
        " ON CONFLICT (room_id) DO UPDATE SET settings = excluded.settings, look_at = NULL",
        room=room.id,
        settings=json.dumps(settings),
    )


def at(deps: Deps, moment: datetime) -> Deps:
    """The same dependencies at another time."""
    return replace(deps, clock=lambda: moment)


def later(deps: Deps, **delta: float) -> Deps:
    """The same dependencies so much later."""
    return at(deps, deps.clock() + timedelta(**delta))


def boosted(deps: Deps, room: Place, by: Someone) -> int:
    """A run that a moderator asked for, carried out as far as it goes; its id."""
    run_id = scheduling.boost(deps, actor_id=by.id, room_id=room.id)
    carry_out(deps, run_id=run_id)
    return run_id


def ran_by_itself(deps: Deps, room: Place) -> int:
    """A run that nobody asked for, carried out as far as it goes; its id."""
    with transaction(deps.sessions) as tx:
        run_id = runs.start(tx, deps, room_id=room.id, trigger=Trigger.QUIET)
    assert run_id is not None
    carry_out(deps, run_id=run_id)
    return run_id


def have_posted(deps: Deps, room: Place, *, evidence: int) -> None:
    """A topic that the agent put into the room by itself, without any model or worker."""
    behave(deps, room, mode=AgentMode.AUTONOMOUS.value)
    text = {"title": TOPIC["title"], "body": TOPIC["text"], "why": TOPIC["why"]}
    run = _wrote(deps, room, TopicIdea(**text, evidence=(evidence,)), is_proposed=False)
    delivering.deliver(deps, run)
    assert runs.finish(deps, run, RunOutcome.POSTED, "")
    behave(deps, room)


def have_proposed(deps: Deps, room: Place, *, evidence: int) -> None:
    """A poll of the agent that waits for a moderator, without any model or worker."""
    poll = PollIdea.model_validate({**POLL, "evidence": (evidence,)})
    assert proposing.wait(deps, _wrote(deps, room, poll, is_proposed=True))


def _wrote(deps: Deps, room: Place, idea: Idea, *, is_proposed: bool) -> Run:
    """A run that has written something, with the record of its first steps."""
    approve_all(deps, room)
    with transaction(deps.sessions) as tx:
        now = deps.clock()
        # Nobody asks a worker for it.
        row = AgentRun(
            room_id=room.id,
            trigger=Trigger.BOOST.value,
            begun_at=now,
            attempt=1,
            lease_until=now + timedelta(hours=1),
        )
        tx.add(row)
        tx.flush()
        agent_id = ensure_ai(tx, Being.AGENT).id
        run = Run(row.id, row.attempt, room.id, Trigger.BOOST, AgentSettings(), agent_id)
    seen = observing.observe(deps, run)
    call = {"name": "a_tool", "args": idea.model_dump(mode="json"), "id": "call_1"}
    told: Sequence[tuple[str, dict[str, Any]]] = (
        ("observe", {"observation": seen.model_dump(mode="json")}),
        ("decide", {"messages": [{"type": "ai", "data": {"content": "", "tool_calls": [call]}}]}),
        ("act", {"messages": [{"type": "tool", "data": {"content": "Accepted."}}]}),
        ("propose", {}),
    )
    for n, (node, output) in enumerate(told, 1):
        usage = Usage(model="scripted", calls=1, tokens_in=400, tokens_out=40)
        noted = usage if node == "decide" else Usage()
        runs.note_step(deps, run, Step(n, node, "0" * 64, output, "", noted, took_ms=12))
    revisions = seen.revision_of(idea.evidence)
    proposing.store(deps, run, idea, revisions=revisions, is_proposed=is_proposed)
    return run


@contextmanager
def at_work(deps: Deps, run_id: int) -> Iterator[None]:
    """Have a worker carry a run out during the block, and wait for it at the end."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(carry_out, deps, run_id=run_id)
        yield
        future.result(60)


def waiting(deps: Deps, who: Someone, room: Place) -> list[Proposal]:
    """What waits in the room for a decision."""
    return proposals.list_proposals(deps, actor_id=who.id, room_id=room.id)


def written(deps: Deps, room: Place) -> list[str]:
    """The texts of all messages that the agent has in the room, held ones too."""
    found = rows(
        deps,
        "SELECT body FROM messages JOIN accounts ON accounts.id = author_id"
        " WHERE room_id = :room AND accounts.kind = 'agent' ORDER BY messages.id",
        room=room.id,
    )
    return [body for (body,) in found]


def outputs(deps: Deps, room: Place) -> list[str]:
    """What became of all that the agent wrote for the room, the oldest first."""
    query = "SELECT status FROM agent_outputs WHERE room_id = :room ORDER BY id"
    return [status for (status,) in rows(deps, query, room=room.id)]


def run_of(deps: Deps, run_id: int) -> tuple[str, str, str]:
    """Status, outcome and reason of a run."""
    return tuple(
        rows(deps, "SELECT status, outcome, reason FROM agent_runs WHERE id = :id", id=run_id)[0]
    )


def steps_of(deps: Deps, run_id: int) -> list[str]:
    """The nodes of a run, in their order."""
    found = rows(deps, "SELECT n, node FROM agent_steps WHERE run_id = :id ORDER BY n", id=run_id)
    assert [row[0] for row in found] == list(range(1, len(found) + 1))
    return [row[1] for row in found]
