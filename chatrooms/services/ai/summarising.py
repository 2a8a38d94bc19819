"""Summaries of a room's messages: what the next one is about.

Whoever takes a request has it under a lease; the language model is asked outside of any
transaction. Storing (`summary_storing`) asks again what still holds. So every message that is
approved is in one summary, whoever runs twice, at once or is killed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import (
    Account,
    LateMessage,
    Message,
    Room,
    RoomMemory,
    SummaryRequest,
)
from chatrooms.domain.errors import AssistantOff
from chatrooms.domain.memory import Outcome, Passage
from chatrooms.services.ai.cited import IS_CITABLE
from chatrooms.services.event_log import lock_room
from chatrooms.services.waking import SUMMARISING, wake_after_commit

LEASE = timedelta(minutes=2)
"""How long a worker may be silent before what it took counts as not begun."""
MAX_MESSAGES = 500
"""Messages of one summary; of a longer history, such as an imported one, several are made."""
MAX_REQUESTS = 5
"""Of a room that asks for summaries faster than they are made, one covers as many requests."""
MAX_ATTEMPTS = 5
BACK_OFF_S = (10, 60, 300, 1_800)
"""How long after each failed attempt the next one is made."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that one summary is about."""

    room_id: int
    request_ids: tuple[int, ...]
    """The requests that it covers, the oldest first."""
    attempts: int
    """How often they were taken, this time included: the one that was taken most often."""
    after: int
    """The position up to which the room was summarised."""
    up_to: int
    """The position up to which it is, once this is stored."""
    is_last: bool
    """Whether it is all that was asked for; the first parts of a long history are not."""
    passages: tuple[Passage, ...]
    revisions: Mapping[int, int]
    """Which text of each message this is about, by message."""


# The oldest ones, up to the first that is not due: another worker has it, or it is tried later.
_CLAIM = text("""
    WITH waiting AS MATERIALIZED (
        SELECT id, moderated_count, due_at FROM summary_requests
        WHERE room_id = :room AND done_at IS NULL
        ORDER BY moderated_count LIMIT :limit FOR UPDATE
    ), claimed AS (
        UPDATE summary_requests SET due_at = now() + :lease, attempts = attempts + 1
        WHERE id IN (
            SELECT id FROM waiting WHERE NOT EXISTS (
                SELECT FROM waiting AS earlier
                WHERE earlier.due_at > now() AND earlier.moderated_count <= waiting.moderated_count
            )
        )
        AND (SELECT has_assistant FROM rooms WHERE id = :room)
        RETURNING id, moderated_count, last_seq, attempts
    )
    SELECT * FROM claimed ORDER BY moderated_count
""")
_GIVE_UP = text(
    "UPDATE summary_requests SET outcome = :outcome, done_at = now() WHERE id = ANY(:ids)"
)


def take(deps: Deps, *, room_id: int) -> Batch | None:
    """The messages of the room's next summary, under a lease; None if none is due, or the assistant
    is turned off there. For workers."""
    with transaction(deps.sessions) as tx:
        requests = _claim(tx, room_id)
        if not requests:
            return None
        newest = requests[-1]
        tx.execute(insert(RoomMemory).values(room_id=room_id).on_conflict_do_nothing())
        after = tx.execute(
            select(col(RoomMemory.summarised_to)).where(col(RoomMemory.room_id) == room_id)
        ).scalar_one()
        found = tx.execute(
            _WAITING,
            {"room": room_id, "after": after, "up_to": newest.last_seq, "limit": MAX_MESSAGES + 1},
        ).all()
    is_last = len(found) <= MAX_MESSAGES
    found = found[:MAX_MESSAGES]
    return Batch(
        room_id=room_id,
        request_ids=tuple(each.id for each in requests),
        attempts=max(each.attempts for each in requests),
        after=after,
        up_to=max(newest.last_seq if is_last else found[-1].position, after),
        is_last=is_last,
        passages=tuple(Passage((m.id,), m.body, m.name, m.sent_at) for m in found if m.body),
        revisions={m.id: m.revision for m in found},
    )


def _claim(tx: Transaction, room_id: int) -> list[Row[Any]]:
    """The requests that the next summary covers, the oldest first. Those whose workers died too
    often are given up."""
    asked = {"room": room_id, "lease": LEASE, "limit": MAX_REQUESTS}
    while rows := tx.execute(_CLAIM, asked).all():
        lost = [row.id for row in rows if row.attempts > MAX_ATTEMPTS]
        if lost:
            tx.execute(_GIVE_UP, {"ids": lost, "outcome": Outcome.LOST.value})
        if kept := [row for row in rows if row.id not in lost]:
            return kept
    return []


