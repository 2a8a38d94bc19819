"""Search finds what somebody may read, and nothing of the rest shows in any way."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import sqlalchemy_url, transaction
from chatrooms.db.migrations import migrate
from chatrooms.domain.errors import NotSignedIn, SearchTooBroad
from chatrooms.services import members, messages, rooms, search
from chatrooms.services.attaching import CheckedPoll
from chatrooms.services.rooms import RoomDraft
from chatrooms.services.search import Order
from chatrooms.services.search_hits import SearchHit, SearchPage
from tests.support.inspect import counted_queries, rows
from tests.support.old_tables import database_at
from tests.support.people import Place, Someone, deactivate, make_room, post, sign_up, unique
from tests.support.servers import RunningServer


def find(deps: Deps, who: Someone, query: str, order: Order = "newest") -> list[SearchHit]:
    page = search.search_messages(deps, actor_id=who.id, query=query, order=order, limit=50)
    return list(page.hits)


def ids(deps: Deps, who: Someone, query: str, order: Order = "newest") -> list[int]:
    return [hit.message_id for hit in find(deps, who, query, order)]


@pytest.fixture
def word() -> str:
    """A word that no other message holds."""
    return unique("zebra").replace("-", "")


def test_members_find_what_a_private_room_holds_and_nobody_else_does(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    admin: Someone,
    word: str,
) -> None:
    found = post(deps, private_room, owner, f"the {word} is here")
    for who in (owner, moderator, member):
        assert ids(deps, who, word) == [found]
        assert ids(deps, who, f"{word} in:{private_room.slug}", "best") == [found]
    for who in (stranger, removed, admin):
        for query in (word, f"in:{private_room.slug}", f"from:{owner.username} {word}"):
            for order in ("newest", "best"):
                page = search.search_messages(deps, actor_id=who.id, query=query, order=order)
                assert page == SearchPage()


def test_a_public_room_is_searched_by_anybody_signed_in(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone, admin: Someone, word: str
) -> None:
    found = post(deps, public_room, owner, word)
    assert ids(deps, stranger, word) == [found]
    gone = deactivate(deps, admin, sign_up(deps, "gone"))
    for nobody in (gone.id, 0, -1, 2**70):
        with pytest.raises(NotSignedIn):
            search.search_messages(deps, actor_id=nobody, query=word)


def test_what_is_hidden_does_not_show_in_pages_either(
    deps: Deps,
    private_room: Place,
    public_room: Place,
    owner: Someone,
    stranger: Someone,
    word: str,
) -> None:
    seen = [post(deps, public_room, owner, f"{word} {n}") for n in range(3)]
    for number in range(5):
        post(deps, private_room, owner, f"{word} {number}")
    for order in ("newest", "best"):
        page = search.search_messages(
            deps, actor_id=stranger.id, query=word, order=order, limit=len(seen)
        )
        assert {hit.message_id for hit in page.hits} == set(seen)
        assert not page.has_more


def test_a_room_made_private_and_a_member_removed_are_found_no_longer(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone, word: str
) -> None:
    guest = sign_up(deps, "guest")
    members.join_room(deps, actor_id=guest.id, room_id=public_room.id)
    found = post(deps, public_room, owner, word)
    assert ids(deps, stranger, word) == ids(deps, guest, word) == [found]
    hidden = RoomDraft(name=public_room.slug, is_private=True)
    rooms.edit_room(deps, actor_id=owner.id, room_id=public_room.id, draft=hidden)
    assert ids(deps, stranger, word) == []
    assert ids(deps, guest, word) == [found]
    members.remove_member(deps, actor_id=owner.id, room_id=public_room.id, account_id=guest.id)
    assert ids(deps, guest, word) == []


def test_deleted_messages_and_what_a_message_no_longer_says_are_not_found(
    deps: Deps, public_room: Place, owner: Someone, word: str
) -> None:
    kept, gone = (post(deps, public_room, owner, f"{word} old {n}") for n in range(2))
    where = {"actor_id": owner.id, "room_id": public_room.id}
    messages.delete_message(deps, **where, message_id=gone)
    assert ids(deps, owner, word) == [kept]
    assert gone not in ids(deps, owner, f"from:me in:{public_room.slug}")
    messages.edit_message(deps, **where, message_id=kept, body=f"{word} new")
    assert ids(deps, owner, f"{word} new") == [kept]
    assert ids(deps, owner, f"{word} old") == []


def test_words_phrases_and_negations(
    deps: Deps, public_room: Place, owner: Someone, word: str
) -> None:
    first = post(deps, public_room, owner, f"{word} planted two bulbs")
    second = post(deps, public_room, owner, f"{word} two were planted")
    both = [second, first]
    assert ids(deps, owner, f"{word} planting") == both
    assert ids(deps, owner, f'{word} "two bulbs"') == [first]
    assert ids(deps, owner, f"{word} -bulb") == [second]
    assert ids(deps, owner, f"{word} bulbs or nothing") == [first]
    assert ids(deps, owner, "the") == []


def test_operators_narrow(deps: Deps, private_room: Place, owner: Someone, word: str) -> None:
    other = make_room(deps, owner, name="elsewhere")
    link = post(deps, private_room, owner, f"{word} see HTTPS://example.org")
    root = post(deps, other, owner, f"{word} shall we")
    reply = post(deps, other, owner, f"{word} yes", thread=root)
    poll = messages.post_poll(
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        client_id=deps.ids.client_id(),
        poll=CheckedPoll(f"{word} or not", ("a", "b"), False, False, None),
    )
    assert ids(deps, owner, f"has:link {word}") == [link]
    assert ids(deps, owner, f"has:poll {word}") == [poll]
    assert ids(deps, owner, f"has:thread {word}") == [root]
    assert ids(deps, owner, f"has:file {word}") == []
    assert ids(deps, owner, f"{word} in:#{other.slug.upper()}") == [reply, root]
    assert ids(deps, owner, f"{word} in:{other.slug} in:{private_room.slug}") == [
        poll,
        reply,
        root,
        link,
    ]
    assert ids(deps, owner, f"{word} in:nowhere") == []
    assert [hit.in_thread for hit in find(deps, owner, f"{word} in:{other.slug}")] == [True, False]


def test_people_are_named_by_user_name_or_name_or_me(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, word: str
) -> None:
    mine = post(deps, private_room, owner, word)
    theirs = post(deps, private_room, member, word)
    assert ids(deps, owner, f"from:me {word}") == [mine]
    assert ids(deps, owner, f"from:@{member.username.upper()} {word}") == [theirs]
    assert ids(deps, owner, f'from:"{member.username}" from:me {word}') == [theirs, mine]
    assert ids(deps, owner, f"from:nobody-at-all {word}") == []


def test_days_begin_where_the_person_lives(
    deps: Deps, public_room: Place, owner: Someone, word: str
) -> None:
    def said(day: int, hour: int) -> int:
        return messages.post_message(
            deps,
            actor_id=owner.id,
            room_id=public_room.id,
            client_id=deps.ids.client_id(),
            body=word,
            sent_at=datetime(2020, 5, day, hour, tzinfo=UTC),
        )

    late, early = said(11, 1), said(10, 12)
    assert ids(deps, owner, word) == [late, early]
    assert ids(deps, owner, f"{word} after:2020-05-11") == [late]
    assert ids(deps, owner, f"{word} before:2020-05-11") == [early]
    assert ids(deps, owner, f"{word} after:2020-05-10 before:2020-05-12") == [late, early]
    with transaction(deps.sessions) as tx:
        there = {"id": owner.id, "zone": "America/New_York"}
        tx.execute(text("UPDATE accounts SET timezone = :zone WHERE id = :id"), there)
    assert ids(deps, owner, f"{word} after:2020-05-11") == []
    with transaction(deps.sessions) as tx:
        nowhere = {"id": owner.id, "zone": "No/Where"}
        tx.execute(text("UPDATE accounts SET timezone = :zone WHERE id = :id"), nowhere)
    assert ids(deps, owner, f"{word} after:2020-05-11") == [late]


def test_pages_follow_one_another_while_people_go_on_talking(
    deps: Deps, public_room: Place, owner: Someone, word: str
) -> None:
    at = datetime(2021, 1, 1, tzinfo=UTC)
    said = [
        messages.post_message(
            deps,
            actor_id=owner.id,
            room_id=public_room.id,
            client_id=deps.ids.client_id(),
            body=word,
            sent_at=at + timedelta(hours=number // 2),
        )
        for number in range(7)
    ]
    shown: list[int] = []
    after = None
    has_more = True
    while has_more:
        page = search.search_messages(deps, actor_id=owner.id, query=word, after=after, limit=3)
        shown += [hit.message_id for hit in page.hits]
        after = (page.hits[-1].sent_at, page.hits[-1].message_id)
        has_more = page.has_more
        post(deps, public_room, owner, word)
    assert shown == said[::-1]


def test_the_best_come_first_and_in_pages(
    deps: Deps, public_room: Place, owner: Someone, word: str
) -> None:
    best = post(deps, public_room, owner, f"{word} {word} {word}")
    poor = post(deps, public_room, owner, f"{word} among quite a lot of other words said there")
    assert ids(deps, owner, word, "best") == [best, poor]
    assert ids(deps, owner, word, "newest") == [poor, best]
    first = search.search_messages(deps, actor_id=owner.id, query=word, order="best", limit=1)
    assert first.has_more
    second = search.search_messages(
        deps, actor_id=owner.id, query=word, order="best", limit=1, offset=1
    )
    assert [each.message_id for each in (*first.hits, *second.hits)] == [best, poor]
    assert not second.has_more


def test_a_snippet_marks_the_words_and_stays_text(
    deps: Deps, public_room: Place, owner: Someone, word: str
) -> None:
    post(deps, public_room, owner, f"<b>bold</b> **the {word}** <script>alert(1)</script>")
    (hit,) = find(deps, owner, word)
    assert [each.text for each in hit.snippet if each.is_marked] == [word]
    assert "**" not in "".join(each.text for each in hit.snippet)
    assert hit.room_slug == public_room.slug
    assert hit.author.username == owner.username


@pytest.mark.parametrize(
    "query",
    ["", " ", "'", '"', "&|!:*", "\\", "\x00", "%", "<->", "-", "or", "x" * 5000, "💥" * 400],
)
@pytest.mark.parametrize("order", ["newest", "best"])
def test_anything_can_be_looked_for(
    deps: Deps, stranger: Someone, query: str, order: Order
) -> None:
    find(deps, stranger, query, order)


def test_a_search_that_takes_too_long_says_so(
    deps: Deps, public_room: Place, owner: Someone, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = post(deps, public_room, owner, word)
    monkeypatch.setattr(search, "_TIMEOUT_MS", 100)
    with transaction(deps.sessions) as tx:
        tx.execute(text("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(SearchTooBroad):
            find(deps, owner, word)
    assert ids(deps, owner, word) == [found]


def test_a_search_costs_the_same_number_of_queries_for_one_hit_and_for_thirty(
    deps: Deps, public_room: Place, owner: Someone, word: str
) -> None:
    def cost() -> int:
        with counted_queries(deps) as statements:
            find(deps, owner, f"{word} from:{owner.username}")
        return len(statements)

    post(deps, public_room, owner, word)
    with_one = cost()
    for _ in range(29):
        post(deps, public_room, owner, word)
    assert cost() == with_one <= 8


def test_somebody_who_changed_the_name_is_found_by_it(
    deps: Deps, public_room: Place, owner: Someone, word: str
) -> None:
    found = post(deps, public_room, owner, word)
    named = " ".join(("Zoë", word))
    with transaction(deps.sessions) as tx:
        who = {"id": owner.id, "name": named}
        tx.execute(text("UPDATE accounts SET name = :name WHERE id = :id"), who)
    assert ids(deps, owner, f'from:"{named.lower()}"') == [found]


def test_a_poll_is_found_without_words_until_it_is_deleted(
    deps: Deps, private_room: Place, owner: Someone
) -> None:
    post(deps, private_room, owner, "no poll")
    poll = messages.post_poll(
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        client_id=deps.ids.client_id(),
        poll=CheckedPoll("Or not?", ("a", "b"), False, False, None),
    )
    asked = f"has:poll in:{private_room.slug}"
    assert ids(deps, owner, asked) == [poll]
    messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=poll)
    assert ids(deps, owner, asked) == []
    assert rows(deps, "SELECT has_poll FROM messages WHERE id = :id", id=poll) == [(False,)]


def test_polls_from_before_there_was_an_index_of_them_are_found(postgres: RunningServer) -> None:
    with database_at(postgres.url, "0004") as url:
        engine = create_engine(sqlalchemy_url(url))
        with engine.begin() as connection:
            connection.execute(
                text("""
                    INSERT INTO accounts (username, name, hue, password_hash, is_admin)
                        VALUES ('mara', 'Mara', 1, '', false);
                    INSERT INTO rooms (slug, name, description, topic, is_private, member_count,
                        created_by) VALUES ('room', 'Room', '', '', false, 1, 1);
                    INSERT INTO messages (room_id, position, author_id, client_id, body)
                        VALUES (1, 1, 1, 'a', ''), (1, 2, 1, 'b', 'plain');
                    INSERT INTO polls (message_id, question, choices, is_multiple, is_anonymous)
                        VALUES (1, 'Which?', ARRAY['This', 'That'], false, false);
                """)
            )
        migrate(url)
        with engine.connect() as connection:
            found = connection.execute(text("SELECT has_poll FROM messages ORDER BY id")).scalars()
            assert list(found) == [True, False]
        engine.dispose()
