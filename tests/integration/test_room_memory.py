"""Summaries: each approved message in exactly one, nothing in them that may not be quoted."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chatrooms.agents import room_memory
from chatrooms.agents.room_memory import (
    MAX_WORDS,
    ROLLING_WORDS,
    summarise_due,
    summarise_room,
)
from chatrooms.bootstrap import Deps
from chatrooms.domain import jobs
from chatrooms.domain.errors import ChatError, RoomUnavailable
from chatrooms.domain.moderation import Mode, Policy, Unreadable
from chatrooms.services import messages, rooms
from chatrooms.services.ai import summarising
from chatrooms.services.ai.summaries import NO_SUMMARY, get_room_summary
from chatrooms.services.imports import Importer, parse_line
from chatrooms.services.moderation import decisions, judging, undoing
from tests.support.inspect import change, rows
from tests.support.memory import (
    JUDGED_AT_ONCE,
    ask_for_summary,
    asking,
    batched,
    due,
    given,
    outcomes,
    reciting,
    say,
    summarise_all,
    summed_up,
    told,
)
from tests.support.moderation import ABUSE, moderated
from tests.support.people import Place, Someone, make_room, post, post_many
from tests.support.scripted_openai import Fails, Reply, Request, Says, ScriptedOpenAI
from tests.support.workers import sent_jobs

Change = Callable[[Deps, Place, Someone, Someone, int], object]


@pytest.fixture
def room(deps: Deps, private_room: Place) -> Place:
    """A room in which five moderated messages ask for a summary."""
    return by_rules(deps, private_room, summary_every=5)


def by_rules(deps: Deps, room: Place, **policy: Any) -> Place:
    """The room as one in which single words that the model cannot read are approved."""
    chosen: dict[str, Any] = {"holds": False, "unreadable": Unreadable.RULES, **policy}
    return moderated(deps, room, Mode.AUTO, **chosen)


@pytest.fixture
def told_by(deps: Deps) -> Iterator[tuple[Deps, ScriptedOpenAI]]:
    """The product with a language model that recites what it is given, over HTTP."""
    with asking(deps=deps) as both:
        yield both


def words(count: int, start: int = 0) -> list[str]:
    return [f"word{n}" for n in range(start, start + count)]


def test_every_k_messages_lead_to_one_summary_of_what_came_since(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, member: Someone
) -> None:
    deps, server = told_by
    said = say(deps, room, member, *words(4))
    summarise_room(deps, room_id=room.id)
    assert summed_up(deps, room) == Counter()
    for count in (1, 5, 2):
        said += say(deps, room, member, *words(count, start=len(said)))
        summarise_room(deps, room_id=room.id)
    assert summed_up(deps, room) == Counter(zip(said[:10], words(10), strict=True))
    assert outcomes(deps, room) == ["summarised", "summarised"]
    assert [len(given(request)) for request in server.requests] == [5, 5]
    summarise_room(deps, room_id=room.id)
    assert len(server.requests) == 2


def say_quietly(deps: Deps, room: Place, member: Someone, *bodies: str) -> list[int]:
    """The ids of messages that were posted no faster than they are summarised."""
    ids: list[int] = []
    for few in batched(bodies, JUDGED_AT_ONCE):
        ids += say(deps, room, member, *few)
        summarise_room(deps, room_id=room.id)
    return ids


def test_where_more_is_due_than_one_summary_that_covers_some_of_it_each_message_once(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, member: Someone
) -> None:
    deps, server = told_by
    said = say(deps, room, member, *words(60))
    summarise_room(deps, room_id=room.id)
    assert summed_up(deps, room) == Counter(zip(said, words(60), strict=True))
    assert [len(given(request)) for request in server.requests[:3]] == [25, 25, 10]
    assert outcomes(deps, room) == ["summarised"] * 12
    query = "SELECT count(request_id) FROM summaries WHERE room_id = :id"
    assert rows(deps, query, id=room.id) == [(3,)]


def test_what_is_due_and_more_than_one_summary_may_cover_is_done_as_far_as_it_got(
    told_by: tuple[Deps, ScriptedOpenAI],
    room: Place,
    member: Someone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deps, _ = told_by
    monkeypatch.setattr(summarising, "MAX_MESSAGES", 7)
    said = say(deps, room, member, *words(15))
    for done in (1, 2, 3):
        summarise_room(deps, room_id=room.id, budget=timedelta(0))
        assert outcomes(deps, room) == ["summarised"] * done + [""] * (3 - done)
    assert summed_up(deps, room) == Counter(zip(said, words(15), strict=True))


def test_requests_that_one_summary_covers_are_each_given_up_after_their_own_attempts(
    deps: Deps, room: Place, member: Someone
) -> None:
    said = say(deps, room, member, *words(5))
    with asking(deps=deps) as (by_script, server):
        server.otherwise = lambda _: Fails(500)
        for attempt in range(1, summarising.MAX_ATTEMPTS + 1):
            if attempt == summarising.MAX_ATTEMPTS:
                said += say(deps, room, member, *words(5, start=5))
            due(deps, room)
            by_script.redis.flushdb()
            summarise_room(by_script, room_id=room.id)
        assert outcomes(deps, room) == ["unavailable", "unavailable"]
        server.otherwise = reciting
        due(deps, room)
        by_script.redis.flushdb()
        summarise_room(by_script, room_id=room.id)
    assert outcomes(deps, room) == ["unavailable", "summarised"]
    assert summed_up(deps, room) == Counter(zip(said, words(10), strict=True))


def test_workers_at_once_summarise_each_message_once(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, member: Someone
) -> None:
    deps, _ = told_by
    said = say(deps, room, member, *words(20))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: summarise_room(deps, room_id=room.id), range(4)))
    due(deps, room)
    summarise_room(deps, room_id=room.id)
    assert summed_up(deps, room) == Counter(zip(said, words(20), strict=True))
    assert outcomes(deps, room) == ["summarised"] * 4


def test_a_task_ends_after_its_time_and_asks_for_another_one_that_does_the_rest(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, member: Someone
) -> None:
    deps, server = told_by
    said = say(deps, room, member, *words(60))
    for begun in range(1, 4):
        deps.redis.delete(jobs.AI_QUEUE)
        summarise_room(deps, room_id=room.id, budget=timedelta(0))
        assert len(server.requests) == begun
        assert sent_jobs(deps, jobs.AI_QUEUE) == [(jobs.SUMMARISE, {"room_id": room.id})]
    deps.redis.delete(jobs.AI_QUEUE)
    summarise_room(deps, room_id=room.id)
    assert sent_jobs(deps, jobs.AI_QUEUE) == []
    assert summed_up(deps, room) == Counter(zip(said, words(60), strict=True))
    assert get_room_summary(deps, actor_id=member.id, room_id=room.id).sentences


def test_what_is_due_in_many_rooms_is_made_in_turns_what_waits_longest_first(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, owner: Someone, member: Someone
) -> None:
    deps, _ = told_by
    change(deps, "UPDATE rooms SET has_assistant = id = :id", id=room.id)
    other = by_rules(deps, make_room(deps, owner), summary_every=5)
    say(deps, room, member, *words(5))
    say(deps, other, owner, *words(5))
    past = "UPDATE summary_requests SET due_at = now() - interval '1 h' WHERE room_id = :id"
    change(deps, past, id=other.id)
    deps.redis.delete(jobs.AI_QUEUE)
    assert summarising.list_due(deps) == [other.id, room.id]
    summarise_due(deps, budget=timedelta(0))
    assert (outcomes(deps, other), outcomes(deps, room)) == (["summarised"], [""])
    assert sent_jobs(deps, jobs.AI_QUEUE) == [(jobs.SUMMARISE_DUE, {})]
    summarise_due(deps)
    assert summarising.list_due(deps) == []
    assert sum(summed_up(deps, room).values()) == 5
    assert len(sent_jobs(deps, jobs.AI_QUEUE)) == 1


def test_a_worker_whose_lease_ran_out_stores_nothing_twice(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, member: Someone
) -> None:
    deps, server = told_by
    said = say(deps, room, member, *words(5))
    with asking(deps=deps) as (other, asked_again):

        def while_asked(request: Request) -> Reply:
            due(other, room)
            summarise_room(other, room_id=room.id)
            return reciting(request)

        server.otherwise = while_asked
        summarise_room(deps, room_id=room.id)
        assert (len(server.requests), len(asked_again.requests)) == (1, 1)
    assert summed_up(deps, room) == Counter(zip(said, words(5), strict=True))


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_each_quotable_message_is_in_one_summary_as_it_is_now(
    told_by: tuple[Deps, ScriptedOpenAI],
    room: Place,
    owner: Someone,
    member: Someone,
    seed: int,
) -> None:
    deps, server = told_by
    chance = random.Random(seed)
    holds = seed == 1
    by_rules(deps, room, holds=holds, summary_every=3)
    said: list[int] = []
    made: list[int] = []

    def happen() -> None:
        act = chance.choice(["post", "post", "post", "abuse", "edit", "delete", "decide", "undo"])
        some = chance.choice(said) if said else 0
        ids: dict[str, Any] = {"room_id": room.id, "message_id": some}
        try:
            if act in ("post", "abuse") or not said:
                said.append(post(deps, room, member, f"w{len(said)}" if act == "post" else ABUSE))
            elif act == "edit":
                body = f"e{chance.random()}"
                messages.edit_message(deps, actor_id=member.id, body=body, **ids)
            elif act == "delete":
                messages.delete_message(deps, actor_id=member.id, **ids)
            elif act == "decide":
                decide = chance.choice([decisions.keep, decisions.remove])
                made.append(decide(deps, actor_id=owner.id, **ids))
            elif made:
                undoing.undo(deps, actor_id=owner.id, room_id=room.id, decision_id=made[-1])
        except ChatError:
            pass
        if chance.random() < 0.6:
            judging.judge_waiting(deps)

    def while_asked(request: Request) -> Reply:
        if chance.random() < 0.5:
            happen()
        return reciting(request)

    server.otherwise = while_asked
    for _ in range(60):
        happen()
        if chance.random() < 0.2:
            summarise_room(deps, room_id=room.id)
            assert not unquotable(deps, room)
    server.otherwise = reciting
    judging.judge_waiting(deps)
    summarise_all(deps, room)
    query = (
        "SELECT id, body FROM messages WHERE room_id = :id AND status = 'approved' "
        "AND withheld = '' AND deleted_at IS NULL AND position IS NOT NULL"
    )
    assert summed_up(deps, room) == Counter(rows(deps, query, id=room.id))
    assert not unquotable(deps, room)
    assert get_room_summary(deps, actor_id=member.id, room_id=room.id).sentences


def unquotable(deps: Deps, room: Place) -> list[tuple[object, ...]]:
    """What stands in any summary and rests on what may not be quoted."""
    return rows(
        deps,
        "SELECT messages.id, text FROM summary_sources JOIN messages ON messages.id = message_id "
        "JOIN summary_sentences ON summary_sentences.id = sentence_id "
        "WHERE room_id = :id AND (status <> 'approved' OR withheld <> '' "
        "OR deleted_at IS NOT NULL OR position IS NULL)",
        id=room.id,
    )


def edit(deps: Deps, room: Place, member: Someone, _owner: Someone, message_id: int) -> None:
    messages.edit_message(
        deps, actor_id=member.id, room_id=room.id, message_id=message_id, body="Something else"
    )


def delete(deps: Deps, room: Place, member: Someone, _owner: Someone, message_id: int) -> None:
    messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=message_id)


def remove(deps: Deps, room: Place, _member: Someone, owner: Someone, message_id: int) -> None:
    decisions.remove(deps, actor_id=owner.id, room_id=room.id, message_id=message_id)


@pytest.mark.parametrize("change", [edit, delete, remove])
def test_what_rests_on_a_changed_message_is_gone_from_all_levels_at_once(
    told_by: tuple[Deps, ScriptedOpenAI],
    room: Place,
    owner: Someone,
    member: Someone,
    change: Change,
) -> None:
    deps, _ = told_by
    said = say_quietly(deps, room, member, *words(30))

    def levels(message_id: int) -> list[tuple[object, ...]]:
        return rows(
            deps,
            "SELECT level, is_rolling FROM summary_sources "
            "JOIN summary_sentences ON summary_sentences.id = sentence_id "
            "JOIN summaries ON summaries.id = summary_id "
            "WHERE message_id = :id ORDER BY is_rolling, level",
            id=message_id,
        )

    everywhere = [(0, False), (1, False), (0, True)]
    assert levels(said[3]) == levels(said[4]) == everywhere
    change(deps, room, member, owner, said[3])
    assert levels(said[3]) == []
    assert (0, False) in levels(said[4])
    assert (0, True) in levels(said[4])
    summarise_room(deps, room_id=room.id)
    assert levels(said[4]) == everywhere
    shown = get_room_summary(deps, actor_id=member.id, room_id=room.id)
    assert [each.text for each in shown.sentences] == [w for w in words(30) if w != "word3"]


def test_what_changes_while_it_is_summarised_is_told_as_it_is_now(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, owner: Someone, member: Someone
) -> None:
    deps, server = told_by
    said = say(deps, room, member, *words(5))

    def while_asked(request: Request) -> Reply:
        server.otherwise = reciting
        edit(deps, room, member, owner, said[1])
        delete(deps, room, member, owner, said[2])
        remove(deps, room, member, owner, said[3])
        judging.judge_waiting(deps)
        return reciting(request)

    server.otherwise = while_asked
    summarise_room(deps, room_id=room.id)
    unchanged = Counter([(said[0], "word0"), (said[4], "word4")])
    assert summed_up(deps, room) == unchanged
    summarise_all(deps, room)
    assert summed_up(deps, room) == unchanged + Counter([(said[1], "Something else")])


def test_what_is_withdrawn_while_it_is_condensed_stays_withdrawn(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, owner: Someone, member: Someone
) -> None:
    deps, server = told_by
    said = say(deps, room, member, *words(25))

    def while_asked(request: Request) -> Reply:
        if len(given(request)) == 25:
            remove(deps, room, member, owner, said[3])
            server.otherwise = reciting
        return reciting(request)

    server.otherwise = while_asked
    # What is shorter than a summary may be is taken as it is: no model would be asked.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(room_memory, "CONDENSED_WORDS", 24)
        summarise_room(deps, room_id=room.id)
    assert server.otherwise is reciting
    assert not unquotable(deps, room)
    shown = get_room_summary(deps, actor_id=member.id, room_id=room.id)
    assert "word3" not in {each.text for each in shown.sentences}
    assert "word4" in {each.text for each in shown.sentences}


def test_a_message_that_is_kept_late_or_restored_is_in_the_next_summary(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, owner: Someone, member: Someone
) -> None:
    deps, _ = told_by
    abused, *_ = say(deps, room, member, ABUSE, *words(4))
    summarise_room(deps, room_id=room.id)
    assert (abused, ABUSE) not in summed_up(deps, room)
    decisions.keep(deps, actor_id=owner.id, room_id=room.id, message_id=abused)
    say(deps, room, member, *words(5, start=4))
    summarise_room(deps, room_id=room.id)
    assert summed_up(deps, room)[abused, ABUSE] == 1


def test_a_sentence_without_sources_that_were_given_is_never_stored(
    deps: Deps, room: Place, member: Someone
) -> None:
    said = say(deps, room, member, *words(5))
    script = told(("No source.", []), ("Made up.", [2, 77]), (" ", [1]), ("Good [3].", [1, 3]))
    with asking(script, deps=deps) as (by_script, _):
        summarise_room(by_script, room_id=room.id)
    assert summed_up(deps, room) == Counter([(said[0], "Good."), (said[2], "Good.")])


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (
            told(
                ("No source.", []),
            ),
            "unusable",
        ),
        (Says(["I would rather talk about the weather."]), "unusable"),
        (Fails(500), "unavailable"),
    ],
)
def test_what_the_model_cannot_do_is_tried_again_some_times_and_then_by_the_next_request(
    deps: Deps, room: Place, member: Someone, reply: Reply, outcome: str
) -> None:
    said = say(deps, room, member, *words(5))
    with asking(deps=deps) as (by_script, server):
        server.otherwise = lambda _: reply
        asked = 0
        for attempt in range(summarising.MAX_ATTEMPTS + 2):
            summarise_room(by_script, room_id=room.id)
            asked = len(server.requests)
            summarise_room(by_script, room_id=room.id)
            assert len(server.requests) == asked <= attempt + 1
            deps.redis.flushdb()
            due(deps, room)
        assert asked == summarising.MAX_ATTEMPTS
        assert outcomes(deps, room) == [outcome]
        server.otherwise = reciting
        said += say(by_script, room, member, *words(5, start=5))
        summarise_room(by_script, room_id=room.id)
    assert summed_up(deps, room) == Counter(zip(said, words(10), strict=True))
    assert outcomes(deps, room) == [outcome, "summarised"]


def test_a_sentence_says_whom_it_quotes_also_where_only_the_one_before_does(
    deps: Deps, room: Place, member: Someone
) -> None:
    say(deps, room, member, *words(5))
    script = told((f"{member.username}: One", [1]), ("two", [1]), ("three", [2]))
    with asking(script, deps=deps) as (by_script, _):
        summarise_room(by_script, room_id=room.id)
    told_now = {text for _, text in summed_up(deps, room)}
    assert told_now == {f"{member.username}: One", f"{member.username}: two", "three"}


def test_a_long_history_is_summarised_in_parts_and_the_request_once(
    told_by: tuple[Deps, ScriptedOpenAI],
    room: Place,
    member: Someone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deps, server = told_by
    monkeypatch.setattr(summarising, "MAX_MESSAGES", 20)
    said = post_many(deps, room, member, words(45))
    said += say(deps, room, member, *words(5, start=45))
    summarise_room(deps, room_id=room.id)
    assert summed_up(deps, room) == Counter(zip(said, words(50), strict=True))
    query = "SELECT count(request_id), count(*) FROM summaries WHERE room_id = :id AND level = 0"
    assert rows(deps, query + " AND NOT is_rolling", id=room.id) == [(1, 3)]
    assert all(len(given(request)) <= 20 for request in server.requests[:3])


def imported(deps: Deps, room: Place, *texts: str) -> None:
    """Import these lines into the room, each once however often it is imported."""
    importer = Importer(deps)
    ((name,),) = rows(deps, "SELECT name FROM rooms WHERE id = :id", id=room.id)
    for number, body in enumerate(texts):
        at = f"2005-05-19T08:{number:02}:00Z"
        said = {"room": name, "author": "ann", "sent_at": at, "text": body, "id": body}
        importer.add(parse_line(json.dumps(said)))
    importer.ask_for_summaries()


def test_each_import_is_summarised_once_without_being_moderated(
    told_by: tuple[Deps, ScriptedOpenAI], public_room: Place, owner: Someone
) -> None:
    deps, server = told_by
    room = by_rules(deps, public_room, summary_every=5)
    for upto in (3, 3, 5, 7, 7):
        imported(deps, room, *words(upto))
        summarise_room(deps, room_id=room.id)
    assert sorted(summed_up(deps, room).values()) == [1] * 7
    assert {said for _, said in summed_up(deps, room)} == set(words(7))
    assert [len(given(request)) for request in server.requests[:3]] == [3, 2, 2]
    before = len(server.requests)
    say(deps, room, owner, *words(5))
    summarise_room(deps, room_id=room.id)
    assert len(given(server.requests[before])) == 5


def test_what_is_imported_while_a_summary_is_made_is_in_the_next_one(
    told_by: tuple[Deps, ScriptedOpenAI], public_room: Place
) -> None:
    deps, server = told_by
    room = by_rules(deps, public_room, summary_every=5)

    def importing(request: Request) -> Reply:
        server.otherwise = reciting
        imported(deps, room, *words(5))
        return reciting(request)

    server.otherwise = importing
    imported(deps, room, *words(3))
    summarise_room(deps, room_id=room.id)
    assert {said for _, said in summed_up(deps, room)} == set(words(5))
    assert set(summed_up(deps, room).values()) == {1}
    assert outcomes(deps, room) == ["summarised"]


def test_the_built_in_model_keeps_a_rolling_summary_short_and_cited_through_all_levels(
    deps: Deps, room: Place, member: Someone
) -> None:
    said: list[int] = []
    for start in range(0, 75, 3):
        parts = [
            f"The part number {n} of the engine was ordered from the shop in street {n * 7} today."
            for n in range(start, start + 3)
        ]
        said += post_many(deps, room, member, parts)
        ask_for_summary(deps, room)
        summarise_room(deps, room_id=room.id)
    shown = get_room_summary(deps, actor_id=member.id, room_id=room.id)
    assert rows(deps, "SELECT max(level) FROM summaries WHERE room_id = :id", id=room.id) == [(2,)]
    assert 0 < sum(len(each.text.split()) for each in shown.sentences) <= ROLLING_WORDS
    assert all(each.ids and set(each.ids) <= set(said) for each in shown.sentences)
    assert {each.message_id for each in shown.sources} == {
        id_ for each in shown.sentences for id_ in each.ids
    }
    assert shown.model == deps.chat.name
    query = (
        "SELECT sum(cardinality(string_to_array(text, ' '))) FROM summary_sentences "
        "JOIN summaries ON summaries.id = summary_id WHERE room_id = :id AND level = 0 "
        "AND NOT is_rolling GROUP BY summary_id"
    )
    assert all(count <= MAX_WORDS for (count,) in rows(deps, query, id=room.id))


def test_what_is_longer_than_the_budget_is_summarised_in_stretches(
    deps: Deps, room: Place, member: Someone
) -> None:
    by_rules(deps, room, summary_every=10)
    said = say(deps, room, member, *[f"w{n} " + "x" * 1_500 for n in range(9)], "y" * 3_990)
    with asking(deps=deps, llm_context_tokens=1_000) as (by_script, server):
        server.otherwise = lambda request: told(
            *((text.split()[0][:9], [n]) for n, text in given(request))
        )
        summarise_room(by_script, room_id=room.id)
        sizes = [len(request["messages"][-1]["content"]) for request in server.requests]
    assert len(sizes) > 4
    assert max(sizes) < 4 * 1_000 * 1.1
    assert {message_id for message_id, _ in summed_up(deps, room)} == set(said)


def test_the_summary_is_for_those_alone_who_may_read_the_room(
    told_by: tuple[Deps, ScriptedOpenAI],
    room: Place,
    member: Someone,
    stranger: Someone,
    removed: Someone,
) -> None:
    deps, _ = told_by
    assert get_room_summary(deps, actor_id=member.id, room_id=room.id) == NO_SUMMARY
    say(deps, room, member, *words(5))
    summarise_room(deps, room_id=room.id)
    assert get_room_summary(deps, actor_id=member.id, room_id=room.id).sentences
    for who in (stranger, removed):
        with pytest.raises(RoomUnavailable):
            get_room_summary(deps, actor_id=who.id, room_id=room.id)


def test_a_room_starts_with_a_summary_after_twenty_messages() -> None:
    assert Policy().summary_every == 20


def turning_off(
    deps: Deps, room: Place, owner: Someone, answer: Callable[[Request], Reply]
) -> Callable[[Request], Reply]:
    """A model in whose first call the room's owner turns the assistant off."""

    def reply(request: Request) -> Reply:
        rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=False)
        return answer(request)

    return reply


