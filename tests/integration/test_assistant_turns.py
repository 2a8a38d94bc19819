"""What people ask the assistant: who may, what is answered, how it ends."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chatrooms.adapters.breaker import Breaker
from chatrooms.adapters.bus import answers_channel
from chatrooms.adapters.embedded.chroma import free_port
from chatrooms.adapters.vectors import Vectors
from chatrooms.bootstrap import Deps, utc_now
from chatrooms.domain.assistant import MAX_QUESTION_CHARS, Fault, Outcome, Progress
from chatrooms.domain.citing import NO_ANSWER, UNSURE
from chatrooms.domain.errors import (
    AnswerCutOff,
    AssistantLimit,
    AssistantOff,
    AssistantUnavailable,
    ChatError,
    InvalidInput,
    RoomUnavailable,
    StillAnswering,
    TurnUnavailable,
)
from chatrooms.ml.retrieve.kept import Samples
from chatrooms.services import members, messages, rooms
from chatrooms.services.ai import answering, turns
from chatrooms.services.ai.greeting import greet
from chatrooms.services.ai.retrieval import retrieve
from chatrooms.services.ai.summaries import get_room_summary
from chatrooms.state.assistant_rows import turn_row
from tests.support.assistant import (
    answered,
    ask,
    at_work,
    attempt_at,
    carry_out,
    celery_worker,
    find_turn,
    with_model,
    written,
)
from tests.support.inspect import change, rows
from tests.support.memory import summarise_all
from tests.support.people import Place, Someone, make_room, post_many
from tests.support.scripted_openai import (
    CutsOff,
    Fails,
    Request,
    Says,
    ScriptedOpenAI,
    Stalls,
)
from tests.support.waiting import wait_until

OVERVIEW = "What is going on here?"
UNCERTAIN = "Who can mend the printer in the office?"
MEETING = "We meet at noon in the garden behind the library."


@pytest.fixture(scope="module")
def deps(with_chroma: Deps) -> Deps:
    return with_chroma


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone) -> Place:
    """A room in which something was said."""
    said = ("Good morning everybody", MEETING, "The printer is broken again")
    post_many(deps, private_room, owner, said)
    return private_room


def cite_the_meeting(request: Request) -> Says:
    """A model that finds the message and cites it."""
    prompt = request["messages"][-1]["content"]
    number = prompt[: prompt.index(MEETING[:20])].rpartition(' n="')[2].partition('"')[0]
    return Says(["At noon", ", in the garden", f" [{number}", "] [99]."])


@pytest.mark.parametrize("is_built_in", [True, False])
def test_an_answer_rests_on_messages_of_the_room(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    is_built_in: bool,
) -> None:
    server.otherwise = cite_the_meeting
    answering_deps = deps if is_built_in else with_model(deps, server)
    turn = answered(answering_deps, room, member, "Where do we meet at noon?")
    assert turn.outcome is Outcome.ANSWERED
    assert [each.preview for each in turn.sources] == [MEETING]
    assert turn.sources[0].author.id == owner.id
    assert "noon" in turn.answer
    assert "[1]" in turn.answer
    assert "[99]" not in turn.answer
    assert turn.model == ("built-in extractive model" if is_built_in else "scripted")
    (used,) = rows(
        deps, "SELECT tokens_in, tokens_out FROM assistant_turns WHERE id = :i", i=turn.id
    )
    assert all(used)
    assert bool(server.requests) is not is_built_in


def test_an_answer_that_was_looked_for_by_words_alone_says_so(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    post_many(deps, room, owner, [MEETING])
    closed = f"http://127.0.0.1:{free_port()}"
    away = replace(deps, vectors=Vectors(closed, database="none"), samples=Samples())
    turn = answered(away, room, member, "When do we meet in the garden?")
    assert (turn.outcome, turn.sources[0].preview) == (Outcome.ANSWERED, MEETING)
    assert turn_row(turn, slug=room.slug).by_words
    nothing = answered(away, room, member, "Which university did Galileo lecture at?")
    assert (nothing.outcome, nothing.by_words) == (Outcome.NO_ANSWER, True)
    away.vectors.close()
    Breaker(deps.redis, "chroma").succeeded()
    turns.regenerate_turn(deps, actor_id=member.id, room_id=room.id, turn_id=turn.id)
    assert not find_turn(deps, room, member, turn.id).by_words
    carry_out(deps, turn.id)
    assert not find_turn(deps, room, member, turn.id).by_words


@pytest.mark.parametrize("is_built_in", [True, False])
def test_what_the_room_does_not_hold_is_not_answered(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone, is_built_in: bool
) -> None:
    server.otherwise = lambda _: Says([NO_ANSWER[:9], NO_ANSWER[9:]])
    answering_deps = deps if is_built_in else with_model(deps, server)
    turn_id = ask(answering_deps, room, member, "Who won the chess championship in Oslo?")
    carry_out(answering_deps, turn_id)
    turn = find_turn(deps, room, member, turn_id)
    assert (turn.outcome, turn.answer, turn.sources) == (Outcome.NO_ANSWER, "", ())
    assert written(deps, turn_id) == ""


def test_where_the_room_may_answer_the_nearest_messages_are_quoted_and_called_so(
    deps: Deps, room: Place, member: Someone
) -> None:
    turn = answered(deps, room, member, UNCERTAIN)
    assert turn.outcome is Outcome.ANSWERED
    assert turn.answer.splitlines()[0] == UNSURE
    assert "The printer is broken again [1]" in turn.answer
    assert "The printer is broken again" in [each.preview for each in turn.sources]


@pytest.mark.parametrize(
    ("question", "is_weak"),
    [("Where do we meet at noon?", False), ("Who won the chess championship in Oslo?", True)],
)
def test_a_model_is_told_where_what_was_found_may_be_about_something_else(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone, question: str, is_weak: bool
) -> None:
    server.otherwise = lambda _: Says([UNSURE])
    turn = answered(with_model(deps, server), room, member, question)
    assert ('evidence="weak"' in server.requests[-1]["messages"][-1]["content"]) is is_weak
    assert (turn.outcome, turn.answer) == (Outcome.NO_ANSWER, "")


@pytest.mark.parametrize("is_built_in", [True, False])
def test_what_goes_on_is_told_from_the_summary_with_its_messages(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone, is_built_in: bool
) -> None:
    summarise_all(deps, room)
    summary = get_room_summary(deps, actor_id=member.id, room_id=room.id)
    assert summary.sentences
    assert greet(deps, actor_id=member.id, room_id=room.id).news.endswith(
        summary.sentences[-1].text
    )
    number = len(retrieve(deps, actor_id=member.id, room_id=room.id, question=OVERVIEW).hits) + 1
    server.otherwise = lambda _: Says([f"Some things [{number}]"])
    turn = answered(deps if is_built_in else with_model(deps, server), room, member, OVERVIEW)
    assert turn.outcome is Outcome.ANSWERED
    cited = {each.message_id for each in turn.sources}
    assert cited >= set(summary.sentences[0].ids)
    assert cited <= {each.message_id for each in summary.sources}


@pytest.mark.parametrize(
    ("who", "is_allowed"),
    [("member", True), ("stranger", False), ("removed", False), ("deactivated", False)],
)
def test_only_who_may_read_the_room_may_ask_in_it(
    deps: Deps, room: Place, who: str, is_allowed: bool, request: pytest.FixtureRequest
) -> None:
    actor: Someone = request.getfixturevalue(who)
    if is_allowed:
        turn_id = ask(deps, room, actor)
        listed = turns.list_turns(deps, actor_id=actor.id, room_id=room.id, limit=5)
        assert [turn.id for turn in listed] == [turn_id]
        return
    with pytest.raises(RoomUnavailable):
        ask(deps, room, actor)
    with pytest.raises(RoomUnavailable):
        turns.list_turns(deps, actor_id=actor.id, room_id=room.id, limit=5)


def test_a_turn_belongs_to_one_person_in_one_room(
    deps: Deps, room: Place, public_room: Place, owner: Someone, member: Someone
) -> None:
    turn_id = ask(deps, room, member)
    assert turns.list_turns(deps, actor_id=owner.id, room_id=room.id, limit=5) == []
    changes: list[Callable[..., None]] = [
        turns.stop_turn,
        turns.regenerate_turn,
        lambda *args, **ids: turns.rate_turn(*args, **ids, rating=1),
    ]
    for act in changes:
        for actor, place, wrong in (
            (owner, room, turn_id),
            (member, public_room, turn_id),
            (member, room, 10**12),
        ):
            with pytest.raises(TurnUnavailable):
                act(deps, actor_id=actor.id, room_id=place.id, turn_id=wrong)
        act(deps, actor_id=member.id, room_id=room.id, turn_id=turn_id)
    turns.clear_turns(deps, actor_id=owner.id, room_id=room.id)
    assert find_turn(deps, room, member, turn_id).rating == 1


def test_a_question_is_asked_once_and_one_at_a_time(
    deps: Deps, room: Place, public_room: Place, owner: Someone, member: Someone
) -> None:
    turn_id = ask(deps, room, member, client_id="c1")
    assert ask(deps, room, member, client_id="c1") == turn_id
    assert ask(deps, room, owner, client_id="c1") != turn_id
    with pytest.raises(StillAnswering):
        ask(deps, room, member)
    with pytest.raises(InvalidInput):
        ask(deps, public_room, member, client_id="c1")
    ask(deps, public_room, member)
    carry_out(deps, turn_id)
    ask(deps, room, member)


@pytest.mark.parametrize("question", ["", "  \n ", "x" * (MAX_QUESTION_CHARS + 1), "\ud800", None])
def test_a_question_is_some_text_and_not_too_much(
    deps: Deps, room: Place, member: Someone, question: Any
) -> None:
    with pytest.raises(InvalidInput):
        ask(deps, room, member, question)
    assert ask(deps, room, member, "x" * MAX_QUESTION_CHARS)


def test_stop_waits_for_no_model_and_nothing_late_is_taken(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    server.script += [Stalls(["At noon"]), Says(["Second answer"])]
    with_server = with_model(deps, server)
    turn_id = ask(deps, room, member)
    with at_work(with_server, turn_id) as (worker,):
        wait_until(lambda: written(deps, turn_id) == "At noon", what="the beginning is there")
        began = time.monotonic()
        turns.stop_turn(deps, actor_id=member.id, room_id=room.id, turn_id=turn_id)
        turn = find_turn(deps, room, member, turn_id)
        assert (turn.outcome, turn.answer) == (Outcome.STOPPED, "At noon")
        assert answered(with_server, room, member).answer == "Second answer"
        assert time.monotonic() - began < 10
        assert not worker.done()
        server.over.set()
    late = find_turn(deps, room, member, turn_id)
    assert (late.outcome, late.answer) == (Outcome.STOPPED, "At noon")


def test_a_failing_model_is_told_and_a_retry_answers(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    with_server = with_model(deps, server)
    server.script += [Fails(500), CutsOff(["At noon", " we"]), Says(["At noon we meet"])]
    turn = answered(with_server, room, member)
    assert (turn.outcome, turn.error) == (Outcome.FAILED, AssistantUnavailable.code)
    ids = {"actor_id": member.id, "room_id": room.id, "turn_id": turn.id}
    turns.regenerate_turn(deps, **ids)
    carry_out(with_server, turn.id)
    turn = find_turn(deps, room, member, turn.id)
    assert (turn.outcome, turn.error) == (Outcome.FAILED, AnswerCutOff.code)
    assert turn.answer.startswith("At noon")
    turns.regenerate_turn(deps, **ids)
    assert find_turn(deps, room, member, turn.id).answer == ""
    carry_out(with_server, turn.id)
    turn = find_turn(deps, room, member, turn.id)
    assert (turn.outcome, turn.answer, turn.error) == (Outcome.ANSWERED, "At noon we meet", "")


def test_updates_are_at_most_twenty_a_second_and_the_last_is_sent(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    pieces = [f"{n} " for n in range(150)]
    server.script += [Says(pieces, pause_s=0.01)]
    turn_id = ask(deps, room, member)
    with deps.redis.pubsub() as heard:
        heard.subscribe(answers_channel(member.id))
        assert heard.get_message(timeout=2) is not None
        began = time.monotonic()
        carry_out(with_model(deps, server), turn_id)
        took_s = time.monotonic() - began
        told: list[Progress] = []
        while (message := heard.get_message(timeout=0.2)) is not None:
            told.append(Progress.model_validate_json(str(message["data"])))
    assert told[-1].text.strip() == "".join(pieces).strip()
    assert 2 < len(told) <= took_s * 20 + 2
    assert [each.number for each in told] == list(range(1, len(told) + 1))


def test_what_came_last_is_shown_also_while_the_model_is_silent(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    server.script += [Stalls(["One ", "two ", "three"])]
    turn_id = ask(deps, room, member)
    with at_work(with_model(deps, server), turn_id):
        wait_until(lambda: written(deps, turn_id) == "One two three", what="all of it is shown")
        server.over.set()


def test_who_loses_the_room_gets_nothing_more(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    server.script += [Says([f"secret{n} " for n in range(4000)], pause_s=0.01)]
    turn_id = ask(deps, room, member)
    with at_work(with_model(deps, server), turn_id) as (worker,):
        wait_until(lambda: "secret" in written(deps, turn_id), what="the answer has begun")
        members.remove_member(deps, actor_id=owner.id, room_id=room.id, account_id=member.id)
        worker.result(10)
    found = rows(deps, "SELECT outcome, answer FROM assistant_turns WHERE id = :id", id=turn_id)
    assert found == [("stopped", "")]
    with pytest.raises(RoomUnavailable):
        ask(deps, room, member)


def test_an_answer_goes_with_the_message_that_it_rests_on(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    server.otherwise = cite_the_meeting
    with_server = with_model(deps, server)
    first, second = (answered(with_server, room, member, q) for q in ("Meet?", "Where do we meet?"))
    assert "Where do we meet?" not in server.prompt(0)
    assert "At noon, in the garden" in server.prompt(1)
    source = first.sources[0].message_id
    messages.edit_message(
        deps, actor_id=owner.id, room_id=room.id, message_id=source, body="We meet elsewhere"
    )
    change(deps, "UPDATE messages SET status = 'approved' WHERE id = :id", id=source)
    for turn in (first, second):
        now = find_turn(deps, room, member, turn.id)
        assert (now.is_withdrawn, now.answer, now.sources) == (True, "", ())
    server.otherwise = lambda _: Says(["No idea"])
    answered(with_server, room, member, "Where do we meet now?")
    assert "in the garden" not in server.prompt()


def test_a_lost_turn_is_begun_anew_and_what_a_slow_worker_writes_is_not_taken(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    server.script += [Says(["Slow", " answer"], pause_s=1.5), Stalls(["Quick answer"])]
    with_server = with_model(deps, server, assistant_lease_s=60)
    turn_id = ask(deps, room, member)
    change(deps, "UPDATE assistant_turns SET asked_at = asked_at - interval '1 minute'")
    assert answering.restart_lost(deps) == 0
    with at_work(with_server, turn_id) as (slow,):
        wait_until(lambda: written(deps, turn_id) == "Slow", what="the first attempt writes")
        assert answering.restart_lost(deps) == 0
        # Its worker is cut off from Redis long enough for the lease to run out.
        deps.redis.delete(attempt_at(deps, turn_id).key("lease"))
        assert answering.restart_lost(deps) == 1
        with at_work(with_server, turn_id):
            wait_until(lambda: written(deps, turn_id) == "Quick answer", what="the second writes")
            slow.result(20)
            assert find_turn(deps, room, member, turn_id).outcome is Outcome.RUNNING
            server.over.set()
    assert find_turn(deps, room, member, turn_id).answer == "Quick answer"


def test_a_turn_that_nobody_can_carry_out_fails_in_the_end(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    turn_id = ask(deps, room, member)
    deps.redis.delete(attempt_at(deps, turn_id).key("lease"))
    change(
        deps,
        "UPDATE assistant_turns SET asked_at = :at WHERE id = :id",
        at=utc_now() - timedelta(minutes=11),
        id=turn_id,
    )
    assert answering.restart_lost(deps) == 1
    turn = find_turn(deps, room, member, turn_id)
    assert (turn.outcome, turn.error) == (Outcome.FAILED, Fault.INTERRUPTED)
    assert ask(deps, room, member)


def test_clearing_erases_ones_own_conversation_in_that_room(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    other = make_room(deps, owner)
    server.script += [Says(["One"]), Says(["Two"]), Says(["Three"]), Stalls(["Four"])]
    with_server = with_model(deps, server)
    answered(with_server, room, member)
    kept = [answered(with_server, room, owner).id, answered(with_server, other, owner).id]
    running = ask(deps, room, member)
    with at_work(with_server, running) as (worker,):
        wait_until(lambda: written(deps, running) == "Four", what="it is being written")
        turns.clear_turns(deps, actor_id=member.id, room_id=room.id)
        server.over.set()
        worker.result(10)
    assert [row[0] for row in rows(deps, "SELECT id FROM assistant_turns ORDER BY id")][-2:] == kept
    assert turns.list_turns(deps, actor_id=member.id, room_id=room.id, limit=5) == []


def test_a_rating_is_kept_and_is_one_of_three(deps: Deps, room: Place, member: Someone) -> None:
    turn = answered(deps, room, member)
    for rating in (1, -1, 0):
        turns.rate_turn(deps, actor_id=member.id, room_id=room.id, turn_id=turn.id, rating=rating)
        assert find_turn(deps, room, member, turn.id).rating == rating
    with pytest.raises(ChatError):
        turns.rate_turn(deps, actor_id=member.id, room_id=room.id, turn_id=turn.id, rating=7)


def test_a_killed_worker_s_turn_is_carried_out_by_the_next(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    with_server = with_model(deps, server, assistant_lease_s=1.0)
    server.script += [Stalls(["Half"]), Says(["The whole answer"])]
    with celery_worker(with_server) as worker:
        turn_id = ask(deps, room, member)
        wait_until(
            lambda: written(deps, turn_id) == "Half", what="the worker writes", deadline_s=90
        )
        worker.kill()
        worker.wait(20)
    change(deps, "UPDATE assistant_turns SET asked_at = asked_at - interval '1 minute'")
    wait_until(lambda: answering.restart_lost(deps) == 1, what="its lease has run out")
    with celery_worker(with_server) as worker:
        wait_until(
            lambda: find_turn(deps, room, member, turn_id).outcome is Outcome.ANSWERED,
            what="another worker answers",
            deadline_s=90,
        )
        # Asked to end while it writes, it hands back what it has begun.
        server.script += [Says(["x "] * 4_000, pause_s=0.05)]
        turn_id = ask(deps, room, member)
        wait_until(lambda: "x" in written(deps, turn_id), what="it writes")
        worker.terminate()
        assert worker.wait(20) == 0
    change(deps, "UPDATE assistant_turns SET asked_at = asked_at - interval '1 minute'")
    assert answering.restart_lost(deps) == 1
    assert find_turn(deps, room, member, turn_id).outcome is Outcome.RUNNING


def test_where_the_assistant_is_off_nobody_asks_and_what_runs_is_stopped(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    waiting = ask(deps, room, member)
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=False)
    with pytest.raises(AssistantOff):
        ask(deps, room, owner)
    carry_out(with_model(deps, server), waiting)
    assert find_turn(deps, room, member, waiting).outcome is Outcome.STOPPED
    assert not server.requests
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=True)
    assert answered(deps, room, owner).outcome is Outcome.ANSWERED


def test_a_question_counts_once_and_what_it_took_is_recorded(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    server.script.append(Says(["At noon."], tokens_in=70, tokens_out=30))
    model = with_model(deps, server, assistant_requests_per_hour=1, assistant_tokens_per_hour=100)
    turn_id = ask(model, room, member, client_id="once")
    assert ask(model, room, member, client_id="once") == turn_id
    carry_out(model, turn_id)
    with pytest.raises(AssistantLimit, match="You asked"):
        turns.regenerate_turn(model, actor_id=member.id, room_id=room.id, turn_id=turn_id)
    assert find_turn(deps, room, member, turn_id).answer == "At noon."
    more = with_model(deps, server, assistant_requests_per_hour=9, assistant_tokens_per_hour=100)
    with pytest.raises(AssistantLimit, match="read and write"):
        ask(more, room, member)
    found = rows(
        deps,
        "SELECT feature, model, calls, tokens_in, tokens_out FROM model_use WHERE room_id = :id",
        id=room.id,
    )
    assert found == [("question", "scripted", 1, 70, 30)]
