"""When the room agent speaks: in quiet rooms, in its hours, within its budget, less and less where
nobody answers, and never while people talk; and the switch that stops all agents at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import AgentOff, NotAllowed, NotSignedIn
from chatrooms.services import polls as room_polls
from chatrooms.services.agent import deciding as decisions
from chatrooms.services.agent import (
    ending,
    forgetting,
    resuming,
    runs,
    scheduling,
    settings,
    switch,
)
from chatrooms.services.agent.timing import read_past, take_due
from tests.support.agents import (
    TOPIC,
    at,
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
    stays_silent,
    steps_of,
    talk,
    waiting,
    written,
)
from tests.support.inspect import change, counted_queries, rows
from tests.support.people import Place, Someone, make_room, post
from tests.support.scripted_openai import Reply, Request, Stalls
from tests.support.waiting import wait_until
from tests.support.workers import sent_jobs

ALL_DAY: dict[str, Any] = {"from_hour": 0, "until_hour": 24}


@pytest.fixture(autouse=True)
def nothing_else(deps: Deps) -> None:
    """No room of another test is there to be woken."""
    deps.redis.flushdb()
    change(deps, "UPDATE rooms SET archived_at = now() WHERE archived_at IS NULL")


@pytest.fixture
def room(deps: Deps, owner: Someone) -> Place:
    """A room in which two days were weighed, whose agent posts by itself at any hour."""
    made = make_room(deps, owner)
    talk(deps, made, owner)
    behave(deps, made, mode="autonomous", **ALL_DAY)
    return made


def last_run(deps: Deps, room: Place) -> int:
    """The id of the room's last run."""
    return rows(deps, "SELECT max(id) FROM agent_runs WHERE room_id = :r", r=room.id)[0][0]


def woken(deps: Deps, room: Place) -> int:
    """A run that beat begins in the room, carried out as far as it goes; its id."""
    assert scheduling.start_due(deps) == 1
    run_id = last_run(deps, room)
    carry_out(deps, run_id=run_id)
    return run_id


def test_a_room_is_woken_once_it_is_quiet(deps: Deps, room: Place) -> None:
    with deciding(polls(), deps=deps) as (asked, _):
        assert scheduling.start_due(later(asked, hours=2)) == 0
        assert scheduling.start_due(later(asked, hours=4)) == 1
        assert scheduling.start_due(later(asked, hours=4)) == 0
        carry_out(later(asked, hours=4), run_id=last_run(deps, room))
    assert written(deps, room) == ["When do we meet for the repair evening?"]


def test_a_room_in_which_nobody_ever_wrote_is_left_alone(
    deps: Deps, owner: Someone, room: Place
) -> None:
    change(deps, "UPDATE rooms SET archived_at = now() WHERE id = :r", r=room.id)
    make_room(deps, owner)
    assert scheduling.start_due(later(deps, hours=400)) == 0


def test_what_agents_write_does_not_count_as_talk(deps: Deps, room: Place) -> None:
    with deciding(polls(), deps=deps) as (asked, _):
        then = later(asked, hours=4)
        woken(then, room)
        with transaction(deps.sessions) as tx:
            past = read_past(tx, room_id=room.id, now=then.clock())
    assert past.last_human_at is not None
    assert then.clock() - past.last_human_at > timedelta(hours=3)


def test_it_says_nothing_if_a_person_writes_while_the_model_thinks(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(deps=deps) as (asked, server):
        then = later(asked, hours=4)

        def meanwhile(_request: Request) -> Reply:
            post(then, room, owner, "Good morning everybody!")
            return polls()

        server.otherwise = meanwhile
        run_id = ran_by_itself(then, room)
    assert run_of(deps, run_id) == ("done", "in_the_way", "People were talking by then.")
    assert (outputs(deps, room), written(deps, room)) == (["withdrawn"], [])


def test_a_moderator_who_asks_for_it_has_it_speak_while_people_talk(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(polls(), deps=deps) as (asked, _):
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id)[:2] == ("done", "posted")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"quiet_min": 600}, "People were talking by then."),
        ({"from_hour": 5, "until_hour": 6}, "Its hours were over by then."),
        ({"posts_per_day": 1}, "It had put out as much as it may in a day."),
        ({"tokens_per_day": 1_000}, "It had used as many tokens as it may in a day."),
    ],
    ids=["quiet", "hours", "posts", "tokens"],
)
def test_what_holds_when_it_wants_to_speak_counts_not_what_held_when_it_began(
    deps: Deps, owner: Someone, room: Place, changed: dict[str, Any], reason: str
) -> None:
    noon = (deps.clock() + timedelta(days=1)).replace(hour=12)
    with deciding(polls(), deps=deps) as (asked, server):
        then = at(asked, noon)
        boosted(then, room, owner)
        change(
            deps, "UPDATE agent_runs SET tokens_in = 1000 WHERE id = :id", id=last_run(deps, room)
        )

        def meanwhile(_request: Request) -> Reply:
            behave(deps, room, mode="autonomous", **{**ALL_DAY, **changed})
            return calls("topic_suggester", **TOPIC)

        server.otherwise = meanwhile
        hours_later = then if "quiet_min" not in changed else at(asked, deps.clock())
        run_id = ran_by_itself(hours_later, room)
    assert run_of(deps, run_id) == ("done", "in_the_way", reason)
    assert outputs(deps, room) == ["posted", "withdrawn"]
    assert len(written(deps, room)) == 1


