"""Telling people what they missed: from what they may read alone, every line with its messages."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chatrooms.bootstrap import Deps, utc_now
from chatrooms.domain.assistant import Kind, Outcome
from chatrooms.domain.catching_up import Since, Stretch
from chatrooms.domain.errors import (
    AssistantLimit,
    ChatError,
    InvalidInput,
    MessageUnavailable,
    RoomUnavailable,
    TooLongAgo,
)
from chatrooms.services import messages
from chatrooms.services.ai import missed, turns
from chatrooms.services.ai.conversation import Turn
from chatrooms.services.moderation import decisions
from tests.support.assistant import carry_out, with_model
from tests.support.inspect import change
from tests.support.memory import given, told
from tests.support.people import Place, Someone, make_room, post, post_many, with_settings
from tests.support.scripted_openai import Reply, Request, Says, ScriptedOpenAI, scripted_openai

TALK = (
    "The bakery on the corner closes at the end of this month.",
    "We decided to move the summer party to the old brewery.",
    "Who brings the tables and the benches to the brewery?",
    "I will bring four tables and eight benches with the van.",
)


@pytest.fixture
def room(deps: Deps, private_room: Place) -> Place:
    deps.redis.flushdb()
    return private_room


@pytest.fixture
def server() -> Iterator[ScriptedOpenAI]:
    with scripted_openai(otherwise=telling) as running:
        yield running


def telling(request: Request) -> Reply:
    """A model that tells each message in a line of its own, and a stretch in one sentence."""
    if request.get("response_format"):
        return told((given(request)[0][1].split()[0], [n for n, _ in given(request)]))
    return Says([f"About {text.split()[0]} [{n}]\n" for n, text in given(request)])


def ask(deps: Deps, room: Place, who: Someone, since: object, client_id: str = "") -> int:
    return missed.ask_catch_up(
        deps,
        actor_id=who.id,
        room_id=room.id,
        client_id=client_id or deps.ids.client_id(),
        since=str(since),
    )


def catch_up(deps: Deps, room: Place, who: Someone, since: object) -> Turn:
    carry_out(deps, ask(deps, room, who, since))
    return newest(deps, room, who)


def newest(deps: Deps, room: Place, who: Someone) -> Turn:
    (turn,) = turns.list_turns(deps, actor_id=who.id, room_id=room.id, limit=1, kind=Kind.CATCH_UP)
    return turn


def from_message(message_id: int) -> Since:
    return Since(Stretch.MISSED, message_id=message_id)


def assert_cited(turn: Turn) -> None:
    """Every line carries marks of messages that are among its sources."""
    lines = [line for line in turn.answer.split("\n") if line.startswith("- ")]
    assert lines
    for line in lines:
        marks = [int(n) for n in re.findall(r"\[(\d+)\]", line)]
        assert marks, line
        assert set(marks) <= set(range(1, len(turn.sources) + 1)), line


@pytest.mark.parametrize("is_built_in", [True, False])
def test_what_was_missed_is_told_from_the_first_unread_message_on(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    is_built_in: bool,
) -> None:
    post_many(deps, room, owner, ["Everybody knows this secret about the lighthouse."])
    said = post_many(deps, room, owner, TALK)
    asked = deps if is_built_in else with_model(deps, server)
    turn = catch_up(asked, room, member, from_message(said[0]))
    assert turn.outcome is Outcome.ANSWERED
    assert_cited(turn)
    assert "lighthouse" not in turn.answer
    assert {each.message_id for each in turn.sources} <= {*said}
    assert turn.model == asked.chat.name


def test_a_line_without_sources_that_were_given_is_not_told(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    said = post_many(deps, room, owner, TALK)
    server.script.append(
        Says(
            ["Party moved [2", "].\nI made", " this up.\n* Tables", " come [4][99]\nAnd [77] so on"]
        )
    )
    turn = catch_up(with_model(deps, server), room, member, from_message(said[0]))
    assert turn.answer == "- Party moved [1].\n- Tables come [2]"
    assert [each.message_id for each in turn.sources] == [said[1], said[3]]


def test_any_number_of_missed_messages_is_told_within_the_budget(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    said = post_many(deps, room, owner, [f"w{n} {'x' * 150}" for n in range(120)])
    asked = with_model(deps, server, llm_context_tokens=1_000)
    turn = catch_up(asked, room, member, from_message(said[0]))
    assert_cited(turn)
    assert {each.message_id for each in turn.sources} == set(said)
    assert len(server.requests) > 5
    prompts = [request["messages"][-1]["content"] for request in server.requests]
    assert max(map(len, prompts)) < 4 * 1_000 * 1.3


# As people type: no capitals, no full stops.
QUESTIONS = (
    "does anybody know when the bakery on the corner opens after the holidays",
    "who has the key of the shed behind the garden since last week",
    "is there a reason why the concert was moved to another evening",
    "what did the council say about the roof of the old town hall",
)
ANSWERS = (
    "it opens at seven but the rolls are gone by nine on most days",
    "i gave it to the neighbours who water the plants until sunday",
    "the drummer broke his arm so they need a few weeks to find somebody",
    "they will pay for half of it if the club finds the other half",
)


def test_in_a_long_stretch_each_line_quotes_one_person(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    first = 0
    for _ in range(8):
        for asked, answered in zip(QUESTIONS, ANSWERS, strict=True):
            (said,) = post_many(deps, room, owner, [asked])
            post_many(deps, room, member, [answered])
            first = first or said
    turn = catch_up(
        with_settings(deps, llm_context_tokens=1_000), room, member, from_message(first)
    )
    lines = [line for line in turn.answer.split("\n") if line.startswith("- ")]
    assert len(lines) > 2
    for line in lines:
        assert sum(text in line for text in (*QUESTIONS, *ANSWERS)) < 2, turn.answer
        assert line.startswith((f"- {owner.username}: ", f"- {member.username}: ")), turn.answer


def test_today_begins_where_the_person_is(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    early, late = post_many(deps, room, owner, TALK[:2])
    now = utc_now()
    change(
        deps,
        "UPDATE messages SET sent_at = :at WHERE id = :id",
        at=now - timedelta(hours=3),
        id=early,
    )
    asked = with_model(deps, server)
    for hours, wanted in ((2, {late}), (4, {early, late})):
        since = Since(Stretch.TODAY, moment=now - timedelta(hours=hours))
        turn = catch_up(asked, room, member, since)
        assert {each.message_id for each in turn.sources} == wanted


def test_nothing_is_told_that_was_taken_away_or_waits_for_moderators(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    shown, removed, deleted = post_many(deps, room, owner, TALK[:3])
    waiting = post(deps, room, member, TALK[3])
    decisions.remove(deps, actor_id=owner.id, room_id=room.id, message_id=removed)
    messages.delete_message(deps, actor_id=owner.id, room_id=room.id, message_id=deleted)
    asked = with_model(deps, server)
    turn = catch_up(asked, room, member, from_message(shown))
    assert [each.message_id for each in turn.sources] == [shown]
    assert not [text for text in TALK[1:] if text in server.prompt()]
    assert catch_up(asked, room, member, from_message(waiting)).outcome is Outcome.NO_ANSWER
    decisions.remove(deps, actor_id=owner.id, room_id=room.id, message_id=shown)
    (first, _) = turns.list_turns(
        deps, actor_id=member.id, room_id=room.id, limit=2, kind=Kind.CATCH_UP
    )
    assert (first.is_withdrawn, first.answer) == (True, "")


@pytest.mark.parametrize(
    ("who", "error"),
    [("member", None), ("stranger", RoomUnavailable), ("removed", RoomUnavailable)],
)
def test_only_those_who_may_read_a_room_catch_up_on_it(
    deps: Deps, room: Place, owner: Someone, request: Any, who: str, error: type[ChatError] | None
) -> None:
    someone = request.getfixturevalue(who)
    (said,) = post_many(deps, room, owner, TALK[:1])
    if error is None:
        assert ask(deps, room, someone, from_message(said))
        return
    for since in (from_message(said), Since(Stretch.TODAY, moment=utc_now() - timedelta(hours=1))):
        with pytest.raises(error):
            ask(deps, room, someone, since)
        with pytest.raises(error):
            missed.list_missed(deps, actor_id=someone.id, room_id=room.id, since=since, limit=9)


def test_where_it_begins_is_a_message_of_the_room_or_a_moment_of_the_last_days(
    deps: Deps, room: Place, owner: Someone
) -> None:
    (elsewhere,) = post_many(deps, make_room(deps, owner), owner, TALK[:1])
    long_ago = utc_now() - timedelta(days=9)
    for since, error in (
        (from_message(elsewhere), MessageUnavailable),
        (from_message(10**30), MessageUnavailable),
        (Since(Stretch.WEEK, moment=long_ago), TooLongAgo),
        ("week 2026-11-26T00:00:00", InvalidInput),
        ("missed everything", InvalidInput),
        ("for ever 1", InvalidInput),
        ("", InvalidInput),
    ):
        with pytest.raises(error):
            ask(deps, room, owner, since)


def test_what_it_began_with_may_be_gone_when_it_is_begun_anew(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    first, _ = post_many(deps, room, owner, TALK[:2])
    turn = catch_up(deps, room, member, from_message(first))
    ids = {"actor_id": member.id, "room_id": room.id, "turn_id": turn.id}
    long_ago = Since(Stretch.WEEK, moment=utc_now() - timedelta(days=9))
    for begin, error in ((from_message(10**12), MessageUnavailable), (long_ago, TooLongAgo)):
        change(
            deps, "UPDATE assistant_turns SET question = :q WHERE id = :i", q=str(begin), i=turn.id
        )
        turns.regenerate_turn(deps, **ids)
        carry_out(deps, turn.id)
        ended = newest(deps, room, member)
        assert (ended.outcome, ended.error) == (Outcome.FAILED, error.code)


def test_catching_up_counts_as_asking_does_and_takes_half_of_an_hour_s_tokens_at_most(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    said = post_many(deps, room, owner, [f"word{n} {'and more ' * 40}" for n in range(40)])
    few = with_model(deps, server, assistant_tokens_per_hour=2_000, assistant_requests_per_hour=1)
    turn = catch_up(few, room, member, from_message(said[0]))
    read = {n for request in server.requests for n, _ in given(request)}
    assert 0 < len(read) < 15
    assert "This covers the newest" in turn.answer
    with pytest.raises(AssistantLimit):
        ask(few, room, member, from_message(said[0]))
