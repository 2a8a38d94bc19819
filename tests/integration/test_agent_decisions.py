"""What moderators decide about what the room agent proposes, who may, and what ends it without
them."""

from collections.abc import Callable
from typing import Any

import pytest

from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import (
    AgentBusy,
    AgentOff,
    AssistantOff,
    ChatError,
    InvalidInput,
    NotAllowed,
    ProposalDecided,
    ProposalUnavailable,
    RateLimited,
    RoomUnavailable,
)
from chatrooms.domain.events import Being
from chatrooms.domain.moderation import Mode
from chatrooms.domain.permissions import Role
from chatrooms.domain.prompting import parse_blocks
from chatrooms.services import accounts, admission, history, messages, rooms
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.agent import ending, proposals, record, scheduling, settings
from chatrooms.services.ai.account import ensure_ai
from chatrooms.services.moderation import judging, sanctions
from tests.support.agents import (
    POLL,
    TOPIC,
    at_work,
    behave,
    boosted,
    calls,
    deciding,
    later,
    outputs,
    polls,
    ran_by_itself,
    run_of,
    talk,
    waiting,
    written,
)
from tests.support.inspect import change, rows
from tests.support.moderation import moderated, shown
from tests.support.people import Place, Someone, bring_in, make_room, with_settings
from tests.support.scripted_openai import Reply, Request, Stalls
from tests.support.threads import at_once
from tests.support.waiting import wait_until

NOBODY_ID = 10**9