def waiting_unbegun(deps: Deps, room: Place) -> bool:
    """Whether nothing of what is due in the room counts as tried."""
    query = """
        SELECT attempts FROM summary_requests WHERE room_id = :id AND done_at IS NULL
        UNION SELECT attempts FROM room_memories WHERE room_id = :id AND version <> renewed_version
    """
    return rows(deps, query, id=room.id) == [(0,)]


def failing(_request: Request) -> Reply:
    return Fails(500)


@pytest.mark.parametrize("answer", [reciting, failing])
@pytest.mark.parametrize("is_long", [False, True], ids=["in its only call", "between two calls"])
def test_a_summary_stops_where_the_assistant_is_turned_off_meanwhile(
    deps: Deps,
    room: Place,
    owner: Someone,
    member: Someone,
    answer: Callable[[Request], Reply],
    is_long: bool,
) -> None:
    said = say(deps, room, member, *[f"word{n}" + " x" * 700 * is_long for n in range(5)])
    with asking(deps=deps, llm_context_tokens=1_000) as (by_script, server):
        server.otherwise = turning_off(deps, room, owner, answer)
        summarise_room(by_script, room_id=room.id)
        assert len(server.requests) == 1
        assert summed_up(deps, room) == Counter()
        assert waiting_unbegun(deps, room)
        server.otherwise = lambda request: told(
            *((text.split()[0], [n]) for n, text in given(request))
        )
        rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=True)
        summarise_room(by_script, room_id=room.id)
    assert summed_up(deps, room) == Counter(zip(said, words(5), strict=True))


