"""Chat logs come in once, with their times and replies, and in nobody's name."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chatrooms.bootstrap import Deps, utc_now
from chatrooms.domain.errors import AlreadyTaken, ChatError, InvalidInput, RoomUnavailable
from chatrooms.domain.events import Message
from chatrooms.live.rows import iso
from chatrooms.services import directory, history, rooms, sessions
from chatrooms.services.directory import Wanted
from chatrooms.services.imports import Importer, LogLine, find_owner, parse_line
from chatrooms.services.moderation import judging
from tests.support.inspect import assert_gapless, rows
from tests.support.moderation import ABUSE, HARMLESS, moderated
from tests.support.moderation import shown as texts
from tests.support.people import PASSWORD, Place, Someone, deactivate, sign_up, unique

AT = "2005-05-19T08:36:00.000Z"


@pytest.fixture
def room_name() -> str:
    return unique("Log")


def line(room: str, **fields: Any) -> LogLine:
    values = {"room": room, "author": "ann", "sent_at": AT, "text": "Hello", **fields}
    return parse_line(json.dumps(values))


def imported(deps: Deps, lines: list[LogLine]) -> int:
    importer = Importer(deps)
    return sum(importer.add(each) for each in lines)


def shown(deps: Deps, room: str) -> tuple[Message, ...]:
    (found,) = rows(deps, "SELECT id FROM rooms WHERE name = :name", name=room)
    assert_gapless(deps, found[0])
    return history.load_view(deps, room_id=found[0]).messages


def test_rooms_that_are_made_belong_to_whom_the_operator_names(
    deps: Deps, room_name: str, member: Someone, admin: Someone
) -> None:
    owner_id = find_owner(deps, username=member.username.upper())
    assert owner_id == member.id
    assert Importer(deps, owner_id=owner_id).add(line(room_name))
    owners = rows(
        deps,
        "SELECT account_id FROM memberships JOIN rooms ON rooms.id = room_id"
        " WHERE rooms.name = :name AND role = 'owner'",
        name=room_name,
    )
    assert owners == [(member.id,)]
    # Who wrote the log cannot sign in, nor can somebody whose account was closed.
    gone = deactivate(deps, admin, sign_up(deps))
    for nobody in ("ann", gone.username, unique("nobody")):
        with pytest.raises(InvalidInput, match=nobody):
            find_owner(deps, username=nobody)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[]", "object"),
        ("null", "object"),
        ('{"room": "a"}', "author"),
        (json.dumps({"room": "a", "author": "b", "sent_at": "yesterday", "text": "c"}), "sent_at"),
        (
            json.dumps({"room": "a", "author": "b", "sent_at": "2005-05-19T08:36:00", "text": "c"}),
            "sent_at",
        ),
        (json.dumps({"room": "", "author": "b", "sent_at": AT, "text": "c"}), "room"),
        (json.dumps({"room": "a", "author": 5, "sent_at": AT, "text": "c"}), "author"),
        (json.dumps({"room": "a", "author": "b", "sent_at": AT, "text": None}), "text"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        parse_line(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": " \u200b"},
        {"text": "x" * 4001},
        {"author": "\u200b"},
        {"room": "\u200b"},
        {"sent_at": (utc_now() + timedelta(hours=1)).isoformat()},
        {"sent_at": "0001-01-01T00:00:00+14:00"},
        {"sent_at": "9999-12-31T23:59:59Z"},
    ],
)
def test_a_line_that_cannot_be_posted_is_refused_and_the_next_one_comes_in(
    deps: Deps, room_name: str, fields: dict[str, Any]
) -> None:
    importer = Importer(deps)
    with pytest.raises(ChatError):
        importer.add(line(**{"room": room_name, **fields}))
    assert importer.add(line(room_name))
    assert len(shown(deps, room_name)) == 1


def test_importing_twice_stores_nothing_twice(deps: Deps, room_name: str) -> None:
    lines = [
        line(room_name, id="1"),
        line(room_name, id="2", author="bob", reply_to="1"),
        line(room_name),
        line(room_name),
        line(room_name, sent_at="2005-05-19T08:37:00Z"),
    ]
    assert imported(deps, lines) == 5
    before = shown(deps, room_name)
    assert imported(deps, lines) == 0
    assert imported(deps, [*lines, line(room_name, id="3")]) == 1
    assert shown(deps, room_name)[:5] == before


def test_equal_lines_without_ids_are_different_messages(deps: Deps, room_name: str) -> None:
    assert imported(deps, [line(room_name)] * 3) == 3
    assert imported(deps, [line(room_name)] * 4) == 1
    assert len(shown(deps, room_name)) == 4


def test_times_and_replies_are_kept(deps: Deps, room_name: str) -> None:
    imported(
        deps,
        [
            line(room_name, id="1", text="A question"),
            line(room_name, id="2", reply_to="1", sent_at="2005-05-19T10:36:01.500+02:00"),
            line(room_name, id="3", reply_to="never imported"),
        ],
    )
    question, answer, loose = shown(deps, room_name)
    assert question.sent_at == datetime(2005, 5, 19, 8, 36, tzinfo=UTC)
    assert iso(answer.sent_at) == "2005-05-19T08:36:01.500Z"
    assert answer.quote is not None
    assert (answer.quote.id, answer.quote.excerpt) == (question.id, "A question")
    assert loose.quote is None


def test_a_reply_to_a_line_of_an_earlier_import_is_kept(deps: Deps, room_name: str) -> None:
    question, answer = line(room_name, id="1"), line(room_name, id="2", reply_to="1")
    imported(deps, [question])
    assert imported(deps, [question, answer]) == 1
    assert shown(deps, room_name)[1].quote is not None


def test_nothing_is_posted_in_the_name_of_somebody_who_can_sign_in(
    deps: Deps, room_name: str, stranger: Someone
) -> None:
    importer = Importer(deps)
    for author in (stranger.username, stranger.username.upper()):
        with pytest.raises(AlreadyTaken):
            importer.add(line(room_name, author=author))
    assert rows(deps, "SELECT count(*) FROM messages WHERE author_id = :id", id=stranger.id) == [
        (0,)
    ]


def test_imported_people_cannot_sign_in(deps: Deps, room_name: str) -> None:
    imported(deps, [line(room_name, author="carla")])
    for password in ("", PASSWORD):
        with pytest.raises(ChatError):
            sessions.sign_in(deps, username="carla", password=password, address=unique("address"))


def test_names_that_differ_in_odd_characters_are_different_people(
    deps: Deps, room_name: str
) -> None:
    imported(deps, [line(room_name, author=name) for name in ("dan", "dan^", "dan_", "日本")])
    assert len({m.author.id for m in shown(deps, room_name)}) == 4


def test_an_import_into_a_public_room_is_read_by_everybody(
    deps: Deps, room_name: str, stranger: Someone
) -> None:
    imported(deps, [line(room_name)])
    found = directory.list_rooms(deps, actor_id=stranger.id, wanted=Wanted(query=room_name)).rooms
    assert [info.facts.name for info in found] == [room_name]
    with pytest.raises(RoomUnavailable):
        rooms.open_room(deps, actor_id=stranger.id, slug="no-such-room")


def test_a_replayed_log_is_moderated_like_what_people_write(deps: Deps, room_name: str) -> None:
    importer = Importer(deps, is_judged=True)
    importer.add(line(room_name, author="owner", text="Welcome"))
    place = moderated(deps, Place(importer.room_id(room_name), ""))
    importer.add(line(room_name, author="bob", id="1", text=ABUSE))
    importer.add(line(room_name, author="cat", reply_to="1", text=HARMLESS))
    assert texts(deps, place) == ["Welcome"]
    judging.judge_waiting(deps)
    assert texts(deps, place) == ["Welcome", HARMLESS]


def test_imported_history_is_not_moderated(deps: Deps, room_name: str) -> None:
    importer = Importer(deps)
    importer.add(line(room_name, author="owner", text="Welcome"))
    place = moderated(deps, Place(importer.room_id(room_name), ""))
    importer.add(line(room_name, author="bob", text=ABUSE))
    judging.judge_waiting(deps)
    assert texts(deps, place) == ["Welcome", ABUSE]