@pytest.fixture
def said(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> list[int]:
    """The messages of the room, in which two days were weighed."""
    deps.redis.flushdb()
    return talk(deps, private_room, owner, member)


@pytest.fixture
def proposed(deps: Deps, private_room: Place, owner: Someone, said: list[int]) -> int:
    """The run whose proposal waits in the private room."""
    with deciding(polls(), deps=deps) as (asked, _):
        return boosted(asked, private_room, owner)


def proposal_of(deps: Deps, run_id: int) -> int:
    """The id of what a run proposed."""
    return rows(deps, "SELECT id FROM agent_outputs WHERE run_id = :id", id=run_id)[0][0]


def unread(deps: Deps, who: Someone) -> int:
    """How many proposals wait in somebody's notifications."""
    query = (
        "SELECT count(*) FROM notifications WHERE account_id = :id AND kind = 'agent_proposal'"
        " AND read_at IS NULL"
    )
    return rows(deps, query, id=who.id)[0][0]


def agent_id(deps: Deps, room: Place | None = None) -> int:
    """The agent's account, made a member of the room if one is given."""
    with transaction(deps.sessions) as tx:
        id_ = ensure_ai(tx, Being.AGENT).id
        if room is not None:
            admission.admit(tx, deps, room_id=room.id, account_id=id_)
    return id_


def test_a_moderator_changes_the_words_and_they_are_posted_as_changed(
    deps: Deps, private_room: Place, moderator: Someone, proposed: int
) -> None:
    id_ = proposal_of(deps, proposed)
    changes = {"question": "Which evening?", "choices": ["Friday", "Saturday", "Neither"]}
    decisions.approve(deps, actor_id=moderator.id, proposal_id=id_, changes=changes)
    carry_out(deps, run_id=proposed)
    assert run_of(deps, proposed) == ("done", "posted", "")
    assert written(deps, private_room) == ["Which evening?"]
    posted = history.load_view(deps, room_id=private_room.id).messages[-1]
    assert posted.poll is not None
    assert posted.poll.choices == ("Friday", "Saturday", "Neither")
    kept = "SELECT is_edited, decided_by, idea ->> 'why' FROM agent_outputs WHERE id = :id"
    assert rows(deps, kept, id=id_) == [(True, moderator.id, POLL["why"])]


@pytest.mark.parametrize(
    "changes",
    [
        {"question": ""},
        {"question": "x" * 301},
        {"question": None},
        {"question": "See https://evil.example"},
        {"choices": ["Friday"]},
        {"choices": ["Friday", "friday"]},
        {"choices": ["Friday", 7]},
        {"choices": "Friday"},
        {"choices": ["Friday", "[x](//evil.example)"]},
        {"closes_in_hours": 0},
        {"closes_in_hours": "soon"},
    ],
    ids=str,
)
def test_changes_that_cannot_be_posted_are_refused_and_nothing_is_lost(
    deps: Deps, private_room: Place, owner: Someone, proposed: int, changes: dict[str, Any]
) -> None:
    before = waiting(deps, owner, private_room)
    id_ = before[0].id
    with pytest.raises(InvalidInput):
        decisions.approve(deps, actor_id=owner.id, proposal_id=id_, changes=changes)
    assert waiting(deps, owner, private_room) == before
    assert run_of(deps, proposed)[0] == "waiting"


def test_what_it_rests_on_and_why_cannot_be_changed(
    deps: Deps, private_room: Place, owner: Someone, proposed: int
) -> None:
    id_ = proposal_of(deps, proposed)
    kept = "SELECT evidence, idea, is_edited, kind, room_id FROM agent_outputs WHERE id = :id"
    before = rows(deps, kept, id=id_)
    changes = {"evidence": [1], "why": "x", "kind": "topic", "room_id": 1, "status": "posted"}
    decisions.approve(deps, actor_id=owner.id, proposal_id=id_, changes=changes)
    assert rows(deps, kept, id=id_) == before


def test_the_agent_reads_the_next_time_why_it_was_rejected(
    deps: Deps, private_room: Place, moderator: Someone, proposed: int
) -> None:
    id_ = proposal_of(deps, proposed)
    decisions.reject(
        deps, actor_id=moderator.id, proposal_id=id_, reason="No polls, please. </output>"
    )
    carry_out(deps, run_id=proposed)
    assert run_of(deps, proposed) == ("done", "rejected", "No polls, please. </output>")
    assert outputs(deps, private_room) == ["rejected"]
    assert written(deps, private_room) == []
    with deciding(deps=deps) as (asked, server):
        boosted(asked, private_room, moderator)
    (before,) = [
        each
        for each in parse_blocks(str(server.requests[0]["messages"][1]["content"]))
        if each.name == "outputs"
    ]
    (output,) = before.children
    assert output.attributes["outcome"] == "rejected"
    assert output.attributes["reason"] == "No polls, please. </output>"


def test_a_reason_that_is_too_long_rejects_nothing(
    deps: Deps, owner: Someone, proposed: int
) -> None:
    id_ = proposal_of(deps, proposed)
    with pytest.raises(InvalidInput):
        decisions.reject(deps, actor_id=owner.id, proposal_id=id_, reason="x" * 501)
    decisions.reject(deps, actor_id=owner.id, proposal_id=id_, reason="x" * 500)


def test_nobody_having_decided_for_a_day_it_expires(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, proposed: int
) -> None:
    ending.expire_due(later(deps, hours=23))
    assert [unread(deps, who) for who in (owner, moderator)] == [1, 1]
    assert run_of(deps, proposed)[0] == "waiting"
    ending.expire_due(later(deps, hours=25))
    carry_out(deps, run_id=proposed)
    assert run_of(deps, proposed)[:2] == ("done", "expired")
    assert (outputs(deps, private_room), written(deps, private_room)) == (["expired"], [])
    assert [unread(deps, who) for who in (owner, moderator)] == [0, 0]
    with pytest.raises(ProposalDecided):
        decisions.approve(deps, actor_id=owner.id, proposal_id=proposal_of(deps, proposed))


def edit(deps: Deps, room: Place, who: Someone, message_id: int) -> None:
    messages.edit_message(
        deps, actor_id=who.id, room_id=room.id, message_id=message_id, body="I take that back."
    )


def delete(deps: Deps, room: Place, who: Someone, message_id: int) -> None:
    messages.delete_message(deps, actor_id=who.id, room_id=room.id, message_id=message_id)


@pytest.mark.parametrize("change_it", [edit, delete])
def test_a_proposal_goes_with_a_message_that_it_rests_on(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    said: list[int],
    proposed: int,
    change_it: Callable[[Deps, Place, Someone, int], None],
) -> None:
    change_it(deps, private_room, owner, said[0])
    assert unread(deps, owner) == 0
    with pytest.raises(ProposalDecided):
        decisions.approve(deps, actor_id=owner.id, proposal_id=proposal_of(deps, proposed))
    carry_out(deps, run_id=proposed)
    assert run_of(deps, proposed)[:2] == ("done", "withdrawn")
    assert (outputs(deps, private_room), written(deps, private_room)) == (["withdrawn"], [])


@pytest.mark.parametrize("mode", ["propose", "autonomous"])
@pytest.mark.parametrize("change_it", [edit, delete])
def test_nothing_is_put_out_that_rests_on_what_changed_while_the_model_thought(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    said: list[int],
    mode: str,
    change_it: Callable[[Deps, Place, Someone, int], None],
) -> None:
    behave(deps, private_room, mode=mode)
    with deciding(deps=deps) as (asked, server):

        def meanwhile(_request: Request) -> Reply:
            change_it(deps, private_room, owner, said[0])
            return polls()

        server.otherwise = meanwhile
        run_id = boosted(asked, private_room, owner)
    assert run_of(deps, run_id)[:2] == ("done", "withdrawn")
    assert waiting(deps, owner, private_room) == []
    assert unread(deps, owner) == 0
    assert written(deps, private_room) == []


def turn_off(deps: Deps, room: Place, owner: Someone) -> None:
    settings.change_settings(deps, actor_id=owner.id, room_id=room.id, chosen={"mode": "off"})


def assistant_off(deps: Deps, room: Place, owner: Someone) -> None:
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=False)


