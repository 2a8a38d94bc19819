"""Threads: replies, who follows, what is read, who is told."""

from collections.abc import Callable
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import ChatError, MessageUnavailable, NotAllowed, RoomUnavailable
from chatrooms.services import followed_threads, history, members, messages, notifications, threads
from chatrooms.services.marks import list_marks
from tests.support.inspect import assert_gapless, counted_queries, rows
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up


def listed(deps: Deps, who: Someone) -> list[tuple[int, bool]]:
    found = followed_threads.list_threads(deps, actor_id=who.id, limit=50)
    return [(thread.root_id, thread.is_unread) for thread in found]


def told(deps: Deps, who: Someone) -> list[tuple[str, int]]:
    """Kinds and counts of somebody's unread notifications about messages."""
    query = (
        "SELECT kind, count FROM notifications "
        "WHERE account_id = :id AND read_at IS NULL AND message_id IS NOT NULL"
    )
    return sorted((str(kind), int(count)) for kind, count in rows(deps, query, id=who.id))


def read(deps: Deps, room: Place, who: Someone, thread_id: int, position: int = 10**9) -> None:
    threads.mark_read(
        deps, actor_id=who.id, room_id=room.id, thread_id=thread_id, position=position
    )


def set_following(deps: Deps, room: Place, who: Someone, root: int, *, on: bool) -> None:
    threads.set_following(deps, actor_id=who.id, room_id=room.id, thread_id=root, is_following=on)


def footer(deps: Deps, room: Place, root: int) -> Any:
    view = history.load_view(deps, room_id=room.id)
    return next(message.thread for message in view.messages if message.id == root)


def test_a_reply_is_in_the_thread_and_not_in_the_timeline(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, "Root")
    reply = post(deps, private_room, member, "Reply", thread=root)
    view = history.load_view(deps, room_id=private_room.id)
    assert [m.id for m in view.messages] == [root]
    thread = history.load_thread(deps, room_id=private_room.id, root_id=root)
    assert [m.id for m in thread.replies] == [reply]
    assert (thread.root.thread and thread.root.thread.count) == 1


