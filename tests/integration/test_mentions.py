"""Which names of a text are mentions: those of members, and everybody where staff calls."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import sqlalchemy_url
from chatrooms.db.migrations import migrate
from chatrooms.domain.errors import MessageUnavailable, NotAllowed, RoomUnavailable
from chatrooms.services import history, members, mentions, messages
from chatrooms.services.mentions import Unheard
from chatrooms.state.outbox import unheard_words
from tests.support.inspect import counted_queries, everything_stored
from tests.support.old_tables import database_at
from tests.support.people import Place, Someone, make_room, post
from tests.support.servers import RunningServer


def shown(deps: Deps, room: Place) -> tuple[str, ...]:
    return history.load_view(deps, room_id=room.id).messages[-1].mentions


def unheard(deps: Deps, who: Someone, room: Place, message_id: int) -> Unheard:
    return mentions.find_unheard(deps, actor_id=who.id, room_id=room.id, message_id=message_id)


def edit(deps: Deps, who: Someone, room: Place, message_id: int, body: str) -> None:
    messages.edit_message(deps, actor_id=who.id, room_id=room.id, message_id=message_id, body=body)


def test_members_are_meant_and_others_are_not(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    deactivated: Someone,
) -> None:
    others = " ".join(f"@{who.username}" for who in (stranger, removed, deactivated))
    post(deps, private_room, owner, f"@{member.username.upper()} {others} @nobody")
    assert shown(deps, private_room) == (member.username.lower(),)


def test_everybody_is_meant_by_staff_alone(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone, owner: Someone
) -> None:
    for who, meant in ((member, ()), (moderator, ("room",)), (owner, ("room",))):
        post(deps, private_room, who, "@room come")
        assert shown(deps, private_room) == meant


def test_what_was_meant_stays_when_the_person_leaves(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, owner, f"@{member.username}")
    members.leave_room(deps, actor_id=member.id, room_id=private_room.id)
    assert shown(deps, private_room) == (member.username.lower(),)


def test_an_edit_decides_anew_and_a_deletion_leaves_no_name(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    message_id = post(deps, private_room, owner, f"@{member.username}")
    edit(deps, owner, private_room, message_id, f"@{moderator.username} @room")
    assert shown(deps, private_room) == (moderator.username.lower(), "room")
    messages.delete_message(deps, actor_id=owner.id, room_id=private_room.id, message_id=message_id)
    assert shown(deps, private_room) == ()
    kept = everything_stored(deps, "room_events", "messages")
    assert f'"mentions": ["{moderator.username.lower()}' not in kept
    assert f"'mentions': ['{moderator.username.lower()}" not in kept


def test_a_room_full_of_mentions_loads_with_as_many_queries_as_one(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    def cost() -> int:
        with counted_queries(deps) as statements:
            history.load_view(deps, room_id=private_room.id)
        return len(statements)

    post(deps, private_room, owner, f"@{member.username}")
    with_one = cost()
    for _ in range(30):
        post(deps, private_room, owner, f"@{member.username} and @{owner.username}")
    assert cost() == with_one


def test_the_writer_learns_whom_a_message_did_not_reach(
    deps: Deps,
    public_room: Place,
    owner: Someone,
    member: Someone,
    stranger: Someone,
    deactivated: Someone,
) -> None:
    members.join_room(deps, actor_id=member.id, room_id=public_room.id)
    named = " ".join(f"@{who.username}" for who in (member, stranger, deactivated))
    said = post(deps, public_room, member, f"{named} @nobody @room `@{owner.username}`")
    assert unheard(deps, member, public_room, said) == Unheard((stranger.username,), True)
    reply = post(deps, public_room, owner, f"@{stranger.username} @room", thread=said)
    assert unheard(deps, owner, public_room, reply) == Unheard((stranger.username,), False, said)
    assert unheard(deps, owner, public_room, post(deps, public_room, owner, "hi")) == Unheard()


def test_only_the_author_learns_it(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    said = post(deps, private_room, member, f"@{stranger.username}")
    elsewhere = make_room(deps, member)
    with pytest.raises(NotAllowed):
        unheard(deps, owner, private_room, said)
    with pytest.raises(RoomUnavailable):
        unheard(deps, stranger, private_room, said)
    with pytest.raises(MessageUnavailable):
        unheard(deps, member, elsewhere, said)


@pytest.mark.parametrize(
    ("names", "is_everybody", "words"),
    [
        ((), False, ""),
        (("zoe",), False, "@zoe is not in this room and was not told."),
        (("kim", "zoe"), False, "@kim and @zoe are not in this room and were not told."),
        (("a", "b", "c"), False, "@a, @b and @c are not in this room and were not told."),
        ((), True, "Only moderators can call everybody with @room."),
    ],
)
def test_it_is_told_in_a_sentence(names: tuple[str, ...], is_everybody: bool, words: str) -> None:
    assert unheard_words(names, is_everybody=is_everybody) == words


@pytest.fixture
def old_database(postgres: RunningServer) -> Iterator[str]:
    """A database as it was before messages kept whom they mean."""
    with database_at(postgres.url, "0002") as url:
        yield url


def test_old_messages_keep_their_mentions_of_people_who_exist(old_database: str) -> None:
    engine = create_engine(sqlalchemy_url(old_database))
    with engine.connect() as connection:
        connection.execute(
            text("""
                INSERT INTO accounts (username, name, hue, password_hash, is_admin)
                    VALUES ('Mara', 'Mara', 1, '', false), ('leo.s', 'Leo', 1, '', false);
                INSERT INTO rooms (slug, name, description, topic, is_private, member_count,
                    created_by) VALUES ('room', 'Room', '', '', false, 2, 1);
                INSERT INTO memberships (room_id, account_id, role)
                    VALUES (1, 1, 'owner'), (1, 2, 'member');
                INSERT INTO messages (room_id, position, author_id, client_id, body) VALUES
                    (1, 1, 1, 'a', 'It was @mara, @leo.s. Not @nobody. @room'),
                    (1, 2, 2, 'b', '@room and nobody'),
                    (1, 3, 2, 'c', 'plain');
            """)
        )
        connection.commit()
    migrate(old_database)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT mentions FROM messages ORDER BY id")).scalars()
        assert list(found) == [["leo.s", "mara", "room"], [], []]
    engine.dispose()
