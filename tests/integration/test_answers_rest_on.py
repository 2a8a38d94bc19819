"""What an answer may rest on, cited or not, and what becomes of it when that is changed or taken
away after it was read."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import sqlalchemy_url, transaction
from chatrooms.db.migrations import migrate
from chatrooms.domain.assistant import Kind
from chatrooms.domain.catching_up import Since, Stretch
from chatrooms.domain.citing import NO_ANSWER
from chatrooms.domain.errors import SourcesChanged
from chatrooms.domain.events import Being, Outdated
from chatrooms.domain.moderation import Mode
from chatrooms.live.message_rows import message_row
from chatrooms.services import history, messages
from chatrooms.services.ai import account, missed, turns
from chatrooms.services.ai.conversation import Turn
from chatrooms.services.ai.greeting import greet
from chatrooms.services.ai.retrieval import retrieve
from chatrooms.services.moderation import decisions, judging, undoing
from tests.support.assistant import (
    answered,
    ask,
    at_work,
    carry_out,
    find_turn,
    with_model,
    written,
)
from tests.support.inspect import change, counted_queries, folded_thread, rows
from tests.support.memory import asking, summarise_all
from tests.support.moderation import moderated
from tests.support.old_tables import database_at
from tests.support.people import Place, Someone, post, post_many
from tests.support.scripted_openai import Calls, Request, Says, ScriptedOpenAI, Stalls
from tests.support.servers import RunningServer
from tests.support.waiting import wait_until

MEETING = "We meet at noon in the garden behind the library."
SECRET = "The noon code for the garden gate is heliotrope."
QUESTION = "When do we meet in the garden?"
Act = Callable[[Deps, Place, Someone, int], None]


@pytest.fixture(scope="module")
def deps(with_chroma: Deps) -> Deps:
    return with_chroma


@pytest.fixture
def room(deps: Deps, private_room: Place) -> Place:
    return private_room


def edit(deps: Deps, room: Place, owner: Someone, message_id: int) -> None:
    """Have a message say something else, which is approved."""
    body = "We meet elsewhere"
    messages.edit_message(
        deps, actor_id=owner.id, room_id=room.id, message_id=message_id, body=body
    )
    change(deps, "UPDATE messages SET status = 'approved' WHERE id = :id", id=message_id)


def delete(deps: Deps, room: Place, owner: Someone, message_id: int) -> None:
    messages.delete_message(deps, actor_id=owner.id, room_id=room.id, message_id=message_id)


def remove(deps: Deps, room: Place, owner: Someone, message_id: int) -> None:
    decisions.remove(deps, actor_id=owner.id, room_id=room.id, message_id=message_id)


ACTS = pytest.mark.parametrize("act", [edit, delete, remove])


def is_shown(deps: Deps, room: Place, who: Someone, turn: Turn | int) -> bool:
    """Whether its person sees the answer to a question."""
    return bool(find_turn(deps, room, who, turn if isinstance(turn, int) else turn.id).answer)


def number_of(request: Request, body: str) -> str:
    """The number that a message has in the prompt."""
    prompt = request["messages"][-1]["content"]
    return prompt[: prompt.index(body[:20])].rpartition(' n="')[2].partition('"')[0]


@ACTS
def test_an_answer_goes_with_a_message_that_it_repeats_without_naming_it(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone, act: Act
) -> None:
    _, secret = post_many(deps, room, owner, [MEETING, SECRET])
    elsewhere = post(deps, room, owner, "lunch")
    server.otherwise = lambda r: Says([f"At noon [{number_of(r, MEETING)}]. Say heliotrope."])
    with_server = with_model(deps, server)
    first = answered(with_server, room, member, QUESTION)
    assert [each.preview for each in first.sources] == [MEETING]
    act(deps, room, owner, elsewhere)
    assert is_shown(deps, room, member, first)
    answered(with_server, room, member, QUESTION)
    assert "Say heliotrope" in server.prompt()
    act(deps, room, owner, secret)
    assert not is_shown(deps, room, member, first)
    answered(with_server, room, member, QUESTION)
    assert "heliotrope" not in server.prompt()


@pytest.mark.parametrize("when", ["before it is read", "after it was read"])
@pytest.mark.parametrize("holds", [False, True])
def test_what_was_read_counts_and_not_when_it_was_asked(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    when: str,
    holds: bool,
) -> None:
    """Where edits are held, one is made long before everybody reads it."""
    (source,) = post_many(deps, room, owner, [MEETING])
    moderated(deps, room, Mode.AUTO, holds=holds, hold_limit_ms=60_000)
    server.script.append(Stalls(["At noon [1]"], ends_well=True))

    def begin_edit() -> None:
        messages.edit_message(
            deps,
            actor_id=owner.id,
            room_id=room.id,
            message_id=source,
            body=f"{MEETING} Really.",
        )

    turn_id = ask(deps, room, member, QUESTION)
    is_before = when == "before it is read"
    if is_before or holds:
        begin_edit()
    if is_before:
        judging.judge_waiting(deps)
    with at_work(with_model(deps, server), turn_id) as (worker,):
        wait_until(lambda: written(deps, turn_id), what="it was read")
        if not is_before and not holds:
            begin_edit()
        judging.judge_waiting(deps)
        server.over.set()
        worker.result(30)
    assert rows(deps, "SELECT body, status FROM messages WHERE id = :id", id=source) == [
        (f"{MEETING} Really.", "approved")
    ]
    assert is_shown(deps, room, member, turn_id) is is_before


def test_what_a_stopped_answer_says_goes_with_what_the_model_was_shown(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    (secret,) = post_many(deps, room, owner, [SECRET])
    server.script.append(Stalls(["It is heliotrope"]))
    turn_id = ask(deps, room, member, "What is the code of the garden gate?")
    with at_work(with_model(deps, server), turn_id):
        wait_until(lambda: written(deps, turn_id), what="it is being written")
        turns.stop_turn(deps, actor_id=member.id, room_id=room.id, turn_id=turn_id)
        server.over.set()
    assert is_shown(deps, room, member, turn_id)
    remove(deps, room, owner, secret)
    assert not is_shown(deps, room, member, turn_id)


def test_what_the_model_looked_for_itself_counts_too(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    post_many(deps, room, owner, [MEETING, *(f"Nothing of note {n}" for n in range(30))])
    (secret,) = post_many(deps, room, owner, ["Heliotrope opens it"])
    post_many(deps, room, owner, [f"Nothing of note {n}" for n in range(30)])
    server.script += [Calls([("search_messages", '{"query": "heliotrope"}')]), Says(["Heliotrope"])]
    turn = answered(with_model(deps, server), room, member, QUESTION)
    assert "Heliotrope opens it" not in server.prompt(0)
    assert "Heliotrope opens it" in server.prompt(1)
    assert is_shown(deps, room, member, turn)
    remove(deps, room, owner, secret)
    assert not is_shown(deps, room, member, turn)


@pytest.mark.parametrize(("said", "is_repeated"), [("Heliotrope it is", True), ("Well", False)])
def test_an_answer_that_repeats_an_earlier_one_goes_with_what_that_rests_on(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    said: str,
    is_repeated: bool,
) -> None:
    (secret,) = post_many(deps, room, owner, [SECRET])
    post_many(deps, room, owner, [f"Apples and pears and plums, basket {n}" for n in range(40)])
    server.script += [Says(["It is heliotrope"]), Says([said])]
    with_server = with_model(deps, server)
    answered(with_server, room, member, "What is the code of the garden gate?")
    second = answered(with_server, room, member, "Apples pears plums basket?")
    assert SECRET not in server.prompt()
    remove(deps, room, owner, secret)
    assert is_shown(deps, room, member, second) is not is_repeated


@pytest.mark.parametrize(("said", "is_repeated"), [("Say heliotrope", True), ("Apples", False)])
def test_an_answer_that_repeats_the_summary_goes_with_what_that_rests_on(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    said: str,
    is_repeated: bool,
) -> None:
    (secret,) = post_many(deps, room, owner, ["Heliotrope opens it"])
    with asking(deps=deps) as (reciting, _):
        summarise_all(reciting, room)
    post_many(deps, room, owner, [f"Apples and pears and plums, basket {n}" for n in range(40)])
    server.script.append(Says([said]))
    turn = answered(with_model(deps, server), room, member, "Apples pears plums basket?")
    assert "<summary>Heliotrope opens it" in server.prompt()
    assert ">Heliotrope opens it" not in server.prompt().replace("<summary>", "")
    remove(deps, room, owner, secret)
    assert is_shown(deps, room, member, turn) is not is_repeated


@ACTS
def test_a_catch_up_goes_with_what_it_repeats_and_stays_with_what_it_does_not(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone, act: Act
) -> None:
    meeting, secret, other = post_many(deps, room, owner, [MEETING, SECRET, "Bread is out"])
    server.otherwise = lambda _: Says(["- At noon, say heliotrope [1]"])
    turn_id = missed.ask_catch_up(
        deps,
        actor_id=member.id,
        room_id=room.id,
        client_id=deps.ids.client_id(),
        since=str(Since(Stretch.MISSED, message_id=meeting)),
    )
    carry_out(with_model(deps, server), turn_id)

    def now() -> Turn:
        (turn,) = turns.list_turns(
            deps, actor_id=member.id, room_id=room.id, limit=1, kind=Kind.CATCH_UP
        )
        return turn

    assert [each.message_id for each in now().sources] == [meeting]
    act(deps, room, owner, other)
    assert not now().is_withdrawn
    act(deps, room, owner, secret)
    assert (now().is_withdrawn, now().answer) == (True, "")


@pytest.mark.parametrize("act", [edit, delete, remove, None])
def test_no_reply_is_posted_once_something_was_taken_away_that_it_may_repeat(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    act: Act | None,
) -> None:
    _, secret = post_many(deps, room, owner, [MEETING, SECRET])
    server.script.append(Stalls(["At noon [1], say heliotrope"], ends_well=True))
    message_id, turn_id = called(deps, room, member)
    with at_work(with_model(deps, server), turn_id) as (worker,):
        wait_until(lambda: server.requests, what="it was read")
        if act is not None:
            act(deps, room, owner, secret)
        server.over.set()
        worker.result(30)
    found = rows(deps, "SELECT outcome, error FROM assistant_turns WHERE id = :id", id=turn_id)
    posted = rows(deps, "SELECT body FROM messages WHERE thread_id = :id", id=message_id)
    assert len(posted) == int(act is None)
    assert found == ([("answered", "")] if act is None else [("failed", SourcesChanged.code)])


@pytest.mark.parametrize("is_called", [False, True])
@ACTS
def test_what_is_being_written_is_taken_off_the_screens(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    act: Act,
    is_called: bool,
) -> None:
    _, secret = post_many(deps, room, owner, [MEETING, SECRET])
    server.script.append(Says(["heliotrope "] * 4_000, pause_s=0.01))
    turn_id = called(deps, room, member)[1] if is_called else ask(deps, room, member, QUESTION)
    with at_work(with_model(deps, server), turn_id) as (worker,):
        wait_until(lambda: "heliotrope" in written(deps, turn_id), what="it is being written")
        act(deps, room, owner, secret)
        worker.result(10)
    assert written(deps, turn_id) == ""
    found = rows(
        deps, "SELECT answer, outcome, error FROM assistant_turns WHERE id = :i", i=turn_id
    )
    assert found == [("", "failed", SourcesChanged.code)]


def called(deps: Deps, room: Place, who: Someone) -> tuple[int, int]:
    """A message that calls the assistant, and its turn."""
    message_id = post(deps, room, who, "@assistant when do we meet in the garden?")
    judging.judge_waiting(deps)
    found = rows(deps, "SELECT id FROM assistant_turns WHERE message_id = :id", id=message_id)
    return message_id, found[0][0]


def replied(deps: Deps, server: ScriptedOpenAI, room: Place, who: Someone, text: str) -> int:
    """The message that calls the assistant, which was answered with this text."""
    server.otherwise = lambda r: Says([text.replace("MEETING", f"[{number_of(r, MEETING)}]")])
    message_id, turn_id = called(deps, room, who)
    carry_out(with_model(deps, server), turn_id)
    judging.judge_waiting(deps)
    return message_id


@pytest.mark.parametrize(
    ("text", "lost", "rests"),
    [("At noon MEETING.", True, "rests"), ("At noon.", False, "may rest")],
)
@pytest.mark.parametrize(
    ("act", "became"),
    [(edit, "has changed since"), (delete, "was removed"), (remove, "was removed")],
)
def test_a_reply_says_on_every_screen_what_became_of_a_message_that_it_rests_on(
    deps: Deps,
    server: ScriptedOpenAI,
    room: Place,
    owner: Someone,
    member: Someone,
    text: str,
    lost: bool,
    rests: str,
    act: Act,
    became: str,
) -> None:
    (source,) = post_many(deps, room, owner, [MEETING])
    asked_at = replied(deps, server, room, member, text)
    elsewhere = post(deps, room, owner, "lunch")
    before = history.load_thread(deps, room_id=room.id, root_id=asked_at)
    (reply,) = before.replies
    assert message_row(reply, None).outdated == ""
    assert (f"message={source})" in message_row(reply, None).body) is lost
    act(deps, room, owner, elsewhere)
    assert history.load_thread(deps, room_id=room.id, root_id=asked_at).replies == (reply,)
    act(deps, room, owner, source)
    now = history.load_thread(deps, room_id=room.id, root_id=asked_at)
    assert folded_thread(deps, before, room_id=room.id) == now
    row = message_row(now.replies[0], None)
    assert row.outdated == f"A message this {rests} on {became}"
    assert row.body == "At noon."
    assert now.replies[0].body == reply.body


def test_a_reply_follows_what_becomes_of_its_source_further_on(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    (source,) = post_many(deps, room, owner, [MEETING])
    asked_at = replied(deps, server, room, member, "At noon MEETING.")
    before = history.load_thread(deps, room_id=room.id, root_id=asked_at)

    def change_of() -> str | None:
        now = history.load_thread(deps, room_id=room.id, root_id=asked_at)
        assert folded_thread(deps, before, room_id=room.id) == now
        return now.replies[0].outdated.change if now.replies[0].outdated else None

    ids: dict[str, Any] = {"actor_id": owner.id, "room_id": room.id}
    decision = decisions.remove(deps, **ids, message_id=source)
    assert change_of() == "removed"
    undoing.undo(deps, **ids, decision_id=decision)
    assert change_of() is None
    # Changed, and taken away before anybody approved what it says now.
    messages.edit_message(deps, **ids, message_id=source, body="We meet elsewhere")
    assert change_of() == "changed"
    delete(deps, room, owner, source)
    assert change_of() == "removed"
    decisions.remove(deps, **ids, message_id=before.replies[0].id)
    assert change_of() is None


def test_a_reply_that_waits_for_its_verdict_is_shown_with_what_became_of_its_source(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    (source,) = post_many(deps, room, owner, [MEETING])
    moderated(deps, room, Mode.AUTO, holds=True, hold_limit_ms=60_000)
    server.otherwise = lambda r: Says([f"At noon [{number_of(r, MEETING)}]."])
    asked_at, turn_id = called(deps, room, member)
    carry_out(with_model(deps, server), turn_id)
    before = history.load_thread(deps, room_id=room.id, root_id=asked_at)
    assert before.replies == ()
    delete(deps, room, owner, source)
    judging.judge_waiting(deps)
    now = history.load_thread(deps, room_id=room.id, root_id=asked_at)
    assert folded_thread(deps, before, room_id=room.id) == now
    assert now.replies[0].outdated == Outdated(change="removed", lost=(source,))


def test_a_reply_that_found_nothing_rests_on_nothing(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    (source,) = post_many(deps, room, owner, [MEETING])
    asked_at = replied(deps, server, room, member, NO_ANSWER)
    delete(deps, room, owner, source)
    now = history.load_thread(deps, room_id=room.id, root_id=asked_at)
    assert now.replies[0].outdated is None


def test_what_the_assistant_said_in_the_room_is_never_rested_on(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    moderated(deps, room, Mode.AUTO, holds=False)
    (meeting,) = post_many(deps, room, owner, [MEETING])
    server.otherwise = lambda _: Says(["At noon, say heliotrope"])
    with_server = with_model(deps, server)
    asked_at, turn_id = called(deps, room, member)
    carry_out(with_server, turn_id)
    judging.judge_waiting(deps)
    ((own, status),) = rows(
        deps, "SELECT id, status FROM messages WHERE thread_id = :id", id=asked_at
    )
    assert status == "approved"
    with transaction(deps.sessions) as tx:
        assistant = account.find_ai(tx, Being.ASSISTANT)
        assert assistant is not None
        assistant_id = assistant.id
    found = retrieve(deps, actor_id=member.id, room_id=room.id, question="garden heliotrope")
    assert meeting in {hit.message_id for hit in found.hits}
    assert own not in {hit.message_id for hit in found.hits}
    since = Since(Stretch.MISSED, message_id=meeting)
    told = missed.list_missed(deps, actor_id=member.id, room_id=room.id, since=since, limit=9)
    assert {each.ids for each in told.passages} == {(meeting,), (asked_at,)}
    # Also beside people's messages in the timeline, where an import may have brought it.
    change(deps, "UPDATE messages SET author_id = :a WHERE id = :id", a=assistant_id, id=asked_at)
    assert MEETING in greet(deps, actor_id=member.id, room_id=room.id).news
    requests = "SELECT count(*) FROM index_requests WHERE item_id = :id AND kind = 'message'"
    assert rows(deps, requests, id=own) == [(0,)]
    with asking(deps=deps) as (reciting, model):
        summarise_all(reciting, room)
    assert "heliotrope" not in model.prompt()


def test_reading_a_conversation_takes_as_many_queries_however_long_it_is(
    deps: Deps, server: ScriptedOpenAI, room: Place, owner: Someone, member: Someone
) -> None:
    post_many(deps, room, owner, [MEETING, SECRET])
    server.otherwise = lambda _: Says(["At noon [1]"])
    with_server = with_model(deps, server)
    taken: list[int] = []
    for count in (1, 6):
        while len(turns.list_turns(deps, actor_id=member.id, room_id=room.id, limit=9)) < count:
            answered(with_server, room, member, QUESTION)
        with counted_queries(deps) as statements:
            turns.list_turns(deps, actor_id=member.id, room_id=room.id, limit=9)
        taken.append(len(statements))
    assert taken[0] == taken[1]


def test_answers_of_before_rest_on_what_they_cite(postgres: RunningServer) -> None:
    with database_at(postgres.url, "0016") as url:
        engine = create_engine(sqlalchemy_url(url))
        with engine.connect() as connection:
            connection.execute(text(_BEFORE))
            connection.commit()
            migrate(url)
            found: list[Any] = [
                tuple(row)
                for row in connection.execute(
                    text("SELECT rests_on, revisions, reply_id FROM assistant_turns ORDER BY id")
                )
            ]
            indexed = list(
                connection.execute(
                    text("SELECT item_id FROM index_requests WHERE kind <> 'room'")
                ).scalars()
            )
        engine.dispose()
    assert found == [([2, 1, 9], [-1, 1, -1], None), ([], [], None), ([], [], 3)]
    assert indexed == [3]


_BEFORE = """
    INSERT INTO accounts (username, name, hue, password_hash, is_admin, kind) VALUES
        ('mara', 'Mara', 1, '', false, 'person'), ('assistant', 'A', 1, '', false, 'assistant');
    INSERT INTO rooms (slug, name, description, topic, is_private, member_count, created_by)
        VALUES ('room', 'Room', '', '', false, 2, 1);
    INSERT INTO messages (room_id, position, author_id, client_id, body, revision, edited_at) VALUES
        (1, 1, 1, 'a', 'edited before', 1, now() - interval '2 hours'),
        (1, 2, 1, 'b', 'edited after', 1, now()),
        (1, 3, 2, 'turn-3', 'said by the assistant', 0, NULL);
    INSERT INTO assistant_turns (room_id, account_id, kind, client_id, sources, outcome, asked_at)
        VALUES (1, 1, 'question', 'x', '{2,1,9}', 'answered', now() - interval '1 hour'),
        (1, 1, 'question', 'y', '{}', 'answered', now() - interval '1 hour'),
        (1, 1, 'mention', 'message-2', '{}', 'answered', now() - interval '1 hour')
"""