def test_nothing_is_begun_outside_its_hours(deps: Deps, room: Place) -> None:
    behave(deps, room, from_hour=22, until_hour=2, timezone="Asia/Tokyo")
    day = (deps.clock() + timedelta(days=2)).replace(minute=30)
    begun = [
        hour for hour in range(24) if scheduling.start_due(at(deps, day.replace(hour=hour))) == 1
    ]
    # Tokyo is nine hours ahead; a run that was begun is not over.
    assert begun == [13]


def test_nothing_is_begun_over_the_days_posts_or_tokens(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(polls(), deps=deps) as (asked, _):
        then = later(asked, hours=1)
        boosted(then, room, owner)
        free = {**ALL_DAY, "mode": "autonomous", "pause_min": 10}
        evening = later(asked, hours=8)
        behave(deps, room, **free, posts_per_day=1)
        assert scheduling.start_due(evening) == 0
        change(deps, "UPDATE agent_runs SET tokens_in = 2000 WHERE room_id = :r", r=room.id)
        behave(deps, room, **free, tokens_per_day=2_000)
        assert scheduling.start_due(evening) == 0
        behave(deps, room, **free, posts_per_day=2, tokens_per_day=3_000)
        assert scheduling.start_due(evening) == 1


def pause_ends(deps: Deps, room: Place, *, after: Deps) -> int:
    """Into how many hours of pause after a moment the next run falls. It stays silent."""
    for hour in range(1, 200):
        then = later(after, hours=hour, minutes=1)
        if scheduling.start_due(then):
            carry_out(then, run_id=last_run(deps, room))
            return hour
    raise AssertionError("It never ran again.")


def test_it_waits_twice_as_long_after_each_output_that_nobody_answered(
    deps: Deps, owner: Someone, room: Place
) -> None:
    behave(deps, room, mode="autonomous", pause_min=1_440, **ALL_DAY)
    topic = calls("topic_suggester", **TOPIC)
    with deciding(polls(), topic, deps=deps) as (asked, _):
        first = later(asked, hours=4)
        woken(first, room)
        # While it may still be answered it counts neither way.
        second = later(first, hours=24, minutes=1)
        # After a day without an answer the pause is two days.
        assert scheduling.start_due(second) == 0
        second = later(first, hours=48, minutes=1)
        woken(second, room)
        assert len(written(deps, room)) == 2
        # Two outputs went without an answer by the time the next is due: four times as long.
        assert pause_ends(deps, room, after=second) == 96


def test_an_answer_ends_its_holding_back(deps: Deps, owner: Someone, room: Place) -> None:
    behave(deps, room, mode="autonomous", pause_min=1_440, **ALL_DAY)
    with deciding(polls(), deps=deps) as (asked, _):
        first = later(asked, hours=4)
        woken(first, room)
        message = "SELECT message_id FROM agent_outputs WHERE room_id = :r"
        room_polls.vote(
            first,
            actor_id=owner.id,
            room_id=room.id,
            message_id=rows(deps, message, r=room.id)[0][0],
            choice=0,
        )
        assert pause_ends(deps, room, after=first) == 24


def test_a_proposal_that_was_rejected_counts_as_unanswered_at_once(
    deps: Deps, owner: Someone, room: Place
) -> None:
    behave(deps, room, pause_min=600, **ALL_DAY)
    with deciding(polls(), deps=deps) as (asked, _):
        first = later(asked, hours=4)
        run_id = woken(first, room)
        (proposal,) = waiting(deps, owner, room)
        decisions.reject(first, actor_id=owner.id, proposal_id=proposal.id)
        carry_out(first, run_id=run_id)
        assert pause_ends(deps, room, after=first) == 20


def test_a_short_pause_is_not_made_longer_by_looking_seldom(deps: Deps, room: Place) -> None:
    behave(deps, room, quiet_min=5, pause_min=10, **ALL_DAY)
    with deciding(stays_silent(), deps=deps) as (asked, _):
        first = later(asked, hours=1)
        woken(first, room)
        assert scheduling.start_due(later(first, minutes=9)) == 0
        assert scheduling.start_due(later(first, minutes=11)) == 1


def quiet_rooms(deps: Deps, owner: Someone, count: int, **behaviour: Any) -> list[Place]:
    """Rooms in which somebody wrote just now, whose agents behave so."""
    made = [make_room(deps, owner) for _ in range(count)]
    for room in made:
        talk(deps, room, owner, bodies=["Anybody here?"])
        behave(deps, room, **{**ALL_DAY, **behaviour})
    return made


def begun_in(deps: Deps) -> list[int]:
    """The rooms in which runs were begun, in that order."""
    live = "SELECT room_id FROM agent_runs WHERE status = 'running' ORDER BY id"
    return [room_id for (room_id,) in rows(deps, live)]


def test_however_many_rooms_are_due_each_gets_its_turn_who_waits_longest_first(
    deps: Deps, owner: Someone, room: Place
) -> None:
    due = [room, *quiet_rooms(deps, owner, 4)]
    waits = "UPDATE room_agents SET look_at = now() - make_interval(mins => CAST(room_id AS int))"
    change(deps, waits)
    then = later(deps, hours=4)
    assert [scheduling.start_due(then, at_most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert begun_in(deps)[-5:] == [each.id for each in reversed(due)]


def test_rooms_that_may_not_be_woken_keep_no_other_from_its_turn(
    deps: Deps, owner: Someone, room: Place
) -> None:
    change(deps, "UPDATE rooms SET archived_at = now() WHERE id = :r", r=room.id)
    quiet_rooms(deps, owner, 2, quiet_min=10_080)
    quiet_rooms(deps, owner, 2, from_hour=5, until_hour=6)
    (due,) = quiet_rooms(deps, owner, 1)
    noon = (deps.clock() + timedelta(days=1)).replace(hour=12, minute=0)
    sweeps = [scheduling.start_due(at(deps, noon), at_most=2) for _ in range(3)]
    assert sweeps == [0, 0, 1]
    assert begun_in(deps)[-1] == due.id


def test_rooms_whose_agents_pause_are_read_together_and_not_every_minute(
    deps: Deps, owner: Someone, room: Place
) -> None:
    pausing = [room, *quiet_rooms(deps, owner, 2)]
    for each in pausing:
        behave(deps, each, mode="autonomous", pause_min=1_440, **ALL_DAY)

    def looked(hours: float, at_most: int = 3) -> int:
        """How many statements a sweep takes that begins no run."""
        with counted_queries(deps) as statements:
            assert scheduling.start_due(later(first, hours=hours), at_most=at_most) == 0
        return len(statements)

    with deciding(*[polls(evidence=[1])] * 3, deps=deps) as (asked, _):
        first = later(asked, hours=4)
        for each in pausing:
            ran_by_itself(first, each)
        # Nobody answered within a day: the pause is two days.
        for_one = looked(24.1, at_most=1)
        change(deps, "UPDATE room_agents SET look_at = NULL")
        assert looked(24.1) == for_one
        assert looked(24.2) == looked(25.0) < for_one
        assert looked(25.2) == for_one


def test_settings_that_are_changed_are_looked_at_at_once(
    deps: Deps, owner: Someone, room: Place
) -> None:
    behave(deps, room, quiet_min=600, **ALL_DAY)
    then = later(deps, hours=4)
    assert scheduling.start_due(then) == 0
    settings.change_settings(then, actor_id=owner.id, room_id=room.id, chosen={"quiet_min": 200})
    assert scheduling.start_due(then) == 1


def test_two_sweeps_at_once_look_at_different_rooms_and_what_one_did_not_begin_comes_again(
    deps: Deps, owner: Someone, room: Place
) -> None:
    due = [room, *quiet_rooms(deps, owner, 3)]
    then = later(deps, hours=4)
    with ThreadPoolExecutor(1) as pool, transaction(deps.sessions) as tx:
        taken = take_due(tx, now=then.clock(), limit=2)
        assert pool.submit(scheduling.start_due, then).result(30) == 2
    # The process that took them is gone before it began anything.
    assert scheduling.start_due(then) == 0
    assert sorted([*taken, *begun_in(deps)[-2:]]) == [each.id for each in due]
    assert scheduling.start_due(later(then, minutes=5)) == 2


@pytest.fixture
def turned_on(deps: Deps, admin: Someone) -> Iterator[None]:
    """All agents are on again afterwards."""
    yield
    switch.set_stopped(deps, actor_id=admin.id, is_stopped=False)


@pytest.mark.usefixtures("turned_on")
def test_the_switch_ends_a_run_whose_model_is_silent(
    deps: Deps, owner: Someone, admin: Someone, room: Place
) -> None:
    with deciding(Stalls(), deps=deps) as (asked, server):
        run_id = scheduling.boost(asked, actor_id=owner.id, room_id=room.id)
        with at_work(asked, run_id):
            wait_until(lambda: server.requests, what="the model is asked")
            switch.set_stopped(deps, actor_id=admin.id, is_stopped=True)
            wait_until(lambda: run_of(deps, run_id)[0] == "done", what="the run ended")
            # Nobody waited for the model.
            assert not server.over.is_set()
        server.over.set()
    assert run_of(deps, run_id)[1] == "stopped"
    assert written(deps, room) == []


@pytest.mark.usefixtures("turned_on")
def test_a_run_that_is_about_to_post_does_not_once_the_switch_is_turned(
    deps: Deps, owner: Someone, admin: Someone, room: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatrooms.services.agent import delivering

    deliver = delivering.deliver

    def stopped_first(deps: Deps, run: runs.Run) -> None:
        switch.set_stopped(deps, actor_id=admin.id, is_stopped=True)
        deliver(deps, run)

    with deciding(polls(), deps=deps) as (asked, _):
        monkeypatch.setattr(delivering, "deliver", stopped_first)
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id)[:2] == ("done", "stopped")
    assert (outputs(deps, room), written(deps, room)) == (["withdrawn"], [])


@pytest.mark.usefixtures("turned_on")
def test_nothing_waits_or_starts_while_all_agents_are_stopped_and_then_all_works_again(
    deps: Deps, owner: Someone, admin: Someone, room: Place
) -> None:
    behave(deps, room, mode="propose", **ALL_DAY)
    topic = calls("topic_suggester", **TOPIC)
    with deciding(polls(), topic, deps=deps) as (asked, server):
        run_id = boosted(asked, room, owner)
        switch.set_stopped(deps, actor_id=admin.id, is_stopped=True)
        assert ending.expire_due(asked) == 1
        assert waiting(deps, owner, room) == []
        carry_out(asked, run_id=run_id)
        assert run_of(deps, run_id)[:2] == ("done", "stopped")
        assert outputs(deps, room) == ["withdrawn"]

        with pytest.raises(AgentOff):
            scheduling.boost(asked, actor_id=owner.id, room_id=room.id)
        assert scheduling.start_due(later(asked, hours=400)) == 0
        queued = ran_by_itself(asked, room)
        assert run_of(deps, queued)[:2] == ("done", "stopped")
        assert len(server.requests) == 1

        switch.set_stopped(deps, actor_id=admin.id, is_stopped=False)
        again = boosted(asked, room, owner)
        assert run_of(deps, again)[0] == "waiting"
        assert outputs(deps, room) == ["withdrawn", "proposed"]


def test_only_administrators_turn_the_switch(
    deps: Deps, owner: Someone, admin: Someone, room: Place
) -> None:
    for is_stopped in (True, False):
        with pytest.raises(NotAllowed):
            switch.set_stopped(deps, actor_id=owner.id, is_stopped=is_stopped)
        with pytest.raises(NotSignedIn):
            switch.set_stopped(deps, actor_id=10**9, is_stopped=is_stopped)
        assert not switch.get_stopped(deps, actor_id=admin.id)
    with pytest.raises(NotAllowed):
        switch.get_stopped(deps, actor_id=owner.id)


def test_a_run_that_waits_in_the_queue_is_not_asked_for_again_and_again(
    deps: Deps, owner: Someone, room: Place
) -> None:
    def asked_for() -> int:
        return len([job for job in sent_jobs(deps, "agents") if job[1]["run_id"] == run_id])

    run_id = scheduling.boost(deps, actor_id=owner.id, room_id=room.id)
    resuming.resume_lost(deps)
    assert asked_for() == 1
    change(deps, "UPDATE agent_runs SET sent_at = now() - interval '1 minute'")
    for _ in range(3):
        resuming.resume_lost(deps)
    assert asked_for() == 2


def test_a_run_that_takes_one_worker_too_long_is_brought_to_its_end_by_others(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(polls(evidence=[9]), polls(why=""), polls(), deps=deps) as (asked, server):
        run_id = scheduling.boost(asked, actor_id=owner.id, room_id=room.id)
        workers = 0
        while run_of(deps, run_id)[0] == "running":
            assert len(server.requests) == workers
            carry_out(asked, run_id=run_id, shift_s=0.0)
            workers += 1
            # Nobody takes it for lost meanwhile.
            resuming.resume_lost(asked)
            sent = [job for job in sent_jobs(deps, "agents") if job[1]["run_id"] == run_id]
            assert len(sent) == min(workers + 1, 3)
    assert (workers, len(server.requests)) == (3, 3)
    assert run_of(deps, run_id) == ("done", "posted", "")
    nodes = ["observe", *["decide", "act"] * 3, "propose", "deliver", "end"]
    assert steps_of(deps, run_id) == nodes
    assert len(written(deps, room)) == 1


@pytest.mark.parametrize(("shift_s", "asked_for"), [(150.0, 1), (240.0, 2)])
def test_a_worker_asks_on_while_the_answer_surely_comes_in_its_time(
    deps: Deps, owner: Someone, room: Place, shift_s: float, asked_for: int
) -> None:
    # Two tries of half a minute each, and between them what a busy server may ask for.
    takes = {"llm_timeout_s": 30.0, "llm_retries": 1}
    with deciding(polls(evidence=[9]), polls(), deps=deps, **takes) as (asked, server):
        run_id = scheduling.boost(asked, actor_id=owner.id, room_id=room.id)
        carry_out(asked, run_id=run_id, shift_s=shift_s)
        assert len(server.requests) == asked_for
    assert run_of(deps, run_id)[0] == ("running" if asked_for == 1 else "done")


def test_a_model_that_takes_longer_than_a_worker_may_counts_as_away(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(Stalls(), deps=deps) as (asked, server):
        run_id = scheduling.boost(asked, actor_id=owner.id, room_id=room.id)
        carry_out(asked, run_id=run_id, shift_s=0.0)
        assert not server.over.is_set()
        server.over.set()
    assert run_of(deps, run_id)[:2] == ("done", "unavailable")


def test_a_worker_that_died_after_others_had_got_answers_is_no_reason_to_give_up(
    deps: Deps, owner: Someone, room: Place
) -> None:
    with deciding(*[polls(evidence=[9])] * 2, polls(), deps=deps) as (asked, _):
        run_id = scheduling.boost(asked, actor_id=owner.id, room_id=room.id)
        for _worker in range(2):
            carry_out(asked, run_id=run_id, shift_s=0.0)
        lost = "UPDATE agent_runs SET attempt = :n, lease_until = now() WHERE id = :id"
        change(deps, lost, n=6, id=run_id)
        resuming.resume_lost(asked)
        assert run_of(deps, run_id)[0] == "running"
        carry_out(asked, run_id=run_id)
    assert run_of(deps, run_id)[:2] == ("done", "posted")


def test_a_run_is_given_up_after_a_few_workers_and_its_proposal_waits_for_nobody(
    deps: Deps, owner: Someone, room: Place
) -> None:
    behave(deps, room, mode="propose", **ALL_DAY)
    with deciding(polls(), deps=deps) as (asked, _):
        run_id = boosted(asked, room, owner)
    change(
        deps,
        "UPDATE agent_runs SET status = 'running', attempt = 6, lease_until = now() WHERE id = :id",
        id=run_id,
    )
    resuming.resume_lost(deps)
    forgetting.forget_ended(deps)
    assert run_of(deps, run_id)[:2] == ("done", "lost")
    assert outputs(deps, room) == ["withdrawn"]
    unread = "SELECT count(*) FROM notifications WHERE account_id = :id AND read_at IS NULL"
    assert rows(deps, unread, id=owner.id) == [(0,)]
    kept = "SELECT count(*) FROM checkpoints WHERE thread_id = :name"
    assert rows(deps, kept, name=f"agent-run-{run_id}") == [(0,)]


def test_the_lease_is_kept_while_a_node_takes_long(
    deps: Deps, owner: Someone, room: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatrooms.services.agent import checking

    check_tone = checking.check_tone

    def slowly(deps: Deps, run: runs.Run, idea: Any) -> None:
        lease = "SELECT lease_until > now() FROM agent_runs WHERE id = :id"
        change(deps, "UPDATE agent_runs SET lease_until = now() WHERE id = :id", id=run.id)
        wait_until(lambda: rows(deps, lease, id=run.id)[0][0], what="the lease is renewed")
        check_tone(deps, run, idea)

    with deciding(polls(), deps=deps) as (asked, _):
        monkeypatch.setattr(checking, "check_tone", slowly)
        run_id = boosted(asked, room, owner)
    assert run_of(deps, run_id)[:2] == ("done", "posted")
