"""Polls: opening, voting, closing by hand and by time, and that anonymous means nobody knows."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chatrooms.bootstrap import Deps, utc_now
from chatrooms.domain import jobs
from chatrooms.domain.errors import (
    ChatError,
    InvalidInput,
    MessageUnavailable,
    NotAllowed,
    PollEnded,
    RateLimited,
    RoomUnavailable,
)
from chatrooms.domain.events import Poll
from chatrooms.services import history, marks, members, messages, polls
from chatrooms.services.polls import PollDraft
from tests.support.inspect import assert_gapless, counted_queries, everything_stored, rows, seqs
from tests.support.people import (
    Place,
    Someone,
    bring_in,
    make_room,
    post,
    sign_up,
    with_settings,
)
from workers.schedule import SCHEDULE

QUESTION = "When do you lift your dahlias?"
CHOICES = ("After the first frost", "Before it", "Never")


def ask(deps: Deps, who: Someone, room: Place, **more: Any) -> int:
    """A new poll's message."""
    given: dict[str, Any] = {"question": QUESTION, "choices": CHOICES, **more}
    return polls.open_poll(
        deps,
        actor_id=who.id,
        room_id=room.id,
        client_id=deps.ids.client_id(),
        draft=PollDraft(**given),
    )


def vote(
    deps: Deps, who: Someone, room: Place, message_id: int, choice: int, is_chosen: bool = True
) -> None:
    polls.vote(
        deps,
        actor_id=who.id,
        room_id=room.id,
        message_id=message_id,
        choice=choice,
        is_chosen=is_chosen,
    )


def close(deps: Deps, who: Someone, room: Place, message_id: int) -> None:
    polls.close_poll(deps, actor_id=who.id, room_id=room.id, message_id=message_id)


def shown(deps: Deps, room: Place, message_id: int) -> Poll:
    view = history.load_view(deps, room_id=room.id)
    found = next(message for message in view.messages if message.id == message_id)
    assert found.poll is not None
    return found.poll


def choices_of(deps: Deps, who: Someone, room: Place, message_id: int) -> list[int]:
    found = marks.list_marks(deps, actor_id=who.id, room_id=room.id, message_ids=[message_id])
    return sorted(found.choices.get(message_id, []))


def told(deps: Deps, who: Someone, kind: str) -> list[tuple[Any, ...]]:
    """What somebody was notified of: how often, about which message, by whom."""
    return rows(
        deps,
        """SELECT count, message_id, by_id FROM notifications
           WHERE account_id = :id AND kind = :kind ORDER BY id""",
        id=who.id,
        kind=kind,
    )


def later(deps: Deps, **delta: float) -> Deps:
    return replace(deps, clock=lambda: utc_now() + timedelta(**delta))


@pytest.fixture
def poll_id(deps: Deps, private_room: Place, owner: Someone) -> int:
    return ask(deps, owner, private_room)


# Opening


def test_a_poll_is_a_message_that_others_see(
    deps: Deps, private_room: Place, member: Someone
) -> None:
    closes_at = utc_now() + timedelta(hours=1)
    message_id = ask(
        deps, member, private_room, is_multiple=True, is_anonymous=True, closes_at=closes_at
    )
    poll = shown(deps, private_room, message_id)
    assert (poll.question, poll.choices) == (QUESTION, CHOICES)
    assert (poll.is_multiple, poll.is_anonymous, poll.closes_at) == (True, True, closes_at)
    assert (poll.closed_at, poll.tally.counts, poll.tally.voter_count) == (None, (0, 0, 0), 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": ""},
        {"question": " \u200b "},
        {"question": "x" * 301},
        {"choices": ()},
        {"choices": ("only one",)},
        {"choices": tuple(map(str, range(11)))},
        {"choices": ("a", "")},
        {"choices": ("a", "x" * 101)},
        {"choices": ("same", "Same ")},
        {"choices": ("a", None)},
        {"closes_at": utc_now() - timedelta(seconds=1)},
        {"closes_at": utc_now() + timedelta(days=400)},
    ],
)
def test_a_poll_that_cannot_be_is_refused_and_nothing_is_stored(
    deps: Deps, private_room: Place, member: Someone, wrong: dict[str, Any]
) -> None:
    log = seqs(deps, private_room.id)
    with pytest.raises(InvalidInput):
        ask(deps, member, private_room, **wrong)
    assert seqs(deps, private_room.id) == log
    ask(deps, member, private_room, question="x" * 300, choices=tuple(map(str, range(10))))


