"""Many rooms with a million messages, written straight into the tables, in made-up words that are
as common and as rare as those of a language. Some count as threads, some show polls."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import psycopg

_WORDS = 60_000
_LENGTHS = (2, 4, 6, 9, 12, 16, 25, 60)
_ROOMS = 2_000
_PEOPLE = 500
_YEAR = timedelta(days=365)
_ONSETS = ("b", "bl", "br", "d", "dr", "f", "fl", "g", "gl", "gr", "k", "kl", "l", "m", "n", "p")
_VOWELS = ("a", "e", "i", "o", "u", "au", "ei")
_CODAS = ("b", "d", "g", "k", "l", "m", "n", "p", "r", "t", "nd", "lt", "rk", "mp")
"""Syllables end in consonants that no English word ending is made of, so that words stay apart."""

_SET_UP = """
CREATE TEMP TABLE kept_index AS SELECT pg_get_indexdef('messages_search'::regclass) AS made_by;
DROP INDEX messages_search;
INSERT INTO accounts (username, name, hue, password_hash, is_admin)
SELECT 'bench-author-' || n, 'Author ' || n, n % 360, '', false
FROM generate_series(1, %(people)s) AS n;
INSERT INTO rooms (slug, name, description, topic, is_private, member_count, created_by)
SELECT 'bench-room-' || n, 'Room ' || n, '', '', n %% 3 = 0, 1,
       (SELECT min(id) FROM accounts WHERE username LIKE 'bench-author-%%')
FROM generate_series(1, %(rooms)s) AS n;
""".replace("n % 360", "n %% 360")
_COPY = (
    "COPY messages (room_id, position, author_id, client_id, body, sent_at, reply_count) FROM STDIN"
)
_POLLS = """
WITH shown AS (
    INSERT INTO polls (message_id, question, choices, is_multiple, is_anonymous)
    SELECT id, 'Which?', ARRAY['This', 'That'], false, false FROM messages
    WHERE id %% %(every)s = 0
    RETURNING message_id
)
UPDATE messages SET has_poll = true FROM shown WHERE shown.message_id = messages.id
"""
_THREAD_EVERY = 50
_POLL_EVERY = 500
"""Every how many messages one has replies, and one a poll."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What was written: its words from the commonest to the rarest."""

    words: list[str]
    messages: int


def fill(database_url: str, *, messages: int, seed: int = 7) -> Archive:
    """Write rooms and messages. Every third room is private and nobody's but its owner's."""
    chance = random.Random(seed)
    words = _vocabulary(chance)
    with psycopg.connect(database_url) as connection:
        settings = {"people": _PEOPLE, "rooms": _ROOMS}
        for statement in _SET_UP.strip().split(";\n"):
            connection.execute(statement.rstrip(";"), settings if "%(" in statement else None)
        authors = _ids(connection, "SELECT id FROM accounts WHERE username LIKE 'bench-author-%'")
        rooms = _ids(connection, "SELECT id FROM rooms WHERE slug LIKE 'bench-room-%'")
        with connection.cursor().copy(_COPY) as copy:
            for row in _messages(chance, words, authors=authors, rooms=rooms, count=messages):
                copy.write_row(row)
        connection.execute(
            "UPDATE rooms SET last_seq = last, message_count = last FROM ("
            "SELECT room_id, max(position) AS last FROM messages GROUP BY room_id) AS ends "
            "WHERE ends.room_id = rooms.id"
        )
        connection.execute(_POLLS, {"every": _POLL_EVERY})
        made_by = connection.execute("SELECT made_by FROM kept_index").fetchone()
        assert made_by is not None
        connection.execute(made_by[0])
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return Archive(words, messages)


def _ids(connection: psycopg.Connection, query: str) -> list[int]:
    return [row[0] for row in connection.execute(query.encode())]


def _vocabulary(chance: random.Random) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        syllables = chance.choice((2, 2, 2, 3))
        parts = [chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables)]
        words["".join(parts) + chance.choice(_CODAS)] = None
    return list(words)


def _messages(
    chance: random.Random, words: list[str], *, authors: list[int], rooms: list[int], count: int
) -> Iterator[tuple[int, int, int, str, str, datetime, int]]:
    """In the order of time; the frequency of words and rooms falls with their rank (Zipf)."""
    by_word, by_room = _zipf(len(words)), _zipf(len(rooms))
    positions = dict.fromkeys(rooms, 0)
    start = datetime.now(UTC) - _YEAR
    for number in range(count):
        room = chance.choices(rooms, cum_weights=by_room)[0]
        positions[room] += 1
        body = " ".join(chance.choices(words, cum_weights=by_word, k=chance.choice(_LENGTHS)))
        sent_at = start + _YEAR * number / count
        author = chance.choice(authors)
        replies = 0 if number % _THREAD_EVERY else chance.randrange(1, 9)
        yield room, positions[room], author, f"bench-{number}", body, sent_at, replies


def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, count + 1)))
