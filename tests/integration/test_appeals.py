"""Authors object to removals, once each; others answer, and what is restored is as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    ChatError,
    InvalidInput,
    MessageUnavailable,
    NotAllowed,
    RoomUnavailable,
)
from chatrooms.domain.moderation import HoldExpiry, Mode
from chatrooms.domain.permissions import Role
from chatrooms.services import history, messages, notifications, polls, votes
from chatrooms.services.moderation import appeals, decisions, sanctions, standing, undoing
from chatrooms.services.moderation.standing import Standing
from chatrooms.services.polls import PollDraft
from chatrooms.state.notices import title_of
from tests.support.inspect import assert_gapless, change, everything_stored, folded, rows
from tests.support.moderation import moderated, open_queue, shown, status
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up
from tests.support.threads import at_once

TEXT = "Plant the bulbs before the frost"
SECRET = "The safe opens with thistledown"


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    return private_room


@pytest.fixture
def other(deps: Deps, room: Place, owner: Someone) -> Someone:
    """Another moderator."""
    return bring_in(deps, room, by=owner, who=sign_up(deps, "other"), role=Role.MODERATOR)


@pytest.fixture
def said(deps: Deps, room: Place, member: Someone) -> int:
    return post(deps, room, member, TEXT)


def remove(deps: Deps, room: Place, by: Someone, message_id: int) -> int:
    return decisions.remove(
        deps, actor_id=by.id, room_id=room.id, message_id=message_id, reason="Off topic"
    )


def keep(deps: Deps, room: Place, by: Someone, message_id: int) -> int:
    return decisions.keep(deps, actor_id=by.id, room_id=room.id, message_id=message_id)


def appeal(deps: Deps, room: Place, who: Someone, message_id: int, text: str = "Why?") -> None:
    appeals.appeal(deps, actor_id=who.id, room_id=room.id, message_id=message_id, text=text)


def own(deps: Deps, room: Place, who: Someone) -> list[Standing]:
    return standing.list_own(deps, actor_id=who.id, room_id=room.id)


def told(deps: Deps, who: Someone) -> list[str]:
    found = notifications.list_notifications(deps, actor_id=who.id)
    return [title_of(each).rpartition(": ")[2] for each in found if each.kind == "appeal_decided"]


@pytest.mark.parametrize(
    ("actor", "error"),
    [
        ("member", None),
        ("moderator", MessageUnavailable),
        ("owner", MessageUnavailable),
        ("stranger", RoomUnavailable),
        ("removed", RoomUnavailable),
        ("deactivated", RoomUnavailable),
    ],
)
def test_only_the_author_appeals(
    deps: Deps,
    room: Place,
    said: int,
    moderator: Someone,
    request: pytest.FixtureRequest,
    actor: str,
    error: type[ChatError] | None,
) -> None:
    remove(deps, room, moderator, said)
    who: Someone = request.getfixturevalue(actor)
    if error is None:
        appeal(deps, room, who, said)
        assert open_queue(deps, said) == "appeals"
        return
    with pytest.raises(error):
        appeal(deps, room, who, said)
    assert open_queue(deps, said) == ""


def test_an_id_from_another_room_finds_nothing(
    deps: Deps, room: Place, said: int, member: Someone, moderator: Someone
) -> None:
    elsewhere = make_room(deps, member)
    remove(deps, room, moderator, said)
    with pytest.raises(MessageUnavailable):
        appeal(deps, elsewhere, member, said)


def test_what_is_not_removed_cannot_be_appealed_and_a_text_is_needed(
    deps: Deps, room: Place, said: int, member: Someone, moderator: Someone
) -> None:
    with pytest.raises(InvalidInput):
        appeal(deps, room, member, said)
    remove(deps, room, moderator, said)
    for text in ("", "  ", "x" * 1_001):
        with pytest.raises(InvalidInput):
            appeal(deps, room, member, said, text)
    appeal(deps, room, member, said)


def test_a_granted_appeal_brings_the_message_back_as_it_was_and_where_it_was(
    deps: Deps, room: Place, member: Someone, moderator: Someone, other: Someone
) -> None:
    poll = polls.open_poll(
        deps,
        actor_id=member.id,
        room_id=room.id,
        client_id=deps.ids.client_id(),
        draft=PollDraft(question="Which?", choices=["One", "Two"]),
    )
    polls.vote(deps, actor_id=other.id, room_id=room.id, message_id=poll, choice=1)
    votes.vote(deps, actor_id=other.id, room_id=room.id, message_id=poll, value=1)
    post(deps, room, moderator, "An answer", thread=poll)
    post(deps, room, moderator, "Later")
    before = history.load_view(deps, room_id=room.id)
    remove(deps, room, moderator, poll)
    assert shown(deps, room) == ["removed", "Later"]
    appeal(deps, room, member, poll)
    (mine,) = own(deps, room, member)
    assert (mine.is_appealed, mine.is_denied, mine.reason) == (True, False, "Off topic")
    keep(deps, room, other, poll)
    after = history.load_view(deps, room_id=room.id)
    assert after.messages == before.messages
    assert folded(deps, before, room_id=room.id) == after
    assert own(deps, room, member) == []
    assert told(deps, member) == ["your message is shown again"]
    assert_gapless(deps, room.id)


def test_an_appeal_is_answered_by_somebody_else_or_an_owner(
    deps: Deps,
    room: Place,
    said: int,
    owner: Someone,
    member: Someone,
    moderator: Someone,
    other: Someone,
) -> None:
    remove(deps, room, moderator, said)
    appeal(deps, room, member, said)
    for act in (keep, remove):
        with pytest.raises(NotAllowed):
            act(deps, room, moderator, said)
    assert open_queue(deps, said) == "appeals"
    keep(deps, room, other, said)
    assert shown(deps, room) == [TEXT]
    remove(deps, room, owner, said)
    appeal(deps, room, member, said)
    keep(deps, room, owner, said)
    assert shown(deps, room) == [TEXT]


def test_moderators_who_may_answer_hear_of_appeals_until_all_are_answered(
    deps: Deps, room: Place, owner: Someone, member: Someone, moderator: Someone, other: Someone
) -> None:
    def bell(who: Someone) -> list[str]:
        found = notifications.list_notifications(deps, actor_id=who.id)
        return [title_of(n) for n in found if n.kind == "appeal" and not n.is_read]

    mine = [post(deps, room, member, TEXT), post(deps, room, member, TEXT)]
    for each in mine:
        remove(deps, room, moderator, each)
        appeal(deps, room, member, each)
    assert [each.partition(" in ")[0] for each in bell(owner)] == ["2 appeals against removals"]
    assert bell(other) == bell(owner)
    assert bell(moderator) == bell(member) == []
    keep(deps, room, other, mine[0])
    assert len(bell(owner)) == 1
    messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=mine[1])
    assert bell(owner) == bell(other) == []


def test_a_moderator_in_a_time_out_hears_of_no_appeal(
    deps: Deps, room: Place, owner: Someone, member: Someone, moderator: Someone, other: Someone
) -> None:
    here: dict[str, Any] = {"actor_id": owner.id, "room_id": room.id, "account_id": other.id}
    sanctions.time_out(deps, **here, minutes=60, reason="Cool down")
    said = post(deps, room, member, TEXT)
    remove(deps, room, moderator, said)
    appeal(deps, room, member, said)
    heard = {
        who: [n.kind for n in notifications.list_notifications(deps, actor_id=who)]
        for who in (owner.id, other.id)
    }
    assert "appeal" in heard[owner.id]
    assert "appeal" not in heard[other.id]


def test_nobody_answers_an_appeal_of_their_own(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, other: Someone
) -> None:
    said = post(deps, room, owner, TEXT)
    remove(deps, room, moderator, said)
    appeal(deps, room, owner, said)
    with pytest.raises(NotAllowed):
        keep(deps, room, owner, said)
    keep(deps, room, other, said)


def test_a_denied_appeal_is_the_last_word_until_the_message_is_removed_anew(
    deps: Deps, room: Place, said: int, member: Someone, moderator: Someone, other: Someone
) -> None:
    remove(deps, room, moderator, said)
    appeal(deps, room, member, said)
    with pytest.raises(InvalidInput):
        appeal(deps, room, member, said)
    remove(deps, room, other, said)
    (mine,) = own(deps, room, member)
    assert (mine.is_appealed, mine.is_denied) == (True, True)
    with pytest.raises(InvalidInput):
        appeal(deps, room, member, said)
    assert told(deps, member) == ["the removal stands"]
    keep(deps, room, other, said)
    remove(deps, room, other, said)
    appeal(deps, room, member, said)
    assert open_queue(deps, said) == "appeals"


def test_undoing_an_answer_has_the_appeal_wait_again(
    deps: Deps, room: Place, said: int, member: Someone, moderator: Someone, other: Someone
) -> None:
    remove(deps, room, moderator, said)
    appeal(deps, room, member, said)
    for answer in (keep, remove):
        decision = answer(deps, room, other, said)
        undoing.undo(deps, actor_id=other.id, room_id=room.id, decision_id=decision)
        assert shown(deps, room) == ["removed"]
        assert (open_queue(deps, said), status(deps, said)) == ("appeals", "removed")
        (mine,) = own(deps, room, member)
        assert (mine.is_appealed, mine.is_denied) == (True, False)


def test_undoing_a_removal_grants_the_appeal_against_it(
    deps: Deps, room: Place, said: int, member: Someone, moderator: Someone
) -> None:
    decision = remove(deps, room, moderator, said)
    appeal(deps, room, member, said)
    undoing.undo(deps, actor_id=moderator.id, room_id=room.id, decision_id=decision)
    assert (shown(deps, room), open_queue(deps, said)) == ([TEXT], "")
    assert told(deps, member) == ["your message is shown again"]


def test_of_an_appeal_and_the_undoing_of_the_removal_at_once_nothing_is_left_waiting(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    for _ in range(6):
        said = post(deps, room, member, TEXT)
        decision = remove(deps, room, moderator, said)
        appealed, undone = at_once(
            [
                lambda i=said: appeal(deps, room, member, i),
                lambda i=decision: undoing.undo(
                    deps, actor_id=moderator.id, room_id=room.id, decision_id=i
                ),
            ]
        )
        assert (undone, status(deps, said)) == (said, "pending")
        assert appealed is None or isinstance(appealed, InvalidInput)
        assert open_queue(deps, said) == ""
        answered = rows(deps, "SELECT is_granted FROM appeals WHERE message_id = :id", id=said)
        assert answered == ([(True,)] if appealed is None else [])
    assert shown(deps, room) == [TEXT] * 6


def test_authors_see_their_held_messages_and_nobody_else_does(
    deps: Deps, room: Place, member: Someone, owner: Someone, moderator: Someone
) -> None:
    moderated(deps, room, Mode.AUTO, hold_expiry=HoldExpiry.KEEP)
    root = post(deps, room, owner, "A root")
    keep(deps, room, moderator, root)
    said, reply = post(deps, room, member, TEXT), post(deps, room, member, "Reply", thread=root)
    found = own(deps, room, member)
    assert [(s.message_id, s.thread_id, s.body, s.is_held) for s in found] == [
        (said, None, TEXT, True),
        (reply, root, "Reply", True),
    ]
    assert own(deps, room, owner) == own(deps, room, moderator) == []
    remove(deps, room, moderator, said)
    assert [each.status for each in own(deps, room, member)] == ["removed", "pending"]
    appeal(deps, room, member, said)
    keep(deps, room, owner, said)
    assert shown(deps, room) == ["A root", TEXT]


@pytest.mark.parametrize("actor", ["stranger", "removed", "deactivated"])
def test_outside_of_the_room_one_lists_nothing(
    deps: Deps, room: Place, request: pytest.FixtureRequest, actor: str
) -> None:
    with pytest.raises(RoomUnavailable):
        own(deps, room, request.getfixturevalue(actor))


def hold(deps: Deps, room: Place, member: Someone, moderator: Someone) -> int:
    moderated(deps, room, Mode.AUTO, hold_expiry=HoldExpiry.KEEP)
    return post(deps, room, member, SECRET)


def withhold(deps: Deps, room: Place, member: Someone, moderator: Someone) -> int:
    said = post(deps, room, member, SECRET)
    remove(deps, room, moderator, said)
    appeal(deps, room, member, said)
    return said


@pytest.mark.parametrize("keep_back", [hold, withhold])
def test_authors_take_back_what_moderation_keeps_back_and_nothing_waits_any_more(
    deps: Deps,
    room: Place,
    member: Someone,
    owner: Someone,
    moderator: Someone,
    keep_back: Callable[..., int],
) -> None:
    said = keep_back(deps, room, member, moderator)
    log = rows(deps, "SELECT * FROM moderation_log WHERE message_id = :id", id=said)
    words = '[{"words": "thistledown", "weight": 1.0, "start": 20, "end": 31}]'
    _judged(deps, room, said, words)
    here: dict[str, Any] = {"room_id": room.id, "message_id": said}
    with pytest.raises((NotAllowed, MessageUnavailable)):
        messages.delete_message(deps, actor_id=owner.id, **here)
    before = history.load_view(deps, room_id=room.id)
    messages.delete_message(deps, actor_id=member.id, **here)
    assert own(deps, room, member) == []
    assert open_queue(deps, said) == ""
    assert "thistledown" not in everything_stored(deps, "messages", "verdicts", "room_events")
    assert rows(deps, "SELECT * FROM moderation_log WHERE message_id = :id", id=said) == log
    after = history.load_view(deps, room_id=room.id)
    assert folded(deps, before, room_id=room.id) == after
    assert [message.is_deleted for message in after.messages] == [True] * len(before.messages)
    for act in (keep, remove):
        with pytest.raises(MessageUnavailable):
            act(deps, room, owner, said)
    with pytest.raises(MessageUnavailable):
        messages.delete_message(deps, actor_id=member.id, **here)
    with pytest.raises(MessageUnavailable):
        appeal(deps, room, member, said)
    assert_gapless(deps, room.id)


def _judged(deps: Deps, room: Place, message_id: int, evidence: str) -> None:
    change(
        deps,
        "INSERT INTO verdicts (message_id, room_id, revision, score, model, evidence, decision) "
        "VALUES (:message, :room, 0, 0.93, 'test', CAST(:evidence AS jsonb), 'remove')",
        message=message_id,
        room=room.id,
        evidence=evidence,
    )


def test_a_held_reply_that_is_taken_back_does_not_count_in_its_thread(
    deps: Deps, room: Place, member: Someone, owner: Someone
) -> None:
    root = post(deps, room, owner, "A root")
    post(deps, room, owner, "First", thread=root)
    moderated(deps, room, Mode.AUTO, hold_expiry=HoldExpiry.KEEP)
    reply = post(deps, room, member, "Reply", thread=root)
    messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=reply)
    (message,) = history.load_view(deps, room_id=room.id).messages
    assert message.thread is not None
    assert message.thread.count == 1
    assert rows(deps, "SELECT reply_count FROM messages WHERE id = :id", id=root) == [(1,)]