@pytest.mark.parametrize("who", ["stranger", "removed", "deactivated"])
def test_who_may_not_post_opens_no_poll(
    deps: Deps, private_room: Place, who: str, request: pytest.FixtureRequest
) -> None:
    someone: Someone = request.getfixturevalue(who)
    with pytest.raises(RoomUnavailable):
        ask(deps, someone, private_room)


# Voting


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("owner", None),
        ("moderator", None),
        ("member", None),
        ("stranger", RoomUnavailable),
        ("removed", RoomUnavailable),
        ("deactivated", RoomUnavailable),
    ],
)
def test_members_alone_vote(
    deps: Deps,
    private_room: Place,
    poll_id: int,
    who: str,
    refusal: type[ChatError] | None,
    request: pytest.FixtureRequest,
) -> None:
    someone: Someone = request.getfixturevalue(who)
    log = seqs(deps, private_room.id)
    if refusal is None:
        vote(deps, someone, private_room, poll_id, 1)
        assert shown(deps, private_room, poll_id).tally.counts == (0, 1, 0)
        return
    with pytest.raises(refusal):
        vote(deps, someone, private_room, poll_id, 1)
    assert seqs(deps, private_room.id) == log
    assert rows(deps, "SELECT 1 FROM poll_votes WHERE message_id = :id", id=poll_id) == []


def test_a_single_choice_is_changed_and_taken_back(
    deps: Deps, private_room: Place, poll_id: int, owner: Someone, member: Someone
) -> None:
    vote(deps, owner, private_room, poll_id, 0)
    for choice, is_chosen, counts, mine in (
        (1, True, (1, 1, 0), [1]),
        (2, True, (1, 0, 1), [2]),
        (2, False, (1, 0, 0), []),
        (0, True, (2, 0, 0), [0]),
    ):
        vote(deps, member, private_room, poll_id, choice, is_chosen)
        assert shown(deps, private_room, poll_id).tally.counts == counts
        assert choices_of(deps, member, private_room, poll_id) == mine
    tally = shown(deps, private_room, poll_id).tally
    assert tally.voter_count == 2
    assert [named.id for named in tally.voters[0]] == [owner.id, member.id]
    assert choices_of(deps, owner, private_room, poll_id) == [0]


