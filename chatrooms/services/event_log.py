"""The room's event log: the one way to change what a room shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlmodel import col

from chatrooms.adapters import metrics
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Room, RoomEventRow, table_of
from chatrooms.domain.errors import RoomUnavailable
from chatrooms.domain.events import Message, MessagePosted, RoomEvent, Sequenced, parse_event
from chatrooms.domain.moderation import Policy

_ROOMS = table_of(Room)
_NEXT = (
    update(_ROOMS)
    .where(_ROOMS.c.id == bindparam("room"))
    .values(last_seq=_ROOMS.c.last_seq + 1)
    .returning(_ROOMS.c.last_seq)
)
_APPEND = insert(table_of(RoomEventRow))


def take_seq(tx: Transaction, *, room_id: int) -> int:
    """The next number of the room's log. Locks the room until the transaction ends, so whoever
    holds a number appends before anybody else takes one: seq is gapless and in commit order.

    Raises: RoomUnavailable if there is no such room.
    """
    seq = tx.execute(_NEXT, {"room": room_id}).scalar_one_or_none()
    if seq is None:
        raise RoomUnavailable
    return seq


def lock_room(tx: Transaction, *, room_id: int) -> None:
    """Hold the room's lock without taking a number: for looks that decide whether to take one.
    Always the first lock of a transaction, so that two of them never wait for each other.

    It is the lock that taking a number takes: it keeps out whoever changes the room, and nobody who
    stores a row that only belongs to it, such as a notification or a draft."""
    tx.execute(select(col(Room.id)).where(col(Room.id) == room_id).with_for_update(key_share=True))


_LOCK_POLICY = (
    select(_ROOMS.c.policy).where(_ROOMS.c.id == bindparam("room")).with_for_update(key_share=True)
)


def lock_policy(tx: Transaction, *, room_id: int) -> Policy:
    """Hold the room's lock, as `lock_room`; how the room is moderated from that moment on."""
    stored = tx.execute(_LOCK_POLICY, {"room": room_id}).scalar_one()
    return Policy.model_validate(stored)


def lock_judging(tx: Transaction, *, room_id: int) -> tuple[Policy, int | None]:
    """Hold the room's lock, as `lock_room`; how the room is moderated from that moment on, and the
    correction of the model that is in use there."""
    row = tx.execute(
        select(col(Room.policy), col(Room.correction_id))
        .where(col(Room.id) == room_id)
        .with_for_update(key_share=True)
    ).one()
    return Policy.model_validate(row.policy), row.correction_id


_NEXT_PLACES = text("""
    UPDATE rooms SET last_seq = last_seq + :count, message_count = message_count + :count
    WHERE id = :room_id RETURNING last_seq, message_count
""")
_HAS_READ = text("""
    UPDATE memberships SET read_position = :position, read_ordinal = :ordinal
    WHERE room_id = :room_id AND account_id = :author_id
""")


def take_places(
    tx: Transaction, *, room_id: int, author_ids: Sequence[int]
) -> list[tuple[int, int]]:
    """The next numbers of the room's log, as `take_seq`, and those of its timeline's next messages,
    by these authors: position and ordinal of each. The authors have read the room up to there.

    Raises: RoomUnavailable if there is no such room.
    """
    count = len(author_ids)
    last = tx.execute(_NEXT_PLACES, {"room_id": room_id, "count": count}).one_or_none()
    if last is None:
        raise RoomUnavailable
    places = [(last.last_seq - left, last.message_count - left) for left in reversed(range(count))]
    read = dict(zip(author_ids, places, strict=True))
    tx.execute(
        _HAS_READ,
        [
            {"room_id": room_id, "author_id": author, "position": position, "ordinal": ordinal}
            for author, (position, ordinal) in sorted(read.items())
        ],
    )
    return places


def append_event(
    tx: Transaction, deps: Deps, *, room_id: int, seq: int, event: RoomEvent
) -> Sequenced:
    """Store the event under the number taken for it and announce it after the commit."""
    return append_events(tx, deps, room_id=room_id, events=[(seq, event)])[0]


def append_events(
    tx: Transaction, deps: Deps, *, room_id: int, events: Sequence[tuple[int, RoomEvent]]
) -> list[Sequenced]:
    """Store events under the numbers taken for them and announce them after the commit."""
    now = deps.clock()
    entries = [
        Sequenced(room_id=room_id, seq=seq, created_at=now, event=event) for seq, event in events
    ]
    tx.execute(
        _APPEND,
        [
            {
                "room_id": room_id,
                "seq": entry.seq,
                "kind": entry.event.kind,
                "payload": entry.event.model_dump(mode="json"),
                "created_at": now,
            }
            for entry in entries
        ],
    )
    tx.after_commit(lambda: _announce_all(deps, entries))
    return entries


def _announce_all(deps: Deps, entries: Sequence[Sequenced]) -> None:
    for entry in entries:
        _announce(deps, entry)


