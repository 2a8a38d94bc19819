"""What a question finds: what answers it, and nothing that the asker's room does not show now."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text
from structlog.testing import capture_logs

from chatrooms.adapters import embeddings
from chatrooms.adapters.breaker import Breaker
from chatrooms.adapters.embedded.chroma import free_port
from chatrooms.adapters.embeddings import OpenAIEmbedder
from chatrooms.adapters.vectors import Entry, Near, Vectors
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Summary
from chatrooms.domain.errors import RoomUnavailable, VectorsUnavailable
from chatrooms.domain.memory import CitedSentence
from chatrooms.domain.moderation import Mode
from chatrooms.ml.embed.lexical import Lexical
from chatrooms.ml.retrieve.confidence import DOUBTFUL
from chatrooms.ml.retrieve.kept import Samples
from chatrooms.services import members, messages
from chatrooms.services.ai import candidates, index_requests, indexing, summary_storing
from chatrooms.services.ai.index_texts import collection_of
from chatrooms.services.ai.retrieval import Retrieved, retrieve
from chatrooms.services.moderation import decisions, judging
from chatrooms.services.search_meaning import search_by_meaning
from chatrooms.settings import Settings
from tests.support.indexes import with_embedder, with_index
from tests.support.inspect import change, counted_queries
from tests.support.moderation import HARMLESS, moderated
from tests.support.people import Place, Someone, make_room, post, post_many
from tests.support.scripted_openai import Embeds, Fails, ScriptedOpenAI, Stalls, scripted_openai
from tests.support.servers import RunningServer
from tests.support.waiting import wait_until

TALK = [
    "good morning everybody",
    "Does anybody know when the bakery opens on Sunday?",
    "my bicycle has a flat tyre again",
    "at eight, but the rolls are gone by nine",
    "the red line is closed until March, take the tram instead",
    "I patched the tyre with a kit from the hardware shop",
    "lunch at noon in the small kitchen?",
    "the projector needs a new lamp, I ordered one yesterday",
    "see you later",
    "the key for the cellar hangs behind the door",
]
KEY = TALK[-1]
WHERE = "Where does the cellar key hang?"


@pytest.fixture
def index(deps: Deps, chroma: RunningServer) -> Iterator[Deps]:
    """The dependencies with an empty index."""
    with with_index(deps, chroma) as made:
        yield made


@pytest.fixture
def room(index: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    """A room in which something was said, and is in the index."""
    post_many(index, private_room, owner, TALK)
    indexing.index_waiting(index)
    return private_room


def asked(index: Deps, room: Place, who: Someone, question: str = WHERE, **more: Any) -> Retrieved:
    return retrieve(index, actor_id=who.id, room_id=room.id, question=question, **more)


def texts(found: Retrieved) -> list[str]:
    return [hit.text for hit in found.hits]


def test_a_question_finds_its_answer_below_it_and_tells_whether_there_is_one(
    index: Deps, room: Place, member: Someone
) -> None:
    found = asked(index, room, member, "When does the bakery open on Sunday?", limit=6)
    assert TALK[3] in texts(found)
    assert len(found.hits) == 6
    assert [hit.message_id for hit in found.hits] == sorted(h.message_id for h in found.hits)
    assert {hit.is_neighbour for hit in found.hits} == {True, False}
    key = asked(index, room, member)
    assert max(key.hits, key=lambda hit: hit.score).text == KEY
    strange = asked(index, room, member, "Which university did Galileo lecture at?")
    assert strange.support < 0.5 < key.support
    assert asked(index, room, member, "?!").support < 0.5
    assert asked(index, make_room(index, member), member) == Retrieved()


def test_of_messages_that_say_the_same_the_newest_comes_first(
    index: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    (again,) = post_many(index, room, owner, [KEY])
    indexing.index_waiting(index)
    best = max(asked(index, room, member).hits, key=lambda hit: (hit.score, hit.message_id))
    assert best.message_id == again


def test_a_message_is_found_by_its_words_before_it_is_in_the_index(
    index: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    post_many(index, room, owner, ["the ladder stands in the shed"])
    assert "the ladder stands in the shed" in texts(asked(index, room, member, "the ladder?"))


def test_a_reply_is_found_with_what_it_replies_to(
    index: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    (root,) = post_many(index, room, owner, ["where can I leave my suitcase?"])
    (reply,) = post_many(index, room, owner, ["under the stairs is a locker"], thread=root)
    post_many(index, room, owner, ["hm"] * 8)
    indexing.index_waiting(index)
    hits = {hit.message_id: hit for hit in asked(index, room, member, "a suitcase?").hits}
    assert hits[reply].thread_id == root
    assert hits[root].thread_id is None


def test_a_sentence_of_a_summary_leads_to_the_messages_that_it_rests_on(
    index: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    hums, *_ = post_many(index, room, owner, ["it hums all night", *["hm"] * 8])
    found = asked(index, room, member, "heating?", limit=3)
    assert hums not in {hit.message_id for hit in found.hits}
    with transaction(index.sessions) as tx:
        summary = Summary(room_id=room.id, last_position=10**6, model="a person")
        tx.add(summary)
        tx.flush()
        said = CitedSentence("The heating is noisy", (hums,))
        stored = summary_storing.insert_sentences(tx, summary_id=summary.id, sentences=[said])
        index_requests.note_changed(tx, index, room_id=room.id, item_ids=stored, kind="summary")
    indexing.index_waiting(index)
    found = asked(index, room, member, "heating?", limit=3)
    assert hums in {hit.message_id for hit in found.hits}
    assert "The heating is noisy" not in texts(found)


Ending = Callable[[Deps, Place, Someone, Someone, int], object]


def removed_by_a_moderator(
    index: Deps, room: Place, _author: Someone, moderator: Someone, said: int
) -> None:
    decisions.remove(index, actor_id=moderator.id, room_id=room.id, message_id=said)


def deleted(index: Deps, room: Place, author: Someone, _by: Someone, said: int) -> None:
    messages.delete_message(index, actor_id=author.id, room_id=room.id, message_id=said)


def edited(index: Deps, room: Place, author: Someone, _by: Someone, said: int) -> None:
    messages.edit_message(
        index, actor_id=author.id, room_id=room.id, message_id=said, body=HARMLESS
    )
    judging.judge_waiting(index)


def flagged(index: Deps, _room: Place, _author: Someone, _by: Someone, said: int) -> None:
    change(index, "UPDATE messages SET status = 'flagged' WHERE id = :id", id=said)


@pytest.mark.parametrize("end", [removed_by_a_moderator, deleted, edited, flagged])
def test_what_may_not_be_found_any_more_is_not_although_chroma_still_has_it(
    index: Deps, room: Place, owner: Someone, moderator: Someone, member: Someone, end: Ending
) -> None:
    moderated(index, room, holds=False)
    (hit,) = [hit for hit in asked(index, room, member).hits if hit.text == KEY]
    end(index, room, owner, moderator, hit.message_id)
    assert index.vectors.versions(collection_of("lexical", room.id), [f"message-{hit.message_id}"])
    found = texts(asked(index, room, member))
    assert KEY not in found
    assert found


def test_what_waits_to_be_judged_is_not_found(
    index: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    for holds in (True, False):
        moderated(index, room, Mode.MANUAL, holds=holds)
        said = post(index, room, member, f"the rope is on the {'roof' if holds else 'wall'}")
        assert not [t for t in texts(asked(index, room, moderator, "the rope?")) if "rope" in t]
        decisions.keep(index, actor_id=moderator.id, room_id=room.id, message_id=said)
        assert [t for t in texts(asked(index, room, moderator, "the rope?")) if "rope" in t]
        messages.delete_message(index, actor_id=member.id, room_id=room.id, message_id=said)


def test_nothing_of_another_room_is_found_whatever_chroma_says(
    index: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    elsewhere = make_room(index, owner, is_private=True)
    secret = "the cellar key hangs on the secret hook"
    (said,) = post_many(index, elsewhere, owner, [secret])
    indexing.index_waiting(index)
    assert secret in texts(asked(index, elsewhere, owner))
    vector = np.asarray(index.embedding.embedder().embed([WHERE])[0])
    name = collection_of("lexical", room.id)
    index.vectors.upsert(name, [Entry(f"message-{said}", vector, 0)])
    assert index.vectors.nearest(name, vector, limit=1)[0].id == f"message-{said}"
    assert secret not in texts(asked(index, room, member))


def test_only_who_may_read_the_room_finds_anything(
    index: Deps, room: Place, member: Someone, stranger: Someone, removed: Someone
) -> None:
    assert KEY in texts(asked(index, room, member))
    for who in (stranger, removed):
        with pytest.raises(RoomUnavailable):
            asked(index, room, who)


def test_who_is_removed_while_chroma_is_asked_finds_nothing(
    index: Deps, room: Place, owner: Someone, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearest = Vectors.nearest

    def removing(vectors: Vectors, *given: Any, **named: Any) -> list[Near]:
        members.remove_member(index, actor_id=owner.id, room_id=room.id, account_id=member.id)
        return nearest(vectors, *given, **named)

    assert asked(index, room, member).hits
    monkeypatch.setattr(Vectors, "nearest", removing)
    with pytest.raises(RoomUnavailable):
        asked(index, room, member)


def test_while_chroma_is_stopped_a_question_is_answered_by_its_words(
    index: Deps, chroma: RunningServer, room: Place, owner: Someone, member: Someone
) -> None:
    Breaker(index.redis, "chroma").succeeded()
    kept = asked(index, room, member)
    chroma.stop()
    try:
        # A process that has looked into the room, and one that has not.
        for deps in (index, replace(index, samples=Samples())):
            found = asked(deps, room, member)
            assert max(found.hits, key=lambda hit: hit.score).text == KEY
            strange = asked(deps, room, member, "Which university did Galileo lecture at?")
            assert strange.support < DOUBTFUL < found.support
            assert found.by_words
            assert strange.by_words
            Breaker(index.redis, "chroma").succeeded()
        post_many(index, room, owner, ["the ladder stands in the shed"])
        assert "the ladder stands in the shed" in texts(asked(index, room, member, "a ladder?"))
    finally:
        chroma.start()
    assert (asked(index, room, member).by_words, kept.by_words) == (False, False)


def test_a_chroma_that_failed_three_times_is_left_alone_for_a_while(
    index: Deps, room: Place, member: Someone
) -> None:
    breaker = Breaker(index.redis, "chroma")
    breaker.succeeded()
    asked_for: list[str] = []

    class Counting(Vectors):
        """What is asked of a port where nobody listens."""

        def nearest(self, name: str, *given: Any, **named: Any) -> list[Near]:
            asked_for.append(name)
            return super().nearest(name, *given, **named)

    away = replace(index, vectors=Counting(f"http://127.0.0.1:{free_port()}", database="none"))
    for _ in range(5):
        assert asked(away, room, member).by_words
    assert len(asked_for) == 3
    away.vectors.close()
    assert asked(index, room, member).by_words
    breaker.succeeded()
    assert not asked(index, room, member).by_words


def test_while_the_index_is_filled_an_answer_says_that_it_was_found_by_words(
    index: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    # What stands around is so little that it is embedded while the asker waits.
    post_many(index, private_room, owner, TALK[-3:])
    assert not asked(index, private_room, member).by_words
    post_many(index, private_room, owner, [f"the key for the cellar number {n}" for n in range(20)])
    found = asked(index, private_room, member)
    assert (found.by_words, KEY in texts(found)) == (True, True)
    indexing.index_waiting(index)
    assert not asked(index, private_room, member).by_words
    # For signs alone there is no vector to wait for.
    post_many(index, private_room, owner, ["\U0001f511" * (n + 1) for n in range(20)])
    indexing.index_waiting(index)
    fresh = replace(index, samples=Samples())
    assert not asked(fresh, private_room, member).by_words


@contextmanager
def embedded_by_a_server(index: Deps) -> Iterator[tuple[Deps, ScriptedOpenAI]]:
    """The dependencies with a server that embeds, as the lexical embedder does."""

    def vector(text: str) -> Sequence[float]:
        return Lexical().embed([text])[0].tolist()

    with scripted_openai(otherwise=lambda _: Embeds(vector)) as server:
        chosen = Settings(openai_base_url=server.base_url, embeddings_model="m", llm_retries=2)
        breaker = Breaker(index.redis, "embeddings")
        breaker.succeeded()
        yield with_embedder(index, OpenAIEmbedder(chosen)), server
        breaker.succeeded()


def test_while_the_server_that_embeds_is_away_a_question_is_answered_by_its_words(
    index: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    with embedded_by_a_server(index) as (served, server):
        post_many(served, private_room, owner, TALK)
        indexing.index_waiting(served)
        kept = asked(served, private_room, member)
        works, server.otherwise = server.otherwise, lambda _: Fails(500)
        server.requests.clear()
        # A process that has looked into the room, others that have not; the last is not let ask.
        for deps in (served, *(replace(served, samples=Samples()) for _ in range(3))):
            found = asked(deps, private_room, member)
            assert max(found.hits, key=lambda hit: hit.score).text == KEY
            assert found.by_words
        assert len(server.requests) == 3
        with pytest.raises(VectorsUnavailable):
            search_by_meaning(served, actor_id=member.id, query="the cellar key")
        Breaker(index.redis, "embeddings").succeeded()
        server.otherwise = works
        assert (asked(served, private_room, member).by_words, kept.by_words) == (False, False)
        assert search_by_meaning(served, actor_id=member.id, query="the cellar key").found.hits


def test_a_server_that_does_not_embed_in_time_is_not_waited_for(
    index: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "_HURRY_S", 0.1)
    with embedded_by_a_server(index) as (served, server):
        server.otherwise = lambda _: Stalls()
        found = asked(served, room, member)
        assert len(server.requests) == 1
    assert (KEY in texts(found), found.by_words) == (True, True)


GIVEN_UP = "words_not_found_in_time"


@contextmanager
def words_taking_too_long(
    index: Deps, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Deps, list[str]]]:
    """An index whose questions are embedded once looking for their words was given up, and what is
    logged meanwhile."""
    monkeypatch.setattr(candidates, "_TIMEOUT_MS", 100)
    with index.sessions() as holding, capture_logs() as logged:
        holding.execute(text("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE"))
        told: list[str] = []

        class Releasing(Lexical):
            def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
                wait_until(lambda: GIVEN_UP in [each["event"] for each in logged], what="it ends")
                holding.rollback()
                return super().embed(texts)

        yield with_embedder(index, Releasing()), told
        told += [each["event"] for each in logged]


def test_with_neither_words_nor_meaning_the_asker_is_told_so(
    index: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = replace(index, vectors=Vectors(f"http://127.0.0.1:{free_port()}", database="none"))
    with (
        words_taking_too_long(away, monkeypatch) as (slow, _),
        pytest.raises(VectorsUnavailable),
    ):
        asked(slow, room, member)
    away.vectors.close()
    Breaker(index.redis, "chroma").succeeded()


def test_where_finding_words_takes_too_long_what_is_near_in_meaning_is_found_alone(
    index: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with words_taking_too_long(index, monkeypatch) as (slow, told):
        found = asked(slow, room, member)
    assert KEY in texts(found)
    assert told == [GIVEN_UP]


def test_a_question_costs_as_many_queries_in_a_long_room_as_in_a_short_one(
    index: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    def cost() -> int:
        asked(index, room, member)
        with counted_queries(index) as statements:
            asked(index, room, member)
        return len(statements)

    short = cost()
    post_many(index, room, owner, [f"the cellar key number {n}" for n in range(60)])
    indexing.index_waiting(index)
    assert cost() == short <= 9
