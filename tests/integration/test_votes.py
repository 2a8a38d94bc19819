"""Votes and reactions: who may, what is stored, and that many at once end in the exact sum."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    ChatError,
    InvalidInput,
    MessageUnavailable,
    NotAllowed,
    RateLimited,
    RoomUnavailable,
)
from chatrooms.domain.events import Message
from chatrooms.services import history, marks, messages, reactions, rooms, votes
from tests.support.inspect import assert_gapless, change, counted_queries, rows, seqs
from tests.support.people import (
    Place,
    Someone,
    bring_in,
    make_room,
    post,
    sign_up,
    with_settings,
)

Act = Callable[[Deps, Someone, Place, int], None]


def vote(deps: Deps, who: Someone, room: Place, message_id: int, value: int = 1) -> None:
    votes.vote(deps, actor_id=who.id, room_id=room.id, message_id=message_id, value=value)


def react(
    deps: Deps, who: Someone, room: Place, message_id: int, emoji: str = "👍", is_on: bool = True
) -> None:
    reactions.react(
        deps, actor_id=who.id, room_id=room.id, message_id=message_id, emoji=emoji, is_on=is_on
    )


BOTH = pytest.mark.parametrize("act", [vote, react])


def shown(deps: Deps, room: Place, message_id: int) -> Message:
    view = history.load_view(deps, room_id=room.id)
    return next(message for message in view.messages if message.id == message_id)


def own(deps: Deps, who: Someone, room: Place, message_id: int) -> tuple[int, list[str]]:
    found = marks.list_marks(deps, actor_id=who.id, room_id=room.id, message_ids=[message_id])
    return found.votes.get(message_id, 0), found.reactions.get(message_id, [])


@pytest.fixture
def message_id(deps: Deps, private_room: Place, owner: Someone) -> int:
    return post(deps, private_room, owner)


# Who may


@BOTH
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
def test_members_alone_may_vote_and_react(
    deps: Deps,
    private_room: Place,
    message_id: int,
    who: str,
    refusal: type[ChatError] | None,
    act: Act,
    request: pytest.FixtureRequest,
) -> None:
    someone: Someone = request.getfixturevalue(who)
    before = shown(deps, private_room, message_id)
    log = seqs(deps, private_room.id)
    if refusal is None:
        act(deps, someone, private_room, message_id)
        assert shown(deps, private_room, message_id) != before
        return
    with pytest.raises(refusal):
        act(deps, someone, private_room, message_id)
    assert shown(deps, private_room, message_id) == before
    assert seqs(deps, private_room.id) == log


@BOTH
def test_who_only_reads_a_public_room_may_not(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone, act: Act
) -> None:
    message = post(deps, public_room, owner)
    with pytest.raises(NotAllowed):
        act(deps, stranger, public_room, message)
    bring_in(deps, public_room, by=owner, who=stranger)
    act(deps, stranger, public_room, message)


@BOTH
def test_a_message_of_another_room_or_none_is_refused(
    deps: Deps, private_room: Place, message_id: int, member: Someone, act: Act
) -> None:
    elsewhere = make_room(deps, member)
    for number in (message_id, 10**9, 0, -1, 2**63):
        with pytest.raises(MessageUnavailable):
            act(deps, member, elsewhere, number)
    act(deps, member, private_room, message_id)


@BOTH
def test_a_deleted_message_takes_nothing_and_keeps_nothing(
    deps: Deps, private_room: Place, message_id: int, owner: Someone, member: Someone, act: Act
) -> None:
    act(deps, member, private_room, message_id)
    messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=message_id)
    with pytest.raises(MessageUnavailable):
        act(deps, owner, private_room, message_id)
    after = shown(deps, private_room, message_id)
    assert (after.score, after.reactions) == (0, ())
    assert own(deps, member, private_room, message_id) == (0, [])


@BOTH
def test_an_archived_room_stays_as_it_is(
    deps: Deps, private_room: Place, message_id: int, owner: Someone, act: Act
) -> None:
    rooms.set_archived(deps, actor_id=owner.id, room_id=private_room.id, is_archived=True)
    with pytest.raises(ChatError, match="archived"):
        act(deps, owner, private_room, message_id)


# Votes


def test_a_vote_is_cast_switched_and_taken_back(
    deps: Deps, private_room: Place, message_id: int, owner: Someone, member: Someone
) -> None:
    for value, score in ((1, 1), (-1, -1), (0, 0), (-1, -1), (1, 1)):
        vote(deps, member, private_room, message_id, value)
        assert shown(deps, private_room, message_id).score == score
        assert own(deps, member, private_room, message_id)[0] == value
    vote(deps, owner, private_room, message_id, 1)
    assert shown(deps, private_room, message_id).score == 2
    assert own(deps, owner, private_room, message_id)[0] == 1


def test_voting_the_same_again_is_no_event(
    deps: Deps, private_room: Place, message_id: int, member: Someone
) -> None:
    vote(deps, member, private_room, message_id, 0)
    vote(deps, member, private_room, message_id, 1)
    log = seqs(deps, private_room.id)
    vote(deps, member, private_room, message_id, 1)
    assert seqs(deps, private_room.id) == log
    assert shown(deps, private_room, message_id).score == 1


@pytest.mark.parametrize("value", [2, -2, True, "1", None, 0.5])
def test_a_vote_is_one_up_or_one_down(
    deps: Deps, private_room: Place, message_id: int, member: Someone, value: int
) -> None:
    with pytest.raises(InvalidInput):
        vote(deps, member, private_room, message_id, value)
    assert shown(deps, private_room, message_id).score == 0


def test_votes_of_many_at_once_end_in_the_exact_sum(
    deps: Deps, private_room: Place, message_id: int, owner: Someone
) -> None:
    voters = [bring_in(deps, private_room, by=owner, who=sign_up(deps, "v")) for _ in range(12)]
    wanted = [(who, value) for who in voters for value in (1, -1, 0, 1, -1)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda pair: vote(deps, pair[0], private_room, message_id, pair[1]), wanted))
    stored = rows(
        deps,
        "SELECT coalesce(sum(value), 0) FROM message_votes WHERE message_id = :id",
        id=message_id,
    )[0][0]
    assert shown(deps, private_room, message_id).score == stored
    # Each thread's last word counts; those of one voter may have overtaken each other.
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda who: vote(deps, who, private_room, message_id, 1), voters))
    assert shown(deps, private_room, message_id).score == len(voters)
    assert_gapless(deps, private_room.id)


def test_what_i_voted_is_mine_alone(
    deps: Deps, private_room: Place, message_id: int, owner: Someone, member: Someone
) -> None:
    vote(deps, member, private_room, message_id)
    assert own(deps, owner, private_room, message_id)[0] == 0
    stored = rows(
        deps,
        "SELECT payload FROM room_events WHERE room_id = :id AND kind = 'vote_changed'",
        id=private_room.id,
    )
    assert stored == [({"kind": "vote_changed", "message_id": message_id, "score": 1},)]


# Top of the week


def test_the_top_of_the_week_is_by_score_with_replies_in_threads(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    first = post(deps, private_room, owner, "one vote")
    second = post(deps, private_room, owner, "two votes")
    reply = post(deps, private_room, owner, "in a thread", thread=first)
    old = post(deps, private_room, owner, "long ago")
    bad = post(deps, private_room, owner, "down")
    post(deps, private_room, owner, "nobody voted")
    gone = post(deps, private_room, owner, "deleted")
    for voter in (member, moderator):
        for message in (second, old, gone):
            vote(deps, voter, private_room, message)
    for message in (first, reply):
        vote(deps, member, private_room, message)
    vote(deps, member, private_room, bad, -1)
    change(deps, "UPDATE messages SET sent_at = now() - interval '8 d' WHERE id = :id", id=old)
    messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=gone)
    top = votes.list_top(deps, actor_id=member.id, room_id=private_room.id)
    assert [(each.id, each.score) for each in top] == [(second, 2), (reply, 1), (first, 1)]
    assert top[1].thread_id == first
    limited = votes.list_top(deps, actor_id=member.id, room_id=private_room.id, limit=1)
    assert [each.id for each in limited] == [second]


@pytest.mark.parametrize("who", ["stranger", "removed", "deactivated"])
def test_who_may_not_read_the_room_sees_no_top(
    deps: Deps, private_room: Place, who: str, request: pytest.FixtureRequest
) -> None:
    someone: Someone = request.getfixturevalue(who)
    with pytest.raises(RoomUnavailable):
        votes.list_top(deps, actor_id=someone.id, room_id=private_room.id)


# Reactions


def test_a_reaction_is_put_on_and_taken_off_once(
    deps: Deps, private_room: Place, message_id: int, owner: Someone, member: Someone
) -> None:
    for who in (member, owner):
        react(deps, who, private_room, message_id, "🎉")
    react(deps, member, private_room, message_id, "👍")
    found = shown(deps, private_room, message_id).reactions
    assert [(each.emoji, each.count) for each in found] == [("🎉", 2), ("👍", 1)]
    assert [named.id for named in found[0].first] == [member.id, owner.id]
    log = seqs(deps, private_room.id)
    react(deps, member, private_room, message_id, "👍")
    react(deps, owner, private_room, message_id, "👍", is_on=False)
    assert seqs(deps, private_room.id) == log
    react(deps, member, private_room, message_id, "👍", is_on=False)
    assert [each.emoji for each in shown(deps, private_room, message_id).reactions] == ["🎉"]
    assert own(deps, member, private_room, message_id)[1] == ["🎉"]


@pytest.mark.parametrize(
    "text", ["", "a", "👍👍", "👍 ", ":+1:", "<b>", "1", "👍" * 20, "🏿", None, 7, ["👍"], "\ud83d"]
)
def test_a_reaction_is_exactly_one_emoji(
    deps: Deps, private_room: Place, message_id: int, member: Someone, text: str
) -> None:
    with pytest.raises(InvalidInput):
        react(deps, member, private_room, message_id, text)
    assert shown(deps, private_room, message_id).reactions == ()


@pytest.mark.parametrize("emoji", ["👍🏽", "🏳️‍🌈", "#️⃣", "👨‍👩‍👧‍👦", "🇳🇴", "☕"])
def test_emoji_of_several_characters_are_one(
    deps: Deps, private_room: Place, message_id: int, member: Someone, emoji: str
) -> None:
    react(deps, member, private_room, message_id, emoji)
    assert [each.emoji for each in shown(deps, private_room, message_id).reactions] == [emoji]


def test_two_spellings_of_an_emoji_are_one_reaction(
    deps: Deps, private_room: Place, message_id: int, owner: Someone, member: Someone
) -> None:
    react(deps, member, private_room, message_id, "\u2764")
    react(deps, owner, private_room, message_id, "\u2764\ufe0f")
    (reaction,) = shown(deps, private_room, message_id).reactions
    assert (reaction.emoji, reaction.count) == ("\u2764\ufe0f", 2)


def test_a_message_carries_twenty_emoji_at_most(
    deps: Deps, private_room: Place, message_id: int, owner: Someone, member: Someone
) -> None:
    some = [chr(0x1F400 + number) for number in range(reactions.MAX_EMOJI + 1)]
    for emoji in some[:-1]:
        react(deps, member, private_room, message_id, emoji)
    with pytest.raises(InvalidInput, match="at most 20"):
        react(deps, owner, private_room, message_id, some[-1])
    react(deps, owner, private_room, message_id, some[0])
    assert len(shown(deps, private_room, message_id).reactions) == reactions.MAX_EMOJI


# Abuse and cost


@BOTH
def test_too_many_in_a_minute_are_refused_for_that_account_alone(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, act: Act
) -> None:
    few = with_settings(deps, marks_per_minute=2)
    ids = [post(deps, private_room, owner, f"{number}") for number in range(3)]
    act(few, member, private_room, ids[0])
    act(few, member, private_room, ids[1])
    with pytest.raises(RateLimited):
        act(few, member, private_room, ids[2])
    act(few, owner, private_room, ids[2])


def test_a_page_costs_the_same_with_one_and_with_eighty_votes_and_reactions(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    ids = [post(deps, private_room, owner, f"{number}") for number in range(80)]

    def cost() -> tuple[int, int]:
        with counted_queries(deps) as page:
            history.load_view(deps, room_id=private_room.id)
        with counted_queries(deps) as mine:
            marks.list_marks(deps, actor_id=member.id, room_id=private_room.id, message_ids=ids)
        return len(page), len(mine)

    for act in (vote, react):
        act(deps, member, private_room, ids[0])
    with_one = cost()
    for number in ids[1:]:
        for act in (vote, react):
            act(deps, member, private_room, number)
    assert cost() == with_one
    with counted_queries(deps) as one_vote:
        vote(deps, owner, private_room, ids[0])
    assert len(one_vote) <= 9