def test_a_reply_to_a_reply_joins_the_same_thread(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    root = post(deps, private_room, owner)
    first = post(deps, private_room, owner, "one", thread=root)
    post(deps, private_room, owner, "two", thread=first)
    assert footer(deps, private_room, root).count == 2


def test_a_parent_of_another_room_is_refused_and_nothing_is_stored(
    deps: Deps, private_room: Place, public_room: Place, owner: Someone
) -> None:
    elsewhere = post(deps, public_room, owner)
    here = post(deps, private_room, owner)
    before = rows(deps, "SELECT count(*) FROM messages, thread_follows")
    for parent in (elsewhere, 10**12, -1, 2**70):
        with pytest.raises(MessageUnavailable):
            post(deps, private_room, owner, "astray", thread=parent)
    assert rows(deps, "SELECT count(*) FROM messages, thread_follows") == before
    assert_gapless(deps, private_room.id)
    assert post(deps, private_room, owner, "at home", thread=here)


def test_only_members_reply(
    deps: Deps, private_room: Place, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    for room, error in ((private_room, RoomUnavailable), (public_room, NotAllowed)):
        root = post(deps, room, owner)
        with pytest.raises(error):
            post(deps, room, stranger, "Let me in", thread=root)
        bring_in(deps, room, by=owner, who=stranger)
        assert post(deps, room, stranger, "Thanks", thread=root)


def test_a_deleted_parent_keeps_its_thread_readable(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner, "Root")
    post(deps, private_room, member, "Still here", thread=root)
    messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=root)
    thread = history.load_thread(deps, room_id=private_room.id, root_id=root)
    assert (thread.root.is_deleted, [m.body for m in thread.replies]) == (True, ["Still here"])
    assert post(deps, private_room, owner, "and one more", thread=root)
    (found,) = followed_threads.list_threads(deps, actor_id=member.id, limit=10)
    assert (found.root_id, found.excerpt, found.summary.count) == (root, "", 2)


def test_replying_follows_the_thread_and_so_does_its_author(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    root = post(deps, private_room, owner)
    assert listed(deps, owner) == []
    post(deps, private_room, member, thread=root)
    assert listed(deps, owner) == [(root, True)]
    assert listed(deps, member) == [(root, False)]
    assert listed(deps, moderator) == []
    post(deps, private_room, owner, thread=root)
    assert (listed(deps, owner), listed(deps, member)) == ([(root, False)], [(root, True)])
    assert followed_threads.count_unread(deps, actor_id=member.id) == 1


def test_threads_are_listed_unread_first_and_then_by_their_last_reply(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    roots = [post(deps, private_room, owner) for _ in range(4)]
    for root in roots:
        post(deps, private_room, member, thread=root)
    read(deps, private_room, owner, roots[3])
    read(deps, private_room, owner, roots[0])
    unread = [(roots[2], True), (roots[1], True)]
    assert listed(deps, owner) == [*unread, (roots[3], False), (roots[0], False)]
    page = followed_threads.list_threads(deps, actor_id=owner.id, limit=2, offset=1)
    assert [thread.root_id for thread in page] == [roots[1], roots[3]]


def test_the_read_mark_only_moves_forward_and_not_beyond_the_last_reply(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner)
    post(deps, private_room, member, thread=root)

    def mark() -> int:
        marks = list_marks(deps, actor_id=owner.id, room_id=private_room.id, message_ids=[root])
        return marks.follows[root]

    read(deps, private_room, owner, root)
    reached = mark()
    assert footer(deps, private_room, root).last_position == reached
    read(deps, private_room, owner, root, position=1)
    assert mark() == reached
    post(deps, private_room, member, thread=root)
    assert listed(deps, owner) == [(root, True)]


def test_stopping_to_follow_lasts_until_one_replies_again(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner)
    post(deps, private_room, member, thread=root)
    set_following(deps, private_room, owner, root, on=False)
    with transaction(deps.sessions) as tx:
        threads.follow(tx, deps, thread_id=root, account_ids=[owner.id])
    before = told(deps, owner)
    post(deps, private_room, member, thread=root)
    assert (listed(deps, owner), told(deps, owner)) == ([], before)
    post(deps, private_room, owner, thread=root)
    assert listed(deps, owner) == [(root, False)]
    set_following(deps, private_room, owner, root, on=False)
    set_following(deps, private_room, owner, root, on=True)
    assert listed(deps, owner) == [(root, False)]


def test_being_named_follows_a_thread_once(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    root = post(deps, private_room, owner)
    post(deps, private_room, owner, thread=root)
    for _ in range(2):
        with transaction(deps.sessions) as tx:
            threads.follow(
                tx, deps, thread_id=root, account_ids=[moderator.id, member.id, moderator.id]
            )
    assert listed(deps, moderator) == listed(deps, member) == [(root, True)]
    with transaction(deps.sessions) as tx:
        threads.follow(tx, deps, thread_id=root, account_ids=[])


def refused_acts(deps: Deps, room: Place, who: Someone, root: int) -> list[Callable[[], object]]:
    return [
        lambda: set_following(deps, room, who, root, on=True),
        lambda: set_following(deps, room, who, root, on=False),
        lambda: read(deps, room, who, root),
    ]


@pytest.mark.parametrize("kind", ["stranger", "removed", "deactivated"])
def test_whoever_cannot_read_the_room_cannot_follow_its_threads(
    deps: Deps,
    request: pytest.FixtureRequest,
    private_room: Place,
    owner: Someone,
    member: Someone,
    kind: str,
) -> None:
    who: Someone = request.getfixturevalue(kind)
    root = post(deps, private_room, owner)
    post(deps, private_room, owner, thread=root)
    for act in refused_acts(deps, private_room, who, root):
        with pytest.raises(RoomUnavailable):
            act()
    for act in refused_acts(deps, private_room, member, root):
        act()


def test_only_a_message_of_this_rooms_timeline_has_a_thread_to_follow(
    deps: Deps, private_room: Place, public_room: Place, owner: Someone
) -> None:
    root = post(deps, private_room, owner)
    reply = post(deps, private_room, owner, thread=root)
    elsewhere = post(deps, public_room, owner)
    for wrong in (reply, elsewhere, 10**12):
        with pytest.raises(MessageUnavailable):
            set_following(deps, private_room, owner, wrong, on=True)
    set_following(deps, private_room, owner, root, on=True)


def test_threads_of_a_room_that_one_lost_are_neither_listed_nor_counted(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, member)
    post(deps, private_room, owner, thread=root)
    assert listed(deps, member) == [(root, True)]
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    assert listed(deps, member) == []
    assert followed_threads.count_unread(deps, actor_id=member.id) == 0
    before = told(deps, member)
    post(deps, private_room, owner, thread=root)
    assert told(deps, member) == before
    bring_in(deps, private_room, by=owner, who=member)
    assert listed(deps, member) == [(root, True)]


def test_followers_are_told_of_replies_and_the_author_of_answers(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    root = post(deps, private_room, owner)
    post(deps, private_room, member, thread=root)
    assert (told(deps, owner), told(deps, member)) == ([("reply", 1)], [])
    for _ in range(2):
        post(deps, private_room, moderator, thread=root)
    assert told(deps, owner) == [("reply", 3)]
    assert told(deps, member) == [("thread_reply", 2)]
    assert told(deps, moderator) == []
    read(deps, private_room, member, root)
    assert told(deps, member) == []
    assert notifications.count_unread(deps, actor_id=member.id).rooms == ()


def test_a_quote_tells_the_author_who_may_read_the_room(
    deps: Deps, private_room: Place, public_room: Place, owner: Someone, member: Someone
) -> None:
    quoted = post(deps, private_room, member)
    post(deps, private_room, member, "My own", reply_to=quoted)
    assert told(deps, member) == []
    post(deps, private_room, owner, "An answer", reply_to=quoted)
    assert told(deps, member) == [("reply", 1)]
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    post(deps, private_room, owner, "Unseen", reply_to=quoted)
    assert told(deps, member) == [("reply", 1)]
    members.join_room(deps, actor_id=member.id, room_id=public_room.id)
    in_public = post(deps, public_room, member)
    members.leave_room(deps, actor_id=member.id, room_id=public_room.id)
    post(deps, public_room, owner, "Anybody may read it", reply_to=in_public)
    assert told(deps, member) == [("reply", 1), ("reply", 1)]


def test_a_quote_within_a_thread_tells_each_once(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    root = post(deps, private_room, owner)
    theirs = post(deps, private_room, member, thread=root)
    post(deps, private_room, owner, "To you", thread=root, reply_to=theirs)
    assert told(deps, member) == [("reply", 1)]


def test_imported_history_tells_nobody(deps: Deps, private_room: Place, owner: Someone) -> None:
    root = post(deps, private_room, owner)
    guest = bring_in(deps, private_room, by=owner, who=sign_up(deps))
    messages.post_message(
        deps,
        actor_id=guest.id,
        room_id=private_room.id,
        client_id="old",
        body="Long ago",
        thread_id=root,
        reply_to_id=root,
        sent_at=deps.clock(),
    )
    assert told(deps, owner) == []
    assert listed(deps, owner) == [(root, True)]


def test_opening_and_listing_threads_costs_the_same_for_one_reply_and_for_a_hundred(
    deps: Deps, owner: Someone
) -> None:
    room = make_room(deps, owner)
    other = bring_in(deps, room, by=owner, who=sign_up(deps))
    root = post(deps, room, owner)

    def cost() -> list[int]:
        counts = []
        for look in (
            lambda: history.load_thread(deps, room_id=room.id, root_id=root),
            lambda: followed_threads.list_threads(deps, actor_id=owner.id, limit=50),
            lambda: followed_threads.count_unread(deps, actor_id=owner.id),
            lambda: read(deps, room, owner, root, position=1),
        ):
            with counted_queries(deps) as statements:
                look()
            counts.append(len(statements))
        return counts

    post(deps, room, other, thread=root)
    with_one = cost()
    for _ in range(99):
        post(deps, room, other, thread=root)
    for _ in range(20):
        post(deps, room, other, thread=post(deps, room, owner))
    assert cost() == with_one
    assert max(with_one) <= 12


def test_a_stranger_of_a_public_room_may_follow_what_anybody_may_read(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    root = post(deps, public_room, owner)
    post(deps, public_room, owner, thread=root)
    set_following(deps, public_room, stranger, root, on=True)
    assert listed(deps, stranger) == [(root, False)]
    post(deps, public_room, owner, thread=root)
    assert (listed(deps, stranger), told(deps, stranger)) == (
        [(root, True)],
        [("thread_reply", 1)],
    )


def test_nobody_lists_threads_without_an_account(deps: Deps, deactivated: Someone) -> None:
    for look in (followed_threads.list_threads, followed_threads.count_unread):
        options: dict[str, Any] = {"limit": 5} if look is followed_threads.list_threads else {}
        with pytest.raises(ChatError):
            look(deps, actor_id=deactivated.id, **options)
