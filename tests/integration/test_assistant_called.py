"""Calling the assistant in a room with `@assistant`: who is answered, where, once, and when not."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chatrooms.adapters.breaker import Breaker
from chatrooms.adapters.embedded.chroma import free_port
from chatrooms.adapters.vectors import Vectors
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.assistant import Outcome
from chatrooms.domain.citing import NO_ANSWER
from chatrooms.domain.errors import (
    AlreadyTaken,
    AssistantOff,
    ChatError,
    MessageUnavailable,
    RoomUnavailable,
    SignInRefused,
    TurnUnavailable,
)
from chatrooms.domain.events import Message, Person
from chatrooms.domain.moderation import Mode
from chatrooms.domain.notifications import Kind
from chatrooms.ml.retrieve.kept import Samples
from chatrooms.services import (
    accounts,
    history,
    members,
    mentions,
    messages,
    notifications,
    rooms,
    sessions,
)
from chatrooms.services.ai import account, answering, calls, turns
from chatrooms.services.ai.replies import BY_WORDS, NOTHING_FOUND
from chatrooms.services.moderation import decisions, judging
from tests.support.assistant import ask, at_work, carry_out, celery_worker, with_model
from tests.support.inspect import change, rows
from tests.support.moderation import ABUSE, moderated, open_queue
from tests.support.people import (
    PASSWORD,
    Place,
    Someone,
    make_room,
    post,
    post_many,
    sign_up,
    with_settings,
)
from tests.support.scripted_openai import (
    CutsOff,
    Fails,
    Request,
    Says,
    ScriptedOpenAI,
    Stalls,
)
from tests.support.waiting import wait_until

MEETING = "We meet at noon in the garden behind the library."
CALL = "@assistant where do we meet at noon?"


@pytest.fixture(scope="module")
def deps(with_chroma: Deps) -> Deps:
    return with_chroma


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone) -> Place:
    """A room in which something was said."""
    post_many(deps, private_room, owner, ["Good morning everybody", MEETING])
    return private_room


def cite_the_meeting(request: Request) -> Says:
    """A model that finds the message and cites it."""
    prompt = request["messages"][-1]["content"]
    number = prompt[: prompt.index(MEETING[:20])].rpartition(' n="')[2].partition('"')[0]
    return Says(["At noon", ", in the garden", f" [{number}", "]."])


def asked(deps: Deps, room: Place, who: Someone, body: str = CALL, **options: Any) -> int:
    """A message that calls the assistant, judged as moderation does."""
    message_id = post(deps, room, who, body, **options)
    judging.judge_waiting(deps)
    return message_id


def turns_of(deps: Deps, message_id: int) -> list[int]:
    found = rows(deps, "SELECT id FROM assistant_turns WHERE message_id = :id", id=message_id)
    return [turn_id for (turn_id,) in found]


def outcome(deps: Deps, message_id: int) -> str:
    ((found,),) = rows(
        deps, "SELECT outcome FROM assistant_turns WHERE message_id = :id", id=message_id
    )
    return found


def replies(deps: Deps, room: Place, root_id: int) -> Sequence[Message]:
    return history.load_thread(deps, room_id=room.id, root_id=root_id).replies


def answer(deps: Deps, room: Place, message_id: int, root_id: int = 0) -> Message:
    """The one answer to a message that was asked once."""
    (turn_id,) = turns_of(deps, message_id)
    carry_out(deps, turn_id)
    judging.judge_waiting(deps)
    (found,) = [each for each in replies(deps, room, root_id or message_id) if each.author.is_ai]
    return found


def told(deps: Deps, who: Someone) -> list[tuple[str, str]]:
    """What an account was told since it came into the room."""
    listed = notifications.list_notifications(deps, actor_id=who.id)
    return [(each.kind.value, each.text) for each in listed if each.kind is not Kind.INVITATION]


def assistant(deps: Deps) -> Person:
    with transaction(deps.sessions) as tx:
        found = account.ensure_assistant(tx)
        return Person(id=found.id, username=found.username, name=found.name, hue=found.hue)


@pytest.mark.parametrize("is_built_in", [True, False])
def test_the_answer_is_a_reply_with_its_sources_and_the_caller_is_told(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    is_built_in: bool,
) -> None:
    server.otherwise = cite_the_meeting
    with_server = deps if is_built_in else with_model(deps, server)
    assert assistant(deps).id not in people_in(deps, room, member)
    asking = asked(deps, room, member)
    found = answer(with_server, room, asking)
    ((meeting_id,),) = rows(
        deps, "SELECT id FROM messages WHERE body = :b AND room_id = :r", b=MEETING, r=room.id
    )
    link = f"[\\[1\\]]({deps.settings.public_url}/rooms/{room.slug}?message={meeting_id})"
    assert link in found.body
    assert "noon" in found.body
    assert (found.author.name, found.thread_id) == ("Assistant", asking)
    assert [kind for kind, _ in told(deps, member)] == ["reply"]
    assert told(deps, owner) == []
    assert found.author.id in people_in(deps, room, member)
    stored = rows(deps, "SELECT outcome, tokens_in FROM assistant_turns")
    assert stored[0][0] == Outcome.ANSWERED
    assert stored[0][1] > 0
    assert rows(deps, "SELECT feature FROM model_use WHERE room_id = :r", r=room.id) == [
        ("mention",)
    ]


def test_an_answer_that_was_looked_for_by_words_alone_says_so_to_everybody(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    closed = f"http://127.0.0.1:{free_port()}"
    away = replace(deps, vectors=Vectors(closed, database="none"), samples=Samples())
    found = answer(away, room, asked(deps, room, member))
    assert "noon" in found.body
    assert found.body.endswith(BY_WORDS)
    unknown = "@assistant which university did Galileo lecture at?"
    assert answer(away, room, asked(deps, room, member, unknown)).body == NOTHING_FOUND + BY_WORDS
    short = with_settings(away, max_body_chars=len(BY_WORDS) + 20)
    assert BY_WORDS not in answer(short, room, asked(deps, room, member)).body
    away.vectors.close()
    Breaker(deps.redis, "chroma").succeeded()
    assert BY_WORDS not in answer(deps, room, asked(deps, room, owner)).body


def test_nobody_handles_what_answers_in_the_room_as_their_own(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    (called,) = turns_of(deps, asked(deps, room, member))
    own = ask(deps, room, member)
    changes: list[Callable[..., None]] = [
        turns.stop_turn,
        turns.regenerate_turn,
        lambda *args, **ids: turns.rate_turn(*args, **ids, rating=1),
    ]
    for is_over in (False, True):
        if is_over:
            carry_out(deps, called)
            carry_out(deps, own)
        ids = {"actor_id": member.id, "room_id": room.id}
        for act in changes:
            act(deps, **ids, turn_id=own)
            with pytest.raises(TurnUnavailable):
                act(deps, **ids, turn_id=called)
    found = rows(
        deps, "SELECT attempt, outcome, rating FROM assistant_turns WHERE id = :i", i=called
    )
    assert found == [(1, "answered", 0)]


def forget_assistant(deps: Deps) -> None:
    """Have the assistant never have been needed."""
    forgotten = "kind = 'person', username = 'was-' || id"
    change(deps, f"UPDATE accounts SET {forgotten} WHERE kind <> 'person'")


def people_in(deps: Deps, room: Place, who: Someone) -> set[int]:
    listed = members.list_members(deps, actor_id=who.id, room_id=room.id)
    return {each.person.id for each in listed}


def test_in_a_thread_what_was_said_there_comes_first_and_the_answer_goes_there(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    server.otherwise = lambda _: Says(["Green [1] [2]"])
    (root,) = post_many(deps, room, owner, ["Which colour for the door?"])
    post_many(deps, room, member, ["I would take green"], thread=root)
    asking = asked(deps, room, owner, "@assistant sum this up", thread=root)
    post_many(deps, room, member, ["Said later"], thread=root)
    found = answer(with_model(deps, server), room, asking, root)
    assert found.thread_id == root
    assert f"message={root})" in found.body
    prompt = server.prompt()
    assert prompt.index("Which colour") < prompt.index("I would take green")
    assert "Said later" not in prompt
    assert "<question>sum this up</question>" in prompt


def test_what_the_room_does_not_hold_is_said_so(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    server.otherwise = lambda _: Says([NO_ANSWER])
    for with_server in (deps, with_model(deps, server)):
        asking = asked(deps, room, member, "@assistant who won the chess championship in Oslo?")
        assert answer(with_server, room, asking).body == NOTHING_FOUND


@pytest.mark.parametrize(
    "body",
    [
        "no call at all",
        "`@assistant` is its name",
        "> @assistant what is up\n\nhe said",
        "a@assistant",
    ],
)
def test_what_is_quoted_or_code_calls_nobody(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone, body: str
) -> None:
    assert turns_of(deps, asked(deps, room, member, body)) == []
    assert len(turns_of(deps, asked(deps, room, member))) == 1


def test_a_message_is_answered_once_whatever_runs_twice(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    server.otherwise = cite_the_meeting
    with_server = with_model(deps, server)
    asking = asked(deps, room, member)
    (turn_id,) = turns_of(deps, asking)
    with at_work(with_server, turn_id, turn_id, turn_id) as jobs:
        for job in jobs:
            job.result(30)
    messages.edit_message(
        deps, actor_id=member.id, room_id=room.id, message_id=asking, body=f"{CALL} Please!"
    )
    judging.judge_waiting(deps)
    decisions.keep(deps, actor_id=owner.id, room_id=room.id, message_id=asking)
    assert turns_of(deps, asking) == [turn_id]
    carry_out(with_server, turn_id)
    assert len(replies(deps, room, asking)) == 1


def test_a_killed_worker_s_answer_is_posted_once_by_the_next(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    with_server = with_model(deps, server, assistant_lease_s=1.0)
    server.script += [Stalls(["Half"])]
    server.otherwise = cite_the_meeting
    asking = asked(deps, room, member)
    (turn_id,) = turns_of(deps, asking)
    with celery_worker(with_server) as worker:
        wait_until(lambda: server.requests, what="the worker asks", deadline_s=90)
        worker.kill()
        worker.wait(20)
    change(deps, "UPDATE assistant_turns SET asked_at = asked_at - interval '1 minute'")
    wait_until(lambda: answering.restart_lost(deps) == 1, what="its lease has run out")
    carry_out(with_server, turn_id)
    carry_out(with_server, turn_id)
    assert ["At noon" in each.body for each in replies(deps, room, asking)] == [True]


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.SEMI_AUTO])
def test_what_moderation_stopped_is_not_answered_until_somebody_keeps_it(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone, mode: Mode
) -> None:
    moderated(deps, room, mode, remove_threshold=1.0)
    asking = post(deps, room, member, f"@assistant {ABUSE}")
    assert turns_of(deps, asking) == []
    judging.judge_waiting(deps)
    assert open_queue(deps, asking) == "flagged"
    assert turns_of(deps, asking) == []
    decisions.keep(deps, actor_id=owner.id, room_id=room.id, message_id=asking)
    assert len(turns_of(deps, asking)) == 1


def test_in_a_room_that_holds_the_question_waits_and_so_does_the_answer(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    server.otherwise = cite_the_meeting
    moderated(deps, room, Mode.AUTO)
    asking = post(deps, room, member, CALL)
    assert turns_of(deps, asking) == []
    judging.judge_waiting(deps)
    (turn_id,) = turns_of(deps, asking)
    carry_out(with_model(deps, server), turn_id)
    assert replies(deps, room, asking) == ()
    judging.judge_waiting(deps)
    assert len(replies(deps, room, asking)) == 1


def test_moderation_removes_an_abusive_answer_like_anybody_s(
    deps: Deps, server: ScriptedOpenAI, room: Place, member: Someone
) -> None:
    server.otherwise = lambda _: Says([ABUSE])
    moderated(deps, room, Mode.AUTO, holds=False)
    asking = asked(deps, room, member)
    found = answer(with_model(deps, server), room, asking)
    assert (found.body, found.withheld) == ("", "removed")


def test_what_the_assistant_says_calls_nobody_and_leads_nowhere(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    said = f"@assistant again! @{owner.username} @room ![x](https://evil.example/p) <b>[1]</b>"
    server.otherwise = lambda _: Says([said])
    asking = asked(deps, room, member)
    found = answer(with_model(deps, server), room, asking)
    assert turns_of(deps, found.id) == []
    assert found.mentions == ()
    assert told(deps, owner) == []
    assert "](https://evil" not in found.body
    assert len(server.requests) == 1


def delete_it(deps: Deps, room: Place, member: Someone, message_id: int) -> None:
    messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=message_id)


def _turn_off(deps: Deps, room: Place, owner: Someone) -> None:
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=False)


@pytest.mark.parametrize("what", ["nothing", "deleted", "removed", "turned off", "caller removed"])
def test_while_it_is_written_the_call_may_cease_to_stand(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone, what: str
) -> None:
    server.script += [Stalls(["At noon"], ends_well=True)]
    at_room = {"actor_id": owner.id, "room_id": room.id}
    asking = asked(deps, room, member)
    ends: dict[str, Callable[[], Any]] = {
        "nothing": lambda: None,
        "deleted": lambda: delete_it(deps, room, member, asking),
        "removed": lambda: decisions.remove(
            deps, actor_id=owner.id, message_id=asking, room_id=room.id
        ),
        "turned off": lambda: _turn_off(deps, room, owner),
        "caller removed": lambda: members.remove_member(deps, **at_room, account_id=member.id),
    }
    (turn_id,) = turns_of(deps, asking)
    with at_work(with_model(deps, server), turn_id) as (worker,):
        wait_until(lambda: server.requests, what="it is being written")
        ends[what]()
        server.over.set()
        worker.result(30)
    stands = what == "nothing"
    assert outcome(deps, asking) == (Outcome.ANSWERED if stands else Outcome.STOPPED)
    assert len(replies(deps, room, asking)) == int(stands)
    assert "unanswered" not in dict(told(deps, member))


def test_where_it_is_turned_off_nobody_is_answered_and_the_writer_is_told_so(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    ids = {"actor_id": member.id, "room_id": room.id}
    assert offered(deps, room, member) == ["assistant"]
    _turn_off(deps, room, owner)
    asking = asked(deps, room, member)
    assert turns_of(deps, asking) == []
    assert mentions.find_unheard(deps, **ids, message_id=asking).is_assistant_off
    assert offered(deps, room, member) == []
    rooms.set_assistant(deps, actor_id=owner.id, room_id=room.id, is_on=True)
    heard = asked(deps, room, member)
    assert not mentions.find_unheard(deps, **ids, message_id=heard).is_assistant_off
    assert len(turns_of(deps, heard)) == 1


def offered(deps: Deps, room: Place, who: Someone) -> list[str]:
    found = mentions.suggest(deps, actor_id=who.id, room_id=room.id, query="assis")
    return [each.username for each in found.people if each.is_ai]


def test_what_other_rooms_hold_is_never_shown_to_the_model(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    secret = make_room(deps, member, is_private=True)
    post_many(deps, secret, member, ["We meet at noon in the secret cellar."])
    server.otherwise = lambda _: Says(["Noon [1]"])
    answer(with_model(deps, server), room, asked(deps, room, member))
    assert "garden" in server.prompt()
    assert "cellar" not in server.prompt()


@pytest.mark.parametrize(
    ("reply", "word"), [(Fails(500), "unavailable"), (CutsOff(["Half"]), "cut off")]
)
def test_of_a_failure_the_caller_alone_is_told(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    reply: Any,
    word: str,
) -> None:
    server.script.append(reply)
    asking = asked(deps, room, member)
    (turn_id,) = turns_of(deps, asking)
    carry_out(with_model(deps, server), turn_id)
    assert replies(deps, room, asking) == ()
    ((kind, text),) = told(deps, member)
    assert kind == "unanswered"
    assert word in text
    assert told(deps, owner) == []


def test_whoever_asked_too_often_is_told_when_it_goes_on(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    few = with_settings(deps, assistant_requests_per_hour=1)
    answer(few, room, asked(deps, room, member))
    for who in (member, owner):
        (turn_id,) = turns_of(deps, asked(deps, room, who))
        carry_out(few, turn_id)
    assert any("Try again in" in text for kind, text in told(deps, member) if kind == "unanswered")
    assert "unanswered" not in dict(told(deps, owner))


def test_slow_mode_holds_for_the_assistant_as_for_members(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    moderated(deps, room, Mode.MANUAL, slow_s=600)
    answer(deps, room, asked(deps, room, owner))
    late = asked(deps, room, member)
    (turn_id,) = turns_of(deps, late)
    carry_out(deps, turn_id)
    assert replies(deps, room, late) == ()
    assert any("Slow mode" in text for _, text in told(deps, member))


def test_the_assistant_s_account_is_one_and_nobody_s(
    deps: Deps, server: ScriptedOpenAI, owner: Someone
) -> None:
    change(
        deps, "UPDATE accounts SET kind = 'person', username = 'was-' || id WHERE kind <> 'person'"
    )
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: assistant(deps).id, range(8)))
    assert len(found) == 1
    assert assistant(deps).username == "assistant"
    with pytest.raises(SignInRefused):
        sessions.sign_in(deps, username="assistant", password="", address="here")
    for name in ("Assistant", "agent"):
        with pytest.raises(AlreadyTaken):
            accounts.sign_up(
                deps, username=name, email="x@example.org", password=PASSWORD, address="there"
            )
    with pytest.raises(AlreadyTaken):
        accounts.ensure_guest(deps, username="assistant", name="Guest")


def test_where_somebody_has_its_name_it_takes_another(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone
) -> None:
    change(
        deps, "UPDATE accounts SET kind = 'person', username = 'was-' || id WHERE kind <> 'person'"
    )
    somebody = sign_up(deps)
    change(deps, "UPDATE accounts SET username = 'Assistant' WHERE id = :id", id=somebody.id)
    try:
        assert turns_of(deps, asked(deps, room, owner)) == []
        asking = asked(deps, room, owner, "@assistant-bot where do we meet at noon?")
        assert answer(deps, room, asking).author.username == "assistant-bot"
    finally:
        change(deps, "UPDATE accounts SET username = 'no-' || id WHERE id = :id", id=somebody.id)


Ending = Callable[[Deps, Place, Someone, Someone, int], object]
ENDINGS: dict[str, tuple[type[ChatError], Ending]] = {
    "the caller is removed": (
        RoomUnavailable,
        lambda deps, room, owner, who, _said: members.remove_member(
            deps, actor_id=owner.id, room_id=room.id, account_id=who.id
        ),
    ),
    "the question is deleted": (
        MessageUnavailable,
        lambda deps, room, _owner, who, said: messages.delete_message(
            deps, actor_id=who.id, room_id=room.id, message_id=said
        ),
    ),
    "the assistant is turned off": (
        AssistantOff,
        lambda deps, room, owner, _who, _said: rooms.set_assistant(
            deps, actor_id=owner.id, room_id=room.id, is_on=False
        ),
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_said_before_is_read_for_nobody_who_may_not_be_answered(
    deps: Deps, room: Place, owner: Someone, member: Someone, stranger: Someone, ending: str
) -> None:
    (root,) = post_many(deps, room, owner, ["Does anybody have a ladder?"])
    said = asked(deps, room, member, CALL, thread=root)

    def before(who: Someone, where: Place, message_id: int) -> list[int]:
        found = calls.list_before(deps, account_id=who.id, room_id=where.id, message_id=message_id)
        return [each.message_id for each in found]

    assert before(member, room, said) == [root]
    with pytest.raises(RoomUnavailable):
        before(stranger, room, said)
    with pytest.raises(MessageUnavailable):
        before(member, make_room(deps, member), said)
    error, end = ENDINGS[ending]
    end(deps, room, owner, member, said)
    with pytest.raises(error):
        before(member, room, said)