def archive(deps: Deps, room: Place, owner: Someone) -> None:
    rooms.set_archived(deps, actor_id=owner.id, room_id=room.id, is_archived=True)


def ban(deps: Deps, room: Place, owner: Someone) -> None:
    sanctions.ban(deps, actor_id=owner.id, room_id=room.id, account_id=agent_id(deps))


def time_out(deps: Deps, room: Place, owner: Someone) -> None:
    who = agent_id(deps, room)
    sanctions.time_out(deps, actor_id=owner.id, room_id=room.id, account_id=who, minutes=10)


HALTS = [
    (turn_off, "stopped"),
    (assistant_off, "stopped"),
    (archive, "not_allowed"),
    (ban, "not_allowed"),
    (time_out, "not_allowed"),
]


@pytest.mark.parametrize(("halt", "outcome"), HALTS)
def test_what_was_approved_is_not_posted_where_the_agent_may_not_write_any_more(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    proposed: int,
    halt: Callable[[Deps, Place, Someone], None],
    outcome: str,
) -> None:
    decisions.approve(deps, actor_id=owner.id, proposal_id=proposal_of(deps, proposed))
    halt(deps, private_room, owner)
    carry_out(deps, run_id=proposed)
    assert run_of(deps, proposed)[:2] == ("done", outcome)
    assert (outputs(deps, private_room), written(deps, private_room)) == (["withdrawn"], [])


@pytest.mark.parametrize(("halt", "outcome"), HALTS)
def test_a_run_ends_while_the_model_thinks_where_the_agent_may_not_write_any_more(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    said: list[int],
    halt: Callable[[Deps, Place, Someone], None],
    outcome: str,
) -> None:
    with deciding(Stalls(), deps=deps) as (asked, server):
        run_id = scheduling.boost(asked, actor_id=owner.id, room_id=private_room.id)
        with at_work(asked, run_id):
            wait_until(lambda: server.requests, what="the model is asked")
            halt(deps, private_room, owner)
        assert run_of(deps, run_id)[:2] == ("done", outcome)
        server.over.set()
    assert (outputs(deps, private_room), written(deps, private_room)) == ([], [])


@pytest.mark.parametrize("halt", [turn_off, assistant_off, archive])
def test_a_proposal_of_an_agent_that_was_turned_off_waits_no_more(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    proposed: int,
    halt: Callable[[Deps, Place, Someone], None],
) -> None:
    ending.expire_due(deps)
    assert run_of(deps, proposed)[0] == "waiting"
    halt(deps, private_room, owner)
    ending.expire_due(deps)
    assert outputs(deps, private_room) == ["withdrawn"]
    assert unread(deps, owner) == 0
    carry_out(deps, run_id=proposed)
    assert run_of(deps, proposed)[0] == "done"
    assert written(deps, private_room) == []


def test_an_agent_whose_account_is_out_of_use_writes_nowhere(
    deps: Deps, private_room: Place, owner: Someone, admin: Someone, proposed: int
) -> None:
    who = agent_id(deps)
    accounts.set_active(deps, actor_id=admin.id, account_id=who, is_active=False)
    try:
        decisions.approve(deps, actor_id=owner.id, proposal_id=proposal_of(deps, proposed))
        carry_out(deps, run_id=proposed)
    finally:
        accounts.set_active(deps, actor_id=admin.id, account_id=who, is_active=True)
    assert run_of(deps, proposed)[:2] == ("done", "not_allowed")
    assert (outputs(deps, private_room), written(deps, private_room)) == (["withdrawn"], [])


def test_what_it_writes_is_held_and_judged_like_what_anybody_writes(
    deps: Deps, private_room: Place, owner: Someone, said: list[int]
) -> None:
    moderated(deps, private_room, Mode.AUTO, holds=True)
    behave(deps, private_room, mode="autonomous")
    before = shown(deps, private_room)
    with deciding(polls(), deps=deps) as (asked, _):
        run_id = boosted(asked, private_room, owner)
    assert run_of(deps, run_id)[:2] == ("done", "posted")
    assert written(deps, private_room) == [POLL["question"]]
    assert shown(deps, private_room) == before
    judging.judge_waiting(deps)
    assert shown(deps, private_room) == [*before, POLL["question"]]
    posted = history.load_view(deps, room_id=private_room.id).messages[-1]
    assert posted.agent is not None


