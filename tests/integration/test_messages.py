"""Messages: stored once, in order, and erased everywhere when they are taken back."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from redis import Redis

from chatrooms.adapters.bus import Bus, room_channel
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import ChatError, InvalidInput, MessageUnavailable, NotAllowed
from chatrooms.domain.events import Message, Sequenced
from chatrooms.services import admission, event_log, history, messages
from chatrooms.services.moderation import decisions
from tests.support.inspect import (
    assert_gapless,
    everything_stored,
    folded,
    rows,
    waiting_for_locks,
)
from tests.support.people import Place, Someone, make_room, post
from tests.support.threads import at_once
from tests.support.waiting import wait_until

ERASED_FROM = ("messages", "message_edits", "room_events")


def send(deps: Deps, room: Place, author: Someone, client_id: str, body: str = "Hello") -> int:
    return messages.post_message(
        deps, actor_id=author.id, room_id=room.id, client_id=client_id, body=body
    )


def edit(deps: Deps, room: Place, author: Someone, message_id: int, body: str) -> None:
    messages.edit_message(
        deps, actor_id=author.id, room_id=room.id, message_id=message_id, body=body
    )


def delete(deps: Deps, room: Place, author: Someone, message_id: int) -> None:
    messages.delete_message(deps, actor_id=author.id, room_id=room.id, message_id=message_id)


def shown(deps: Deps, room: Place) -> tuple[Message, ...]:
    return history.load_view(deps, room_id=room.id).messages


def test_the_same_message_sent_twice_is_stored_once(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    first = send(deps, private_room, owner, "same")
    assert send(deps, private_room, owner, "same", "Other text") == first
    assert [m.body for m in shown(deps, private_room)] == ["Hello"]
    assert_gapless(deps, private_room.id)


def test_the_same_message_sent_by_many_threads_at_once_is_stored_once(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    results = at_once([lambda: send(deps, private_room, owner, "same") for _ in range(8)])
    assert len(set(results)) == 1
    assert isinstance(results[0], int)
    assert len(shown(deps, private_room)) == 1
    assert_gapless(deps, private_room.id)


def test_two_people_may_use_the_same_client_id(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    assert send(deps, private_room, owner, "id") != send(deps, private_room, member, "id")


def test_a_message_sent_to_one_room_is_not_sent_to_another(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    other = make_room(deps, owner)
    send(deps, private_room, owner, "same")
    with pytest.raises(InvalidInput, match="another room"):
        send(deps, other, owner, "same")
    assert shown(deps, other) == ()
    assert send(deps, other, owner, "fresh")


@pytest.mark.parametrize("client_id", ["", "x" * 65, "é", "a\nb", "\x00", "\ud800", None, 5, ["x"]])
def test_a_message_needs_a_usable_client_id(
    deps: Deps, private_room: Place, owner: Someone, client_id: str
) -> None:
    with pytest.raises(InvalidInput, match="usable id"):
        send(deps, private_room, owner, client_id)
    assert send(deps, private_room, owner, "x" * 64)


@pytest.mark.parametrize(
    "body", ["", "  \n", "\u200b", "\u202e", "x" * 4001, "\ud800", None, 5, {"a": "b"}]
)
def test_unfit_text_is_neither_posted_nor_edited_in(
    deps: Deps, private_room: Place, owner: Someone, body: Any
) -> None:
    message_id = send(deps, private_room, owner, "good")
    with pytest.raises(InvalidInput):
        send(deps, private_room, owner, "bad", body)
    with pytest.raises(InvalidInput):
        edit(deps, private_room, owner, message_id, body)
    assert [m.body for m in shown(deps, private_room)] == ["Hello"]
    assert_gapless(deps, private_room.id)


def test_odd_text_is_cleaned_before_it_is_stored(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    send(deps, private_room, owner, "odd", "a\x00b\u202ec" + "\u0301" * 10_000)
    (message,) = shown(deps, private_room)
    assert message.body.startswith("ab")
    assert len(message.body) < 15


def test_what_a_message_said_before_is_kept(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    message_id = send(deps, private_room, owner, "one", "First")
    for body in ("Second", "Second", "Third"):
        edit(deps, private_room, owner, message_id, body)
    kept = rows(
        deps, "SELECT body FROM message_edits WHERE message_id = :id ORDER BY id", id=message_id
    )
    assert kept == [("First",), ("Second",)]
    (message,) = shown(deps, private_room)
    assert (message.body, message.edited_at is not None) == ("Third", True)


def test_people_change_their_own_messages_only(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    message_id = send(deps, private_room, member, "mine")
    for change in (lambda w: edit(deps, private_room, w, message_id, "New"),):
        with pytest.raises(NotAllowed):
            change(owner)
        change(member)
    with pytest.raises(NotAllowed):
        delete(deps, private_room, owner, message_id)
    delete(deps, private_room, member, message_id)


def test_a_deleted_message_leaves_its_text_nowhere(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    message_id = send(deps, private_room, owner, "one", "Zebra one")
    reply = post(deps, private_room, owner, "An answer", reply_to=message_id)
    edit(deps, private_room, owner, message_id, "Zebra two")
    post(deps, private_room, owner, "Another answer", reply_to=message_id)
    edit(deps, private_room, owner, reply, "An edited answer")
    for each in (reply, message_id, reply):
        for decide in (decisions.remove, decisions.keep):
            decide(deps, actor_id=owner.id, room_id=private_room.id, message_id=each)
    assert "Zebra" in everything_stored(deps, *ERASED_FROM)
    before = history.load_view(deps, room_id=private_room.id)
    delete(deps, private_room, owner, message_id)
    assert "Zebra" not in everything_stored(deps, *ERASED_FROM)
    fresh = history.load_view(deps, room_id=private_room.id)
    assert folded(deps, before, room_id=private_room.id) == fresh
    assert "Zebra" not in str(fresh)
    assert [m.body for m in fresh.messages] == ["", "An edited answer", "Another answer"]


def test_a_deleted_message_can_be_neither_edited_nor_deleted_again(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    message_id = send(deps, private_room, owner, "one")
    delete(deps, private_room, owner, message_id)
    with pytest.raises(MessageUnavailable):
        edit(deps, private_room, owner, message_id, "Back again")
    with pytest.raises(MessageUnavailable):
        delete(deps, private_room, owner, message_id)
    assert_gapless(deps, private_room.id)


def test_of_an_edit_and_a_deletion_at_once_the_text_is_gone(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    for number in range(5):
        message_id = send(deps, private_room, owner, f"m{number}", f"Zebra {number}")
        at_once(
            [
                lambda i=message_id: edit(deps, private_room, owner, i, "Zebra again"),
                lambda i=message_id: delete(deps, private_room, owner, i),
            ]
        )
    assert "Zebra" not in everything_stored(deps, *ERASED_FROM)
    assert_gapless(deps, private_room.id)


def test_a_reply_that_waits_behind_a_deletion_does_not_bring_the_text_back(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    message_id = send(deps, private_room, owner, "one", "Zebra")
    before = history.load_view(deps, room_id=private_room.id)
    with transaction(deps.sessions) as tx:
        event_log.lock_room(tx, room_id=private_room.id)
        deleting = in_thread(lambda: delete(deps, private_room, owner, message_id))
        wait_until(lambda: waiting_for_locks(deps) == 1, what="the deletion waits")
        replying = in_thread(lambda: post(deps, private_room, member, "Re", reply_to=message_id))
        wait_until(lambda: waiting_for_locks(deps) == 2, what="the reply waits")
    deleting.join(30)
    replying.join(30)
    assert "Zebra" not in everything_stored(deps, *ERASED_FROM)
    fresh = history.load_view(deps, room_id=private_room.id)
    assert len(fresh.messages) == 2
    assert folded(deps, before, room_id=private_room.id) == fresh


def in_thread(call: Any) -> threading.Thread:
    thread = threading.Thread(target=call)
    thread.start()
    return thread


def test_many_writers_at_once_are_numbered_without_gaps_in_the_order_of_commit(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    def write(author: Someone) -> list[int]:
        return [post(deps, private_room, author) for _ in range(15)]

    written = at_once([lambda a=author: write(a) for author in (owner, member) * 4])
    assert_gapless(deps, private_room.id)
    found = rows(
        deps,
        "SELECT id, position FROM messages WHERE room_id = :room ORDER BY position",
        room=private_room.id,
    )
    positions = dict(found)
    assert len(positions) == 120
    for ids in written:
        assert isinstance(ids, list)
        assert [positions[i] for i in ids] == sorted(positions[i] for i in ids)


def test_imported_messages_keep_their_time(deps: Deps, private_room: Place, owner: Someone) -> None:
    moment = datetime(2005, 5, 19, 8, 36, tzinfo=UTC)
    messages.post_message(
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        client_id="old",
        body="Old",
        sent_at=moment,
    )
    assert shown(deps, private_room)[0].sent_at == moment


# The doorbell


class Bell:
    """What was rung for one room."""

    def __init__(self, deps: Deps, room: Place) -> None:
        self._client = Redis.from_url(deps.settings.redis_url.get_secret_value())
        self._pubsub = self._client.pubsub(ignore_subscribe_messages=True)
        self._pubsub.subscribe(room_channel(room.id))
        self._pubsub.get_message(timeout=5)

    def heard(self, count: int) -> list[Sequenced]:
        found: list[Sequenced] = []

        def enough() -> bool:
            if message := self._pubsub.get_message(timeout=0.05):
                found.append(Sequenced.model_validate_json(cast(bytes, message["data"])))
            return len(found) >= count

        wait_until(enough, what=f"{count} rings are heard", deadline_s=10)
        return found

    def close(self) -> None:
        self._pubsub.close()
        self._client.close()


@pytest.fixture
def bell(deps: Deps, private_room: Place) -> Any:
    listening = Bell(deps, private_room)
    yield listening
    listening.close()


def stumble_before_the_commit(deps: Deps, room: Place, who: Someone) -> None:
    with transaction(deps.sessions) as tx:
        admission.admit(tx, deps, room_id=room.id, account_id=who.id)
        raise RuntimeError


def test_what_is_refused_or_rolled_back_leaves_no_gap_and_rings_no_bell(
    deps: Deps, private_room: Place, owner: Someone, stranger: Someone, bell: Bell
) -> None:
    first = send(deps, private_room, owner, "first", "First")
    with pytest.raises(ChatError):
        send(deps, private_room, stranger, "refused")
    with pytest.raises(MessageUnavailable):
        post(deps, private_room, owner, reply_to=10**9)
    with pytest.raises(RuntimeError):
        stumble_before_the_commit(deps, private_room, stranger)
    second = send(deps, private_room, owner, "second", "Second")
    assert_gapless(deps, private_room.id)
    heard = [entry.event.message.id for entry in bell.heard(2)]  # type: ignore[union-attr]
    assert heard == [first, second]


def test_nothing_is_announced_before_it_is_committed(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    class CuriousBus(Bus):
        """Looks whether others can see what it announces."""

        def ring(self, event: Sequenced) -> None:
            seen.append((event.seq, event_log.last_seqs(deps, room_ids=[event.room_id])))

    seen: list[tuple[int, dict[int, int]]] = []
    curious = replace(deps, bus=CuriousBus(deps.redis))
    send(curious, private_room, owner, "one")
    ((seq, last),) = seen
    assert last == {private_room.id: seq}