def test_several_choices_count_each_and_the_voter_once(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    message_id = ask(deps, owner, private_room, is_multiple=True)
    for choice in (0, 2):
        vote(deps, member, private_room, message_id, choice)
    tally = shown(deps, private_room, message_id).tally
    assert (tally.counts, tally.voter_count) == ((1, 0, 1), 1)
    vote(deps, member, private_room, message_id, 0, is_chosen=False)
    assert choices_of(deps, member, private_room, message_id) == [2]


def test_choosing_the_same_again_is_no_event(
    deps: Deps, private_room: Place, poll_id: int, member: Someone
) -> None:
    vote(deps, member, private_room, poll_id, 1, is_chosen=False)
    vote(deps, member, private_room, poll_id, 0)
    log = seqs(deps, private_room.id)
    vote(deps, member, private_room, poll_id, 0)
    vote(deps, member, private_room, poll_id, 1, is_chosen=False)
    assert seqs(deps, private_room.id) == log
    assert choices_of(deps, member, private_room, poll_id) == [0]


@pytest.mark.parametrize("choice", [3, -1, 2**40, True, "0", None, 0.5, [0]])
def test_a_choice_that_is_none_is_refused(
    deps: Deps, private_room: Place, poll_id: int, member: Someone, choice: int
) -> None:
    log = seqs(deps, private_room.id)
    with pytest.raises(InvalidInput):
        vote(deps, member, private_room, poll_id, choice)
    assert seqs(deps, private_room.id) == log
    assert shown(deps, private_room, poll_id).tally.voter_count == 0


def test_a_poll_of_another_room_or_a_message_without_one_is_refused(
    deps: Deps, private_room: Place, poll_id: int, member: Someone
) -> None:
    elsewhere = make_room(deps, member)
    plain = post(deps, private_room, member)
    for room, message_id in ((elsewhere, poll_id), (private_room, plain), (private_room, 10**9)):
        with pytest.raises(MessageUnavailable):
            vote(deps, member, room, message_id, 0)
        with pytest.raises(MessageUnavailable):
            close(deps, member, room, message_id)
    vote(deps, member, private_room, poll_id, 0)


def test_votes_of_many_at_once_are_all_counted(
    deps: Deps, private_room: Place, poll_id: int, owner: Someone
) -> None:
    voters = [bring_in(deps, private_room, by=owner, who=sign_up(deps, "v")) for _ in range(12)]
    wanted = [(who, number) for who in voters for number in (0, 1, 2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda pair: vote(deps, pair[0], private_room, poll_id, pair[1]), wanted))
    tally = shown(deps, private_room, poll_id).tally
    assert sum(tally.counts) == tally.voter_count == len(voters)
    assert_gapless(deps, private_room.id)


def test_too_many_votes_in_a_minute_are_refused(
    deps: Deps, private_room: Place, poll_id: int, member: Someone
) -> None:
    few = with_settings(deps, marks_per_minute=1)
    vote(few, member, private_room, poll_id, 0)
    with pytest.raises(RateLimited):
        vote(few, member, private_room, poll_id, 1)
    assert choices_of(deps, member, private_room, poll_id) == [0]


def test_a_deleted_poll_leaves_neither_question_nor_votes(
    deps: Deps, private_room: Place, poll_id: int, owner: Someone, member: Someone
) -> None:
    vote(deps, member, private_room, poll_id, 0)
    messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=poll_id)
    assert rows(deps, "SELECT 1 FROM poll_votes WHERE message_id = :id", id=poll_id) == []
    with pytest.raises(MessageUnavailable):
        vote(deps, member, private_room, poll_id, 0)
    mine = rows(deps, "SELECT payload FROM room_events WHERE room_id = :id", id=private_room.id)
    assert QUESTION not in str(mine)


# Anonymous


def test_of_an_anonymous_poll_nobody_learns_who_voted_what(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    secret = ask(deps, owner, private_room, is_anonymous=True)
    named = ask(deps, owner, private_room)
    for message_id in (secret, named):
        vote(deps, member, private_room, message_id, 1)
    tally = shown(deps, private_room, secret).tally
    assert (tally.counts, tally.voter_count, tally.voters) == ((0, 1, 0), 1, ())
    assert shown(deps, private_room, named).tally.voters[1][0].id == member.id
    for reader in (owner, moderator):
        assert choices_of(deps, reader, private_room, secret) == []
    assert choices_of(deps, member, private_room, secret) == [1]
    voted = rows(
        deps,
        "SELECT payload FROM room_events WHERE room_id = :id AND kind = 'poll_voted' ORDER BY seq",
        id=private_room.id,
    )
    assert [(payload["tally"]["voters"] == []) for (payload,) in voted] == [True, False]
    assert told(deps, owner, "poll_votes") == [(1, secret, None), (1, named, member.id)]


# Notifications


def test_the_opener_is_told_of_voters_in_one_notification_and_of_none_twice(
    deps: Deps,
    private_room: Place,
    poll_id: int,
    owner: Someone,
    member: Someone,
    moderator: Someone,
) -> None:
    vote(deps, owner, private_room, poll_id, 0)
    assert told(deps, owner, "poll_votes") == []
    for choice in (0, 1, 0):
        vote(deps, member, private_room, poll_id, choice)
    vote(deps, moderator, private_room, poll_id, 2)
    assert told(deps, owner, "poll_votes") == [(2, poll_id, moderator.id)]


def test_voters_are_told_that_their_poll_closed_unless_they_left(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    gone = bring_in(deps, private_room, by=owner, who=sign_up(deps, "gone"))
    other = bring_in(deps, private_room, by=owner, who=sign_up(deps, "other"))
    message_id = ask(deps, member, private_room)
    for voter in (member, moderator, gone):
        vote(deps, voter, private_room, message_id, 0)
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=gone.id)
    close(deps, member, private_room, message_id)
    assert told(deps, moderator, "poll_closed") == [(1, message_id, member.id)]
    for each in (member, gone, other):
        assert told(deps, each, "poll_closed") == []


# Closing


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("opener", None),
        ("moderator", None),
        ("owner", None),
        ("member", NotAllowed),
        ("stranger", RoomUnavailable),
        ("removed", RoomUnavailable),
        ("deactivated", RoomUnavailable),
    ],
)
def test_the_opener_and_moderators_close_a_poll(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    member: Someone,
    who: str,
    refusal: type[ChatError] | None,
    request: pytest.FixtureRequest,
) -> None:
    opener = bring_in(deps, private_room, by=owner, who=sign_up(deps, "opener"))
    message_id = ask(deps, opener, private_room)
    vote(deps, member, private_room, message_id, 0)
    someone: Someone = opener if who == "opener" else request.getfixturevalue(who)
    if refusal is not None:
        with pytest.raises(refusal):
            close(deps, someone, private_room, message_id)
        assert shown(deps, private_room, message_id).closed_at is None
        return
    close(deps, someone, private_room, message_id)
    log = seqs(deps, private_room.id)
    close(deps, someone, private_room, message_id)
    for choice, is_chosen in ((1, True), (0, False)):
        with pytest.raises(PollEnded):
            vote(deps, member, private_room, message_id, choice, is_chosen)
    assert seqs(deps, private_room.id) == log
    poll = shown(deps, private_room, message_id)
    assert poll.closed_at is not None
    assert poll.tally.counts == (1, 0, 0)