def test_what_it_writes_is_removed_like_what_anybody_writes(
    deps: Deps, private_room: Place, owner: Someone, said: list[int]
) -> None:
    moderated(deps, private_room, Mode.AUTO, holds=True)
    behave(deps, private_room, mode="autonomous")
    with deciding(polls(), deps=deps) as (asked, _):
        boosted(asked, private_room, owner)
    moderated(deps, private_room, Mode.AUTO, flag_threshold=0.0, remove_threshold=0.0)
    judging.judge_waiting(deps)
    assert POLL["question"] not in shown(deps, private_room)
    status = "SELECT status FROM messages WHERE client_id LIKE 'agent-run-%' AND room_id = :r"
    assert rows(deps, status, r=private_room.id) == [("removed",)]


def test_it_waits_its_turn_in_slow_mode_and_what_it_had_to_say_is_dropped(
    deps: Deps, private_room: Place, owner: Someone, said: list[int]
) -> None:
    moderated(deps, private_room, Mode.MANUAL, slow_s=600)
    behave(deps, private_room, mode="autonomous")
    with deciding(polls(), calls("topic_suggester", **TOPIC), deps=deps) as (asked, _):
        first = boosted(asked, private_room, owner)
        second = boosted(asked, private_room, owner)
    assert run_of(deps, first)[:2] == ("done", "posted")
    status, outcome, reason = run_of(deps, second)
    assert (status, outcome) == ("done", "not_allowed")
    assert reason.startswith("Slow mode: ")
    assert outputs(deps, private_room) == ["posted", "withdrawn"]
    assert written(deps, private_room) == [POLL["question"]]


def test_of_two_moderators_who_approve_at_once_one_does(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, proposed: int
) -> None:
    id_ = proposal_of(deps, proposed)
    results = at_once(
        [
            lambda who=who: decisions.approve(deps, actor_id=who.id, proposal_id=id_)
            for who in (owner, moderator)
        ]
    )
    assert [type(each) for each in results if each] == [ProposalDecided]
    at_once([lambda: carry_out(deps, run_id=proposed)] * 2)
    assert run_of(deps, proposed)[:2] == ("done", "posted")
    assert written(deps, private_room) == [POLL["question"]]


Asked = Callable[[Deps, int, Place, int], object]
FOR_MODERATORS: dict[str, Asked] = {
    "boost": lambda deps, who, room, _: scheduling.boost(deps, actor_id=who, room_id=room.id),
    "approve": lambda deps, who, _, id_: decisions.approve(deps, actor_id=who, proposal_id=id_),
    "reject": lambda deps, who, _, id_: decisions.reject(deps, actor_id=who, proposal_id=id_),
    "read runs": lambda deps, who, room, _: record.list_runs(deps, actor_id=who, room_id=room.id),
    "read settings": lambda deps, who, room, _: settings.get_settings(
        deps, actor_id=who, room_id=room.id
    ),
}


@pytest.mark.parametrize("what", FOR_MODERATORS)
@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        ("owner", True),
        ("moderator", True),
        ("member", False),
        ("stranger", False),
        ("removed", False),
        ("deactivated", False),
    ],
)
def test_only_moderators_have_it_run_decide_and_read_what_it_did(
    deps: Deps,
    private_room: Place,
    proposed: int,
    request: pytest.FixtureRequest,
    what: str,
    actor: str,
    allowed: bool,
) -> None:
    who: Someone = request.getfixturevalue(actor)
    if what == "boost":
        change(deps, "DELETE FROM agent_runs WHERE room_id = :r", r=private_room.id)
        id_ = 0
    else:
        id_ = proposal_of(deps, proposed)
    ask = FOR_MODERATORS[what]
    if allowed:
        ask(deps, who.id, private_room, id_)
        return
    with pytest.raises((NotAllowed, RoomUnavailable, ProposalUnavailable)):
        ask(deps, who.id, private_room, id_)
    if id_:
        assert outputs(deps, private_room) == ["proposed"]


def test_proposals_are_listed_for_moderators_of_their_room_only(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
    proposed: int,
) -> None:
    elsewhere = make_room(deps, stranger)
    bring_in(deps, elsewhere, by=stranger, who=member, role=Role.MODERATOR)
    for who in (owner, moderator):
        assert len(waiting(deps, who, private_room)) == 1
        assert waiting(deps, who, elsewhere) == []
    for who in (member, stranger):
        assert waiting(deps, who, private_room) == []
        assert proposals.list_proposals(deps, actor_id=who.id) == []


