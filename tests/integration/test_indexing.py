"""The index of meaning holds what may be found and nothing else, whoever dies or is away."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from chatrooms import bootstrap
from chatrooms.adapters.vectors import Entry, Vectors
from chatrooms.bootstrap import Deps
from chatrooms.cli import index as index_command
from chatrooms.cli.app import make_app
from chatrooms.db.engine import exclusively
from chatrooms.domain import jobs
from chatrooms.domain.errors import NotAllowed, VectorsUnavailable
from chatrooms.domain.moderation import HoldExpiry, Mode
from chatrooms.services import messages
from chatrooms.services.ai import indexing
from chatrooms.services.ai.index_state import IndexState, get_index_state
from chatrooms.services.ai.index_texts import collection_of
from chatrooms.services.moderation import decisions, holding, judging, undoing
from tests.support import servers
from tests.support.indexes import (
    Reworded,
    Slow,
    Watching,
    WatchingVectors,
    held_by_chroma,
    indexed,
    with_embedder,
    with_index,
)
from tests.support.inspect import (
    change,
    counted_queries,
    open_transactions,
    rows,
    waiting_for_locks,
)
from tests.support.memory import summarise_all
from tests.support.moderation import ABUSE, HARMLESS, moderated
from tests.support.people import Place, Someone, post, post_many, unique
from tests.support.servers import RunningServer
from tests.support.waiting import wait_until

TALK = [
    "The lamp in the cellar is broken and needs a new bulb",
    "We meet on Thursday at noon in the small kitchen",
    "The key for the garden hangs behind the green door",
]


@pytest.fixture
def room(private_room: Place, owner: Someone, member: Someone) -> Place:
    return private_room


@pytest.fixture
def index(deps: Deps, chroma: RunningServer) -> Iterator[Deps]:
    """The dependencies with an empty index."""
    with with_index(deps, chroma) as made:
        yield made


@pytest.fixture(scope="module")
def own_chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A Chroma that these tests may stop."""
    with servers.chroma(tmp_path_factory.mktemp("stopped") / "chroma") as server:
        yield server


