"""What the database knows of a question to a room: who says its words, and what stands around."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import ARRAY, BigInteger, any_, bindparam, select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, Message, SummarySource, table_of
from chatrooms.ml.retrieve.combining import DECAY
from chatrooms.ml.retrieve.conversation import Line
from chatrooms.services.ai.cited import IS_CITABLE
from chatrooms.services.moderation.texts import Text, find_choices

MAX_MATCHES = 2_000
"""Messages are weighed by their words among this many of the newest that have any of them."""
MAX_WORDS = 24
_TIMEOUT_MS = 2_000
AROUND = len(DECAY)
_MESSAGES, _ACCOUNTS = table_of(Message), table_of(Account)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Messages that have words of a question."""

    message_ids: list[int] = field(default_factory=list[int])
    """Those with the rarest first, of equals the newest."""
    found_in: dict[str, int] = field(default_factory=dict[str, int])
    """How many messages have each word, up to `MAX_MATCHES`."""


# Rarity as BM25 has it. `status` and so on as `cited.IS_CITABLE`.
_BY_WORDS = text(f"""
    WITH asked AS MATERIALIZED (
        SELECT word, plainto_tsquery('english', word) AS query
        FROM unnest(CAST(:words AS text[])) AS word
        WHERE numnode(plainto_tsquery('english', word)) > 0
    ), matches AS MATERIALIZED (
        SELECT id, search FROM messages
        WHERE room_id = :room AND status = 'approved' AND withheld = '' AND deleted_at IS NULL
            AND position IS NOT NULL
            AND author_id NOT IN (SELECT id FROM accounts WHERE kind = 'assistant')
            AND search @@ (SELECT string_agg('(' || query::text || ')', ' | ')::tsquery FROM asked)
        ORDER BY position DESC LIMIT {MAX_MATCHES}
    ), said AS MATERIALIZED (
        SELECT matches.id, asked.word
        FROM matches JOIN asked ON matches.search @@ asked.query
    ), rare AS MATERIALIZED (
        SELECT word, count(*) AS found_in,
            ln(1 + (greatest(room.message_count, count(*)) - count(*) + 0.5) / (count(*) + 0.5))
                AS weight
        FROM said, (SELECT message_count FROM rooms WHERE id = :room) AS room
        GROUP BY word, room.message_count
    ), best AS (
        SELECT said.id, sum(rare.weight) AS weight
        FROM said JOIN rare USING (word)
        GROUP BY said.id ORDER BY weight DESC, said.id DESC LIMIT :limit
    )
    SELECT id, NULL AS word, 0 AS found_in, weight FROM best
    UNION ALL
    SELECT NULL, word, found_in, 0 FROM rare
    ORDER BY weight DESC, id DESC
""")


# How common the words are decides the plan.
_GUARD = text("""
    SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
        set_config('statement_timeout', :ms, true)
""")


class TooSlow(Exception):
    """PostgreSQL did not find the words of a question in time."""


def find_by_words(tx: Transaction, *, room_id: int, words: Sequence[str], limit: int) -> Spoken:
    """Messages of a room that have any of these words, in any form of them. The caller has checked
    that the room may be read.

    Raises: TooSlow, after which the transaction can only end.
    """
    if not words:
        return Spoken()
    tx.execute(_GUARD, {"ms": str(_TIMEOUT_MS)})
    asked = {"room": room_id, "words": list(words[:MAX_WORDS]), "limit": limit}
    try:
        rows = tx.execute(_BY_WORDS, asked).all()
    except OperationalError as error:
        if isinstance(error.orig, QueryCanceled):
            raise TooSlow from error
        raise
    return Spoken(
        [row.id for row in rows if row.id is not None],
        {row.word: row.found_in for row in rows if row.word is not None},
    )


def find_sources(tx: Transaction, sentence_ids: Sequence[int]) -> dict[int, list[int]]:
    """The messages that these sentences of summaries rest on, by sentence."""
    if not sentence_ids:
        return {}
    sources: dict[int, list[int]] = defaultdict(list)
    for row in tx.execute(
        select(col(SummarySource.sentence_id), col(SummarySource.message_id)).where(
            col(SummarySource.sentence_id).in_(sentence_ids)
        )
    ):
        sources[row.sentence_id].append(row.message_id)
    return sources


@dataclass(frozen=True, slots=True)
class Found:
    """A message as ranking and prompts need it."""

    message_id: int
    revision: int
    """Which text of it this is."""
    author_name: str
    line: Line
    sent_at: datetime
    thread_id: int | None
    position: int