@pytest.mark.parametrize("proposal_id", [0, -1, NOBODY_ID, 2**63, True, None, "1", 1.5])
def test_a_proposal_that_is_none_is_nobodys(
    deps: Deps, owner: Someone, proposed: int, proposal_id: Any
) -> None:
    with pytest.raises(ProposalUnavailable):
        decisions.approve(deps, actor_id=owner.id, proposal_id=proposal_id)
    with pytest.raises(ProposalUnavailable):
        decisions.reject(deps, actor_id=owner.id, proposal_id=proposal_id)


def test_who_moderates_another_room_decides_nothing_here(
    deps: Deps, private_room: Place, stranger: Someone, member: Someone, proposed: int
) -> None:
    elsewhere = make_room(deps, member)
    talk(deps, elsewhere, member)
    id_ = proposal_of(deps, proposed)
    with pytest.raises(ProposalUnavailable):
        decisions.approve(deps, actor_id=member.id, proposal_id=id_)
    with pytest.raises(RoomUnavailable):
        scheduling.boost(deps, actor_id=stranger.id, room_id=private_room.id)
    assert scheduling.boost(deps, actor_id=member.id, room_id=elsewhere.id)


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [("owner", True), ("moderator", False), ("member", False), ("stranger", False)],
)
def test_only_owners_change_how_it_behaves(
    deps: Deps, private_room: Place, request: pytest.FixtureRequest, actor: str, allowed: bool
) -> None:
    who: Someone = request.getfixturevalue(actor)
    chosen = {"mode": "autonomous", "quiet_min": 10}
    stored = "SELECT settings FROM room_agents WHERE room_id = :r"
    if allowed:
        settings.change_settings(deps, actor_id=who.id, room_id=private_room.id, chosen=chosen)
        assert rows(deps, stored, r=private_room.id) == [(chosen,)]
        return
    with pytest.raises(ChatError):
        settings.change_settings(deps, actor_id=who.id, room_id=private_room.id, chosen=chosen)
    assert rows(deps, stored, r=private_room.id) == []


def test_it_runs_one_at_a_time_in_a_room(deps: Deps, private_room: Place, owner: Someone) -> None:
    talk(deps, private_room, owner)
    at_most_one = at_once(
        [lambda: scheduling.boost(deps, actor_id=owner.id, room_id=private_room.id)] * 3
    )
    assert [type(each) for each in at_most_one].count(int) == 1
    assert [type(each) for each in at_most_one].count(AgentBusy) == 2


def test_moderators_have_it_run_a_few_times_an_hour(
    deps: Deps, private_room: Place, owner: Someone, said: list[int]
) -> None:
    with deciding(deps=deps) as (asked, _):
        limited = with_settings(asked, agent_boosts_per_hour=2)
        for _ in range(2):
            boosted(limited, private_room, owner)
        with pytest.raises(RateLimited):
            scheduling.boost(limited, actor_id=owner.id, room_id=private_room.id)
        count = "SELECT count(*) FROM agent_runs WHERE room_id = :r"
        assert rows(deps, count, r=private_room.id) == [(2,)]
        elsewhere = make_room(deps, owner)
        boosted(limited, elsewhere, owner)


def test_it_cannot_be_had_to_run_where_it_is_turned_off(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    turn_off(deps, private_room, owner)
    with pytest.raises(AgentOff):
        scheduling.boost(deps, actor_id=owner.id, room_id=private_room.id)
    behave(deps, private_room)
    assistant_off(deps, private_room, owner)
    with pytest.raises(AssistantOff):
        scheduling.boost(deps, actor_id=owner.id, room_id=private_room.id)
    rooms.set_assistant(deps, actor_id=owner.id, room_id=private_room.id, is_on=True)
    assert scheduling.boost(deps, actor_id=owner.id, room_id=private_room.id)


def test_a_run_that_was_to_post_by_itself_does_not_once_moderators_are_to_decide(
    deps: Deps, private_room: Place, owner: Someone, said: list[int]
) -> None:
    behave(deps, private_room, mode="autonomous")
    with deciding(deps=deps) as (asked, server):

        def meanwhile(_request: Request) -> Reply:
            behave(deps, private_room, mode="propose")
            return polls()

        server.otherwise = meanwhile
        run_id = ran_by_itself(later(asked, hours=4), private_room)
    assert run_of(deps, run_id)[:2] == ("done", "stopped")
    assert written(deps, private_room) == []