_IS_LATE = col(Message.id).in_(
    select(col(LateMessage.message_id)).where(col(LateMessage.room_id) == bindparam("room"))
)
_IS_NEW = col(Message.position).between(bindparam("after") + 1, bindparam("up_to"))
_WAITING: Any = (
    select(
        col(Message.id),
        col(Message.position),
        col(Message.body),
        col(Message.revision),
        col(Message.sent_at),
        col(Account.name),
    )
    .join(Account, col(Account.id) == col(Message.author_id))
    .where(col(Message.room_id) == bindparam("room"), IS_CITABLE, _IS_NEW | _IS_LATE)
    .order_by(col(Message.position))
    .limit(bindparam("limit"))
)


def list_due(deps: Deps) -> list[int]:
    """Rooms where a summary is due, or the rolling summary is to be made anew, what waits longest
    first. For workers."""
    with transaction(deps.sessions) as tx:
        return list(tx.scalars(_DUE))


_DUE = text("""
    SELECT rooms.id FROM rooms JOIN (
        SELECT room_id, due_at FROM summary_requests WHERE done_at IS NULL AND due_at <= now()
        UNION ALL
        SELECT room_id, due_at FROM room_memories
        WHERE version <> renewed_version AND due_at <= now()
    ) AS due ON due.room_id = rooms.id
    WHERE rooms.has_assistant GROUP BY rooms.id ORDER BY min(due.due_at), rooms.id
""")


def ask_after_import(deps: Deps, *, room_id: int, has_new: bool) -> None:
    """Have what a room holds be summarised after an import, which nobody moderates and so nothing
    counts: if messages came in, or if nothing ever asked for that."""
    with transaction(deps.sessions) as tx:
        lock_room(tx, room_id=room_id)
        asked = {"room": room_id, "has_new": has_new, "now": deps.clock()}
        request_id = tx.scalar(_ASK_AFTER_IMPORT, asked)
        if request_id is not None:
            tx.execute(_GOES_FURTHER, {"id": request_id})
            wake_after_commit(tx, deps, SUMMARISING, room_id=room_id)


# One that was made for the same count goes further then. Who is at it finds that when storing.
_ASK_AFTER_IMPORT = text("""
    INSERT INTO summary_requests AS request (room_id, moderated_count, last_seq, created_at)
    SELECT id, moderated_count, last_seq, :now FROM rooms WHERE id = :room
        AND (:has_new OR NOT EXISTS (SELECT FROM summary_requests WHERE room_id = rooms.id))
    ON CONFLICT (room_id, moderated_count) DO UPDATE SET
        last_seq = excluded.last_seq,
        outcome = '',
        done_at = NULL,
        attempts = CASE WHEN request.done_at IS NULL THEN request.attempts ELSE 0 END,
        due_at = CASE WHEN request.done_at IS NULL THEN request.due_at ELSE now() END
    RETURNING id
""")
_GOES_FURTHER = text("UPDATE summaries SET request_id = NULL WHERE request_id = :id")


def check_is_on(tx: Transaction, *, room_id: int) -> None:
    """Raises: AssistantOff if the room's assistant was turned off."""
    is_on = tx.execute(select(col(Room.has_assistant)).where(col(Room.id) == room_id)).scalar()
    if not is_on:
        raise AssistantOff


def go_on(deps: Deps, batch: Batch) -> None:
    """Renew the lease of somebody who is still at it. Raises: AssistantOff."""
    with transaction(deps.sessions) as tx:
        check_is_on(tx, room_id=batch.room_id)
        tx.execute(
            update(SummaryRequest)
            .where(col(SummaryRequest.id).in_(batch.request_ids))
            .values(due_at=func.now() + LEASE)
        )


def give_back(deps: Deps, batch: Batch) -> None:
    """Have a batch wait as if nobody had taken it: the room's assistant was turned off."""
    with transaction(deps.sessions) as tx:
        tx.execute(
            update(SummaryRequest)
            .where(
                col(SummaryRequest.id).in_(batch.request_ids), col(SummaryRequest.done_at).is_(None)
            )
            .values(due_at=func.now(), attempts=col(SummaryRequest.attempts) - 1)
        )


def put_off(deps: Deps, batch: Batch, *, why: Outcome) -> None:
    """Try again later; after `MAX_ATTEMPTS` that was it, and the next request covers the same.
    Raises: AssistantOff."""
    with transaction(deps.sessions) as tx:
        check_is_on(tx, room_id=batch.room_id)
        is_over = col(SummaryRequest.attempts) >= MAX_ATTEMPTS
        wait = BACK_OFF_S[min(batch.attempts, len(BACK_OFF_S)) - 1]
        tx.execute(
            update(SummaryRequest)
            .where(
                col(SummaryRequest.id).in_(batch.request_ids), col(SummaryRequest.done_at).is_(None)
            )
            .values(
                outcome=why.value,
                due_at=func.now() + timedelta(seconds=wait),
                done_at=case((is_over, func.now())),
            )
        )