# Of each message: those before and after it in the timeline or in its thread, the root of that
# thread, the first replies of its own, and some that quote it.
_AROUND = text("""
    WITH seeds AS MATERIALIZED (
        SELECT id, room_id, position, thread_id, reply_count FROM messages
        WHERE id = ANY(:ids) AND room_id = :room AND position IS NOT NULL
    )
    SELECT seeds.id FROM seeds
    UNION SELECT beside.id FROM seeds CROSS JOIN LATERAL (
        SELECT id FROM messages WHERE messages.room_id = seeds.room_id AND thread_id IS NULL
            AND position < seeds.position ORDER BY position DESC LIMIT :around
    ) AS beside WHERE seeds.thread_id IS NULL
    UNION SELECT beside.id FROM seeds CROSS JOIN LATERAL (
        SELECT id FROM messages WHERE messages.room_id = seeds.room_id AND thread_id IS NULL
            AND position > seeds.position ORDER BY position LIMIT :around
    ) AS beside WHERE seeds.thread_id IS NULL
    UNION SELECT beside.id FROM seeds CROSS JOIN LATERAL (
        SELECT id FROM messages WHERE messages.thread_id = seeds.thread_id
            AND position < seeds.position ORDER BY position DESC LIMIT :around
    ) AS beside WHERE seeds.thread_id IS NOT NULL
    UNION SELECT beside.id FROM seeds CROSS JOIN LATERAL (
        SELECT id FROM messages WHERE messages.thread_id = seeds.thread_id
            AND position > seeds.position ORDER BY position LIMIT :around
    ) AS beside WHERE seeds.thread_id IS NOT NULL
    UNION SELECT seeds.thread_id FROM seeds WHERE seeds.thread_id IS NOT NULL
    UNION SELECT beside.id FROM seeds CROSS JOIN LATERAL (
        SELECT id FROM messages WHERE messages.thread_id = seeds.id
            ORDER BY position LIMIT :around
    ) AS beside WHERE seeds.reply_count > 0
    UNION SELECT beside.id FROM seeds CROSS JOIN LATERAL (
        SELECT id FROM messages WHERE messages.reply_to_id = seeds.id
            ORDER BY id LIMIT :around
    ) AS beside
""")
# Ids as one array: as many parameters as ids would take longer to write than to answer.
_READ: Any = (
    select(
        _MESSAGES.c.id,
        _MESSAGES.c.revision,
        _MESSAGES.c.position,
        _MESSAGES.c.ordinal,
        _MESSAGES.c.thread_id,
        _MESSAGES.c.body,
        _MESSAGES.c.has_poll,
        _MESSAGES.c.reply_to_id,
        _MESSAGES.c.sent_at,
        _ACCOUNTS.c.username,
        _ACCOUNTS.c.name,
    )
    .join(_ACCOUNTS, _ACCOUNTS.c.id == _MESSAGES.c.author_id)
    .where(
        _MESSAGES.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        _MESSAGES.c.room_id == bindparam("room"),
        IS_CITABLE,
        _MESSAGES.c.body != "",
    )
    .order_by(_MESSAGES.c.position)
)


def read_around(tx: Transaction, *, room_id: int, message_ids: Sequence[int]) -> list[Found | None]:
    """These messages and those around them, as far as they are in this room and may be found: the
    timeline in its order, then each thread with its root. Stretches are parted by as many None as
    context reaches. The caller has checked that the room may be read."""
    if not message_ids:
        return []
    wanted = tx.scalars(
        _AROUND, {"ids": list(message_ids), "room": room_id, "around": AROUND}
    ).all()
    return in_stretches(read_lines(tx, wanted, room_id=room_id))


def read_lines(
    tx: Transaction, message_ids: Sequence[int], *, room_id: int
) -> list[tuple[Found, int | None]]:
    """Those of these messages that are in the room and may be found, in their order, each with its
    ordinal in the timeline."""
    rows = tx.execute(_READ, {"ids": list(message_ids), "room": room_id}).all()
    choices = find_choices(tx, rows)
    return [_line(row, choices) for row in rows]


def _line(row: Any, choices: Mapping[int, tuple[str, ...]]) -> tuple[Found, int | None]:
    # Hundreds of rows a question: asking each for its columns by name takes four times as long.
    id_, revision, position, ordinal, thread_id, body, _, reply_to, sent_at, username, name = row
    text = Text(body, choices[id_]).whole if id_ in choices else body
    line = Line(str(id_), username, text, str(reply_to) if reply_to else None)
    return Found(id_, revision, name, line, sent_at, thread_id, position), ordinal


def in_stretches(lines: Sequence[tuple[Found, int | None]]) -> list[Found | None]:
    """These messages as conversations: see `read_around`."""
    gap: list[Found | None] = [None] * AROUND
    timeline: list[Found | None] = []
    threads: dict[int, list[Found | None]] = defaultdict(list)
    by_id = {each.message_id: each for each, _ in lines}
    before: int | None = None
    for each, ordinal in lines:
        if each.thread_id is not None:
            threads[each.thread_id].append(each)
            continue
        if before is not None and (ordinal or 0) - before > AROUND:
            timeline += gap
        timeline.append(each)
        before = ordinal
    for root_id, replies in threads.items():
        root = by_id.get(root_id)
        timeline += [*gap, *([root] if root else []), *replies]
    return timeline