def test_the_index_follows_approval_edit_removal_restoring_and_deletion(
    index: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(index, room, holds=False)
    said, bad = post(index, room, member, HARMLESS), post(index, room, member, ABUSE)
    reply = post(index, room, member, "In the garden then", thread=said)
    where: dict[str, Any] = {"room_id": room.id, "message_id": said}
    assert indexed(index, room, said, bad, reply) == []
    judging.judge_waiting(index)
    assert indexed(index, room, said, bad, reply) == [said, reply]

    before = vector(index, room, said)
    messages.edit_message(index, actor_id=member.id, body="Tea at four, then", **where)
    assert indexed(index, room, said) == []
    judging.judge_waiting(index)
    assert indexed(index, room, said) == [said]
    assert vector(index, room, said) != before

    removal = decisions.remove(index, actor_id=moderator.id, **where)
    assert indexed(index, room, said) == []
    undoing.undo(index, actor_id=moderator.id, room_id=room.id, decision_id=removal)
    assert indexed(index, room, said) == [said]
    decisions.remove(index, actor_id=moderator.id, **where)
    assert indexed(index, room, said) == []
    decisions.keep(index, actor_id=moderator.id, **where)
    assert indexed(index, room, said) == [said]

    messages.delete_message(index, actor_id=member.id, **where)
    assert indexed(index, room, said, reply) == [reply]


def vector(index: Deps, room: Place, message_id: int) -> list[float]:
    (found,) = index.vectors.vectors(
        collection_of(index.embedding.key, room.id), [f"message-{message_id}"], length=1_024
    ).values()
    return found.tolist()


def test_what_is_held_or_was_published_unjudged_is_not_in_the_index_until_it_is_approved(
    index: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(index, room, Mode.AUTO, hold_expiry=HoldExpiry.PUBLISH)
    said = post(index, room, member, HARMLESS)
    assert indexed(index, room, said) == []
    change(index, "UPDATE messages SET hold_until = now() - interval '1 s' WHERE id = :i", i=said)
    assert holding.release_overdue(index) == 1
    assert indexed(index, room, said) == []
    decisions.keep(index, actor_id=moderator.id, room_id=room.id, message_id=said)
    assert indexed(index, room, said) == [said]


def test_a_batch_of_verdicts_asks_the_index_in_one_statement(
    index: Deps, room: Place, member: Someone
) -> None:
    moderated(index, room)
    said = [post(index, room, member, f"{HARMLESS} {number}") for number in range(12)]
    with counted_queries(index) as statements:
        judging.judge_waiting(index)
    assert sum("index_requests" in each for each in statements) == 1
    assert indexed(index, room, *said) == said


def test_a_message_removed_while_it_is_embedded_does_not_stay(
    index: Deps, room: Place, member: Someone, moderator: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the other worker that follows the removal is faster or not."""
    said, kept = post_many(index, room, member, ["the lamp is in the cellar", "and the rope"])
    upsert, left = Vectors.upsert, [True]

    def remove_first(vectors: Vectors, name: str, entries: list[Entry]) -> None:
        if left and entries:
            left.pop()
            decisions.remove(index, actor_id=moderator.id, room_id=room.id, message_id=said)
            # As if another worker had followed it already.
            change(
                index,
                "DELETE FROM index_requests WHERE id = (SELECT max(id) FROM index_requests)",
            )
        upsert(vectors, name, entries)

    monkeypatch.setattr(Vectors, "upsert", remove_first)
    assert indexed(index, room, said, kept) == [kept]
    assert not left


def test_no_transaction_is_open_while_something_is_embedded_or_chroma_is_asked(
    index: Deps, room: Place, member: Someone
) -> None:
    said = post_many(index, room, member, TALK)
    assert indexed(index, room, *said) == said
    # Another embedder, so that collections are emptied and filled.
    embedder, vectors = Watching(index), WatchingVectors(index)
    embedder.key = "watching"
    watched = replace(with_embedder(index, embedder), vectors=vectors)
    messages.delete_message(index, actor_id=member.id, room_id=room.id, message_id=said[0])
    assert indexed(watched, room, *said) == said[1:]
    vectors.close()
    assert embedder.seen
    assert vectors.seen
    assert not any([*embedder.seen, *vectors.seen])


def test_workers_at_once_share_what_waits_and_none_of_it_is_gone_before_it_is_followed(
    index: Deps, room: Place, member: Someone
) -> None:
    indexing.index_waiting(index)
    first = post_many(index, room, member, TALK[:2])
    slow = Slow()
    slowed = with_embedder(index, slow)
    with ThreadPoolExecutor(1) as pool:
        try:
            at_work = pool.submit(indexing.index_waiting, slowed)
            assert slow.has_begun.wait(60)
            assert rows(index, "SELECT count(*) FROM index_requests") == [(2,)]
            (other,) = post_many(index, room, member, TALK[2:])
            assert indexed(index, room, *first, other) == [other]
        finally:
            slow.may_go_on.set()
        assert at_work.result(60) == 2
    assert sorted(slow.embedded) == TALK[:2]
    assert held_by_chroma(index, room, *first, other) == [*first, other]
    assert rows(index, "SELECT * FROM index_requests") == []


def test_what_a_lost_worker_had_taken_is_followed_by_another_once_its_lease_is_over(
    index: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    indexing.index_waiting(index)
    said, gone = post_many(index, room, member, TALK[:2])
    slow = Slow()
    with ThreadPoolExecutor(1) as pool:
        try:
            at_work = pool.submit(indexing.index_waiting, with_embedder(index, slow))
            assert slow.has_begun.wait(60)
            change(index, "UPDATE index_requests SET due_at = now()")
            assert indexed(index, room, said, gone) == [said, gone]
            decisions.remove(index, actor_id=moderator.id, room_id=room.id, message_id=gone)
            assert indexed(index, room, said, gone) == [said]
        finally:
            slow.may_go_on.set()
        # It was only slow, and writes last what it read first.
        at_work.result(60)
    assert held_by_chroma(index, room, said, gone) == [said]


def waiting_jobs(index: Deps) -> int:
    """How many jobs wait in the queue of what indexes."""
    found: Any = index.redis.llen(jobs.AI_QUEUE)
    return int(found)


def test_while_a_worker_follows_a_flood_others_stay_free_and_nothing_is_forgotten(
    index: Deps, room: Place, member: Someone
) -> None:
    (said,) = post_many(index, room, member, TALK[:1])
    slow = Slow()
    with ThreadPoolExecutor(1) as pool:
        try:
            at_work = pool.submit(indexing.index_alone, with_embedder(index, slow))
            assert slow.has_begun.wait(60)
            sent = waiting_jobs(index)
            (later,) = post_many(index, room, member, TALK[1:2])
            # Whoever comes meanwhile, woken or by the clock, goes again and sends for nobody.
            assert [indexing.index_alone(index) for _ in range(5)] == [0] * 5
            assert waiting_jobs(index) == sent + 1
        finally:
            slow.may_go_on.set()
        at_work.result(60)
    # The one who was at it sends for one in place of those that it put off.
    assert waiting_jobs(index) == sent + 2
    assert indexing.index_alone(index) == 0
    assert held_by_chroma(index, room, said, later) == [said, later]


def test_only_one_worker_empties_the_index_and_nobody_fills_it_meanwhile(
    index: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = post_many(index, room, member, TALK)
    assert indexed(index, room, *said) == said
    again = with_embedder(index, Reworded())
    drop, empties, may_go_on = Vectors.drop, threading.Event(), threading.Event()

    def slowly(vectors: Vectors, name: str) -> None:
        empties.set()
        assert may_go_on.wait(60)
        drop(vectors, name)

    monkeypatch.setattr(Vectors, "drop", slowly)
    with ThreadPoolExecutor(1) as pool:
        try:
            at_work = pool.submit(indexing.index_waiting, again)
            assert empties.wait(60)
            assert open_transactions(index) == []
            assert indexing.index_waiting(again) == 0
        finally:
            may_go_on.set()
        assert at_work.result(60) >= len(said)
    assert held_by_chroma(again, room, *said) == said


@pytest.fixture
def fragile(deps: Deps, own_chroma: RunningServer) -> Iterator[Deps]:
    """The dependencies with an empty index on the Chroma that may be stopped."""
    with with_index(deps, own_chroma) as made:
        yield made


def test_while_chroma_is_away_everything_goes_on_and_is_followed_later(
    fragile: Deps, own_chroma: RunningServer, room: Place, member: Someone, admin: Someone
) -> None:
    index = fragile
    (first,) = post_many(index, room, member, ["the lamp is in the cellar"])
    assert indexed(index, room, first) == [first]
    own_chroma.stop()
    try:
        moderated(index, room)
        second = post(index, room, member, HARMLESS)
        judging.judge_waiting(index)
        messages.delete_message(index, actor_id=member.id, room_id=room.id, message_id=first)
        with pytest.raises(VectorsUnavailable):
            indexing.index_waiting(index)
        state = get_index_state(index, actor_id=admin.id)
        assert (state.is_away, state.waiting) == (True, 2)
    finally:
        own_chroma.start()
    assert held_by_chroma(index, room, first, second) == [first]
    assert indexed(index, room, first, second) == [second]
    assert rows(index, "SELECT * FROM index_requests") == []


def test_another_embedder_fills_its_own_collection_and_administrators_see_how_far_it_is(
    index: Deps,
    chroma: RunningServer,
    room: Place,
    member: Someone,
    admin: Someone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change(index, "UPDATE messages SET status = 'pending'")
    monkeypatch.setattr(indexing, "BATCH", 2)
    said = post_many(index, room, member, [f"the lamp number {each}" for each in range(5)])
    assert indexed(index, room, *said) == said
    state = get_index_state(index, actor_id=admin.id)
    assert state == IndexState("lexical", "", 5, 5, 0, is_filling=False, is_away=False)

    other = with_embedder(index, Reworded())
    state = get_index_state(other, actor_id=admin.id)
    assert state == IndexState("lexical-2", "", 0, 5, 0, is_filling=True, is_away=False)
    assert next(indexing.rebuild(other)) == (2, 5)
    state = get_index_state(other, actor_id=admin.id)
    assert (state.done, state.total, state.is_filling) == (2, 5, True)
    assert held_by_chroma(other, room, *said) == said[-2:]
    assert indexed(other, room, *said) == said
    assert not get_index_state(other, actor_id=admin.id).is_filling
    assert other.vectors.names() == [collection_of("lexical-2", room.id)]
    with pytest.raises(NotAllowed):
        get_index_state(other, actor_id=member.id)


def test_what_workers_do_meanwhile_counts_when_the_index_is_made_anew(
    index: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    post_many(index, room, member, TALK)
    progress = indexing.rebuild(index)
    done, total = next(progress)
    assert (done, total > 2) == (2, True)
    indexing.index_waiting(index)
    assert list(progress)[-1] == (total, total)


def test_a_chroma_that_lost_its_data_is_filled_again(
    index: Deps, chroma: RunningServer, room: Place, member: Someone
) -> None:
    said = post_many(index, room, member, TALK)
    summarise_all(index, room)
    assert indexed(index, room, *said) == said
    known = indexed_sentences(index, room)
    assert known
    emptied = Vectors(chroma.url, database=unique("lost"))
    again = replace(index, vectors=emptied)
    assert indexed(again, room, *said) == said
    assert indexed_sentences(again, room) == known
    emptied.close()


def test_the_command_makes_the_index_anew_and_takes_out_what_may_not_be_found(
    index: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, gone = post_many(index, room, member, ["the lamp is in the cellar", "and the rope"])
    assert indexed(index, room, said, gone) == [said, gone]
    # As if by hand, behind the services.
    change(index, "UPDATE messages SET withheld = 'removed' WHERE id = :id", id=gone)
    assert indexed(index, room, said, gone) == [said, gone]
    monkeypatch.setattr(index_command, "use_instance", lambda _data: None)
    monkeypatch.setattr(bootstrap, "current", lambda: index)
    result = CliRunner().invoke(make_app(["index"]), ["index", "--rebuild"])
    assert result.exit_code == 0, result.output
    assert "100%" in result.output
    assert "with the embedder lexical" in result.output
    assert held_by_chroma(index, room, said, gone) == [said]


def test_who_makes_the_index_anew_waits_for_whoever_is_beginning(
    index: Deps, room: Place, member: Someone
) -> None:
    post(index, room, member, TALK[0])
    with ThreadPoolExecutor(1) as pool:
        with exclusively(index.sessions, lock=indexing._BEGINNING_LOCK):
            done = pool.submit(lambda: list(indexing.rebuild(index)))
            wait_until(lambda: waiting_for_locks(index) == 1, what="it waits")
        assert done.result(30)


def test_sentences_of_summaries_are_in_the_index_until_they_are_withdrawn(
    index: Deps, room: Place, member: Someone
) -> None:
    said = post_many(index, room, member, TALK)
    summarise_all(index, room)
    before = indexed_sentences(index, room)
    assert before == sentences_of(index, room)
    ((source,),) = rows(
        index, "SELECT message_id FROM summary_sources WHERE sentence_id = :id", id=before[0]
    )
    assert source in said
    messages.delete_message(index, actor_id=member.id, room_id=room.id, message_id=source)
    after = indexed_sentences(index, room)
    assert after == sentences_of(index, room)
    assert set(after) < set(before)


def sentences_of(index: Deps, room: Place) -> list[int]:
    """The sentences that say what the room's messages say, and not what other summaries do."""
    found = rows(
        index,
        "SELECT summary_sentences.id FROM summary_sentences JOIN summaries"
        " ON summaries.id = summary_id WHERE room_id = :id AND NOT is_rolling ORDER BY 1",
        id=room.id,
    )
    return [id_ for (id_,) in found]


def indexed_sentences(index: Deps, room: Place) -> list[int]:
    """Those that Chroma holds once the index has followed all that waits."""
    indexing.index_waiting(index)
    ids = {f"summary-{id_}": id_ for (id_,) in rows(index, "SELECT id FROM summary_sentences")}
    ids |= {f"summary-{id_}": id_ for id_ in range(1, 100)}
    return sorted(ids[each] for each in index.vectors.versions(room_of(index, room), list(ids)))


def room_of(index: Deps, room: Place) -> str:
    """The name of the room's collection."""
    return collection_of(index.embedding.key, room.id)
