"""Votes, reactions and polls change the message they are about, and nothing else."""

import pytest

from chatrooms.domain.changes import apply_to_messages
from chatrooms.domain.events import (
    AnswerOutdated,
    Message,
    Named,
    Outdated,
    Person,
    PersonChanged,
    Poll,
    PollClosed,
    PollVoted,
    Reaction,
    ReactionsChanged,
    RoomEvent,
    Tally,
    VoteChanged,
    parse_event,
)
from chatrooms.live.message_rows import message_row
from tests.support.made import START, deleted, message

ANN, BEN = Named(id=1, name="Ann"), Named(id=2, name="Ben")
THUMBS = Reaction(emoji="👍", count=12, first=(ANN, BEN))
TALLY = Tally(counts=(2, 1), voter_count=2, voters=((ANN, BEN), (BEN,)))


def poll_message(position: int, *, tally: Tally | None = None) -> Message:
    poll = Poll(
        question="When?",
        choices=("Now", "Later"),
        is_multiple=True,
        is_anonymous=False,
        tally=tally or Tally(counts=(0, 0), voters=((), ())),
    )
    return message(position).model_copy(update={"poll": poll})


MESSAGES = (message(1), poll_message(2), message(3))
EVENTS: list[RoomEvent] = [
    VoteChanged(message_id=20, score=-3),
    ReactionsChanged(message_id=20, reactions=(THUMBS,)),
    PollVoted(message_id=20, tally=TALLY),
    PollClosed(message_id=20, closed_at=START),
    AnswerOutdated(message_id=20, outdated=Outdated(change="changed", lost=(7,))),
]
EACH = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)


@EACH
def test_the_others_stay_the_same_objects(event: RoomEvent) -> None:
    after = apply_to_messages(MESSAGES, event)
    assert after[0] is MESSAGES[0]
    assert after[1] != MESSAGES[1]
    assert after[2] is MESSAGES[2]


@EACH
def test_applying_it_twice_is_the_same_as_once(event: RoomEvent) -> None:
    once = apply_to_messages(MESSAGES, event)
    assert apply_to_messages(once, event) == once


@EACH
def test_what_is_stored_reads_as_the_same_event(event: RoomEvent) -> None:
    assert parse_event(event.model_dump(mode="json")) == event


@EACH
def test_a_message_out_of_sight_changes_nothing(event: RoomEvent) -> None:
    others = (message(7), message(8))
    after = apply_to_messages(others, event)
    assert all(new is old for new, old in zip(after, others, strict=True))


def test_each_shows_in_the_row_that_browsers_get() -> None:
    messages = MESSAGES
    for event in EVENTS:
        messages = apply_to_messages(messages, event)
    row = message_row(messages[1], None)
    assert row.score == -3
    (reaction,) = row.reactions
    assert (reaction.emoji, reaction.count, reaction.name) == ("👍", 12, "thumbs up")
    assert reaction.people == "Ann, Ben and 10 more"
    (poll,) = row.polls
    assert [(each.count, each.percent, each.people) for each in poll.choices] == [
        (2, 100, "Ann and Ben"),
        (1, 50, "Ben"),
    ]
    assert poll.is_closed
    assert poll.voter_count == 2


def test_a_poll_event_on_a_message_without_a_poll_changes_nothing() -> None:
    plain = (message(2),)
    assert apply_to_messages(plain, PollVoted(message_id=20, tally=TALLY)) == plain
    assert apply_to_messages(plain, PollClosed(message_id=20, closed_at=START)) == plain


def test_a_deletion_takes_all_of_it_away() -> None:
    messages = MESSAGES
    for event in (*EVENTS, deleted(20)):
        messages = apply_to_messages(messages, event)
    assert (messages[1].score, messages[1].reactions, messages[1].poll) == (0, (), None)


def test_a_new_name_shows_among_voters_and_reactions() -> None:
    marked = poll_message(2, tally=TALLY).model_copy(update={"reactions": (THUMBS,)})
    person = Person(id=2, username="ben", name="Benjamin", hue=1)
    (after,) = apply_to_messages((marked,), PersonChanged(person=person))
    assert [named.name for named in after.reactions[0].first] == ["Ann", "Benjamin"]
    assert after.poll is not None
    assert [named.name for named in after.poll.tally.voters[1]] == ["Benjamin"]


def test_an_anonymous_poll_names_nobody_in_its_row() -> None:
    secret = poll_message(2, tally=Tally(counts=(2, 1), voter_count=3))
    row = message_row(secret, None)
    assert [each.people for each in row.polls[0].choices] == ["", ""]
    assert [each.count for each in row.polls[0].choices] == [2, 1]