def test_after_its_time_a_poll_takes_no_vote_even_before_it_is_closed(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    message_id = ask(deps, owner, private_room, closes_at=utc_now() + timedelta(minutes=1))
    vote(deps, member, private_room, message_id, 0)
    after = later(deps, minutes=2)
    with pytest.raises(PollEnded):
        vote(after, member, private_room, message_id, 1)
    poll = shown(deps, private_room, message_id)
    assert (poll.closed_at, poll.tally.counts) == (None, (1, 0, 0))


def test_a_poll_is_closed_at_its_time_by_one_of_many_workers(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    after = later(deps, minutes=3)
    polls.close_due(after)
    due = [
        ask(deps, owner, private_room, closes_at=utc_now() + timedelta(minutes=number))
        for number in (1, 2)
    ]
    kept = [
        ask(deps, owner, private_room, closes_at=utc_now() + timedelta(hours=1)),
        ask(deps, owner, private_room),
    ]
    for message_id in due:
        vote(deps, member, private_room, message_id, 2)
    assert polls.close_due(deps) == 0
    with ThreadPoolExecutor(6) as pool:
        closed = list(pool.map(lambda _: polls.close_due(after), range(6)))
    assert sum(closed) == len(due)
    events = rows(
        deps,
        "SELECT payload FROM room_events WHERE room_id = :id AND kind = 'poll_closed'",
        id=private_room.id,
    )
    assert sorted(payload["message_id"] for (payload,) in events) == due
    assert sorted(told(deps, member, "poll_closed")) == [(1, each, None) for each in due]
    for message_id in due:
        poll = shown(deps, private_room, message_id)
        assert poll.closed_at is not None
        assert poll.tally.counts == (0, 0, 1)
    assert all(shown(deps, private_room, each).closed_at is None for each in kept)
    assert_gapless(deps, private_room.id)


def test_beat_asks_for_due_polls_every_few_seconds() -> None:
    entry = SCHEDULE[jobs.CLOSE_POLLS]
    assert entry["schedule"] <= timedelta(seconds=15)  # type: ignore[operator]


# Cost


def test_a_page_costs_the_same_with_one_and_with_forty_polls(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    def cost() -> int:
        with counted_queries(deps) as statements:
            history.load_view(deps, room_id=private_room.id)
        return len(statements)

    vote(deps, member, private_room, ask(deps, owner, private_room), 0)
    with_one = cost()
    for _ in range(39):
        vote(deps, member, private_room, ask(deps, owner, private_room), 0)
    assert cost() == with_one


def test_a_poll_leaves_no_trace_of_choices_outside_its_own_table(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    secret = ask(deps, owner, private_room, question="Unlikely words", is_anonymous=True)
    before = everything_stored(deps, "notifications")
    vote(deps, member, private_room, secret, 2)
    added = everything_stored(deps, "notifications").removeprefix(before)
    assert "Unlikely words" in added
    assert member.username not in added