_POST = text("""
    WITH numbered AS (
        UPDATE rooms SET last_seq = last_seq + 1, message_count = message_count + 1
        WHERE id = :room_id RETURNING last_seq, message_count
    ), posted AS (
        INSERT INTO messages
            (room_id, position, ordinal, author_id, client_id, body, mentions, reply_to_id, sent_at,
             status, judge_at)
        SELECT :room_id, last_seq, message_count, :author_id, :client_id, :body,
            CAST(:mentions AS text[]), CAST(:reply_to_id AS bigint), :sent_at,
            :status, CAST(:judge_at AS timestamptz)
        FROM numbered
        RETURNING id, position, ordinal
    ), read AS (
        UPDATE memberships SET read_position = last_seq, read_ordinal = message_count
        FROM numbered WHERE room_id = :room_id AND account_id = :author_id
    )
    INSERT INTO room_events (room_id, seq, kind, payload, created_at)
    SELECT :room_id, position, :kind, jsonb_set(
        CAST(:payload AS jsonb), '{message}',
        CAST(:payload AS jsonb) -> 'message'
            || jsonb_build_object('id', id, 'position', position, 'ordinal', ordinal)
    ), :created_at
    FROM posted
    RETURNING seq, (SELECT id FROM posted), (SELECT ordinal FROM posted)
""")


def append_message(
    tx: Transaction,
    deps: Deps,
    *,
    room_id: int,
    message: Message,
    reply_to_id: int | None,
    judging: dict[str, Any],
) -> Message:
    """Store a plain message of the timeline and its event; returns it with id and position.
    Its author has read the room up to there. `judging` holds the columns that say whether it
    waits to be judged.

    The same as taking a number, inserting the row and appending the event, in one statement: this
    is what happens most, and under the room's lock, so round trips are what limits a busy room.
    Raises: sqlalchemy.exc.IntegrityError if the author used the client id before.
    """
    created_at = deps.clock()
    event = MessagePosted(message=message)
    row = tx.execute(
        _POST,
        {
            "room_id": room_id,
            "author_id": message.author.id,
            "client_id": message.client_id,
            "body": message.body,
            "mentions": list(message.mentions),
            "reply_to_id": reply_to_id,
            "sent_at": message.sent_at,
            "kind": event.kind,
            "payload": event.model_dump_json(),
            "created_at": created_at,
            **judging,
        },
    ).one_or_none()
    if row is None:
        raise RoomUnavailable
    seq, message_id, ordinal = row
    posted = message.model_copy(update={"id": message_id, "position": seq, "ordinal": ordinal})
    entry = Sequenced(
        room_id=room_id, seq=seq, created_at=created_at, event=MessagePosted(message=posted)
    )
    tx.after_commit(lambda: _announce(deps, entry))
    return posted


def _announce(deps: Deps, entry: Sequenced) -> None:
    metrics.EVENTS.labels(kind=entry.event.kind).inc()
    deps.bus.ring(entry)


_RECORD = text("""
    WITH numbered AS (
        UPDATE rooms SET last_seq = last_seq + 1 WHERE id = :room_id RETURNING last_seq
    )
    INSERT INTO room_events (room_id, seq, kind, payload, created_at)
    SELECT :room_id, last_seq, :kind, CAST(:payload AS jsonb), :created_at FROM numbered
    RETURNING seq
""")


def record(tx: Transaction, deps: Deps, *, room_id: int, event: RoomEvent) -> Sequenced:
    """Take the next number and append the event: for events that do not contain their seq. In one
    statement, because the room's lock is held from it on. Raises: as `take_seq`."""
    created_at = deps.clock()
    seq = tx.execute(
        _RECORD,
        {
            "room_id": room_id,
            "kind": event.kind,
            "payload": event.model_dump_json(),
            "created_at": created_at,
        },
    ).scalar_one_or_none()
    if seq is None:
        raise RoomUnavailable
    entry = Sequenced(room_id=room_id, seq=seq, created_at=created_at, event=event)
    tx.after_commit(lambda: _announce(deps, entry))
    return entry


def list_events(deps: Deps, *, room_id: int, after_seq: int, limit: int) -> list[Sequenced]:
    """The events of a room after `after_seq`, in order, at most `limit`. For the hub only: it
    folds them into views, whose readers hold grants."""
    with transaction(deps.sessions) as tx:
        rows = tx.execute(
            select(col(RoomEventRow.seq), col(RoomEventRow.payload), col(RoomEventRow.created_at))
            .where(col(RoomEventRow.room_id) == room_id, col(RoomEventRow.seq) > after_seq)
            .order_by(col(RoomEventRow.seq))
            .limit(limit)
        ).all()
    return [_entry(room_id, row.seq, row.payload, row.created_at) for row in rows]


def _entry(room_id: int, seq: int, payload: Any, created_at: datetime) -> Sequenced:
    return Sequenced(room_id=room_id, seq=seq, created_at=created_at, event=parse_event(payload))


def last_seqs(deps: Deps, *, room_ids: list[int]) -> dict[int, int]:
    """The number of the newest event of each of these rooms. For the hub only."""
    with transaction(deps.sessions) as tx:
        rows = tx.execute(
            select(col(Room.id), col(Room.last_seq)).where(col(Room.id).in_(room_ids))
        ).all()
    return {row[0]: row[1] for row in rows}