@pytest.mark.parametrize("answer", [reciting, failing])
def test_a_rolling_summary_is_not_renewed_where_the_assistant_is_turned_off_meanwhile(
    told_by: tuple[Deps, ScriptedOpenAI],
    room: Place,
    owner: Someone,
    member: Someone,
    answer: Callable[[Request], Reply],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deps, server = told_by
    monkeypatch.setattr(room_memory, "ROLLING_WORDS", 3)
    say(deps, room, member, *words(5))
    summarise_room(deps, room_id=room.id)
    shown = get_room_summary(deps, actor_id=member.id, room_id=room.id)
    said = say(deps, room, member, *words(5, start=5))
    asked = len(server.requests)

    def reply(request: Request) -> Reply:
        is_first = len(server.requests) == asked + 1
        return (reciting if is_first else turning_off(deps, room, owner, answer))(request)

    server.otherwise = reply
    summarise_room(deps, room_id=room.id)
    assert len(server.requests) == asked + 2
    assert waiting_unbegun(deps, room)
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=True)
    assert get_room_summary(deps, actor_id=member.id, room_id=room.id) == shown
    server.otherwise = reciting
    summarise_room(deps, room_id=room.id)
    now = get_room_summary(deps, actor_id=member.id, room_id=room.id)
    assert now.updated_at != shown.updated_at
    assert sum(summed_up(deps, room).values()) == 5 + len(said)


def test_where_the_assistant_is_off_nothing_is_summarised_or_told_until_it_is_on_again(
    told_by: tuple[Deps, ScriptedOpenAI], room: Place, owner: Someone, member: Someone
) -> None:
    deps, server = told_by
    say(deps, room, member, *words(5))
    summarise_room(deps, room_id=room.id)
    assert get_room_summary(deps, actor_id=member.id, room_id=room.id).sentences
    asked = len(server.requests)
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=False)
    deps.redis.delete(jobs.AI_QUEUE)
    say(deps, room, member, *words(5, start=5))
    assert jobs.SUMMARISE not in dict(sent_jobs(deps, jobs.AI_QUEUE))
    summarise_room(deps, room_id=room.id)
    assert room.id not in summarising.list_due(deps)
    assert get_room_summary(deps, actor_id=member.id, room_id=room.id) == NO_SUMMARY
    assert len(server.requests) == asked
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=True)
    summarise_room(deps, room_id=room.id)
    assert sum(summed_up(deps, room).values()) == 10
    taken = rows(deps, "SELECT feature, calls > 1 FROM model_use WHERE room_id = :id", id=room.id)
    assert taken == [("summaries", True)]
