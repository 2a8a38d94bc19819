"""The rolling summary of a room: its summaries condensed, level by level.

Each `FAN_IN` summaries of a level that are part of no other become one of the next. The rolling
summary is made from those that are left, so what it takes to make it grows with the logarithm of
the room's history. Every sentence keeps the messages that it rests on through all levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from sqlalchemy import delete, func, select, text, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import RoomMemory, Summary, SummarySentence, SummarySource
from chatrooms.domain.memory import CitedSentence, Outcome, Passage
from chatrooms.domain.usage import Usage
from chatrooms.services.ai.index_requests import note_room_changed
from chatrooms.services.ai.summarising import (
    BACK_OFF_S,
    LEASE,
    MAX_ATTEMPTS,
    check_is_on,
)
from chatrooms.services.ai.summary_storing import insert_sentences
from chatrooms.services.event_log import lock_room

FAN_IN = 5


@dataclass(frozen=True, slots=True)
class Part:
    """What one summary of summaries, or the rolling one, is made from."""

    room_id: int
    version: int
    """Which state of the room's summaries this is."""
    attempts: int
    level: int
    """The level of what is made from it; -1 for the rolling summary."""
    summary_ids: tuple[int, ...]
    passages: tuple[Passage, ...]
    """Their sentences."""
    last_position: int
    model: str
    """The model that wrote the newest of them."""

    @property
    def is_rolling(self) -> bool:
        """Whether the rolling summary is made from it."""
        return self.level < 0


_CLAIM = text("""
    UPDATE room_memories SET due_at = now() + :lease, attempts = attempts + 1
    WHERE room_id = :room AND version <> renewed_version AND due_at <= now()
    AND (SELECT has_assistant FROM rooms WHERE id = :room)
    RETURNING version, attempts
""")
_GIVE_UP = text("UPDATE room_memories SET outcome = :outcome, due_at = NULL WHERE room_id = :room")


def take(deps: Deps, *, room_id: int) -> Part | None:
    """What is to be condensed next in a room, under a lease; None if nothing is due. For the
    worker."""
    with transaction(deps.sessions) as tx:
        row = tx.execute(_CLAIM, {"room": room_id, "lease": LEASE}).one_or_none()
        if row is None:
            return None
        if row.attempts > MAX_ATTEMPTS:
            tx.execute(_GIVE_UP, {"room": room_id, "outcome": Outcome.LOST.value})
            return None
        level, chosen = _chosen(_front(tx, room_id))
        return Part(
            room_id=room_id,
            version=row.version,
            attempts=row.attempts,
            level=level,
            summary_ids=tuple(each.id for each in chosen),
            passages=_sentences(tx, [each.id for each in chosen]),
            last_position=max((each.last_position for each in chosen), default=0),
            model=chosen[-1].model if chosen else "",
        )


def _front(tx: Transaction, room_id: int) -> Sequence[Summary]:
    """The summaries that are part of no other, in the order of the room."""
    return tx.scalars(
        select(Summary)
        .where(
            col(Summary.room_id) == room_id,
            col(Summary.parent_id).is_(None),
            ~col(Summary.is_rolling),
        )
        .order_by(col(Summary.level).desc(), col(Summary.last_position), col(Summary.id))
    ).all()


def _chosen(front: Sequence[Summary]) -> tuple[int, Sequence[Summary]]:
    """The oldest of the lowest level that has enough for one of the next; else all."""
    by_level = {level: list(some) for level, some in groupby(front, key=lambda each: each.level)}
    for level, summaries in sorted(by_level.items()):
        if len(summaries) >= FAN_IN:
            return level + 1, summaries[:FAN_IN]
    return -1, front


def _sentences(tx: Transaction, summary_ids: Sequence[int]) -> tuple[Passage, ...]:
    rows = tx.execute(
        select(col(SummarySentence.id), col(SummarySentence.summary_id), col(SummarySentence.text))
        .where(col(SummarySentence.summary_id).in_(summary_ids))
        .order_by(col(SummarySentence.ordinal))
    ).all()
    place = {summary_id: number for number, summary_id in enumerate(summary_ids)}
    rows = sorted(rows, key=lambda row: place[row.summary_id])
    return tuple(Passage((row.id,), row.text) for row in rows)


def go_on(deps: Deps, part: Part) -> None:
    """Renew the lease of somebody who is still at it. Raises: AssistantOff."""
    with transaction(deps.sessions) as tx:
        check_is_on(tx, room_id=part.room_id)
        tx.execute(
            update(RoomMemory)
            .where(col(RoomMemory.room_id) == part.room_id)
            .values(due_at=func.now() + LEASE)
        )


def give_back(deps: Deps, part: Part) -> None:
    """Have a part wait as if nobody had taken it: the room's assistant was turned off."""
    with transaction(deps.sessions) as tx:
        tx.execute(
            update(RoomMemory)
            .where(col(RoomMemory.room_id) == part.room_id, col(RoomMemory.version) == part.version)
            .values(due_at=func.now(), attempts=func.greatest(col(RoomMemory.attempts) - 1, 0))
        )


def put_off(deps: Deps, part: Part, *, why: Outcome) -> None:
    """Try again later; after `MAX_ATTEMPTS` not before the room's summaries change again. Raises:
    AssistantOff."""
    with transaction(deps.sessions) as tx:
        check_is_on(tx, room_id=part.room_id)
        wait = timedelta(seconds=BACK_OFF_S[min(part.attempts, len(BACK_OFF_S)) - 1])
        is_over = part.attempts >= MAX_ATTEMPTS
        tx.execute(
            update(RoomMemory)
            .where(col(RoomMemory.room_id) == part.room_id, col(RoomMemory.version) == part.version)
            .values(outcome=why.value, due_at=None if is_over else func.now() + wait)
        )


def store(deps: Deps, part: Part, sentences: Sequence[CitedSentence], *, usage: Usage) -> bool:
    """Store what was made from a part, without sentences that rest on one which was withdrawn
    meanwhile. False if somebody else was first: nothing is stored then. Raises: AssistantOff."""
    with transaction(deps.sessions) as tx:
        lock_room(tx, room_id=part.room_id)
        check_is_on(tx, room_id=part.room_id)
        if not _is_first(tx, part):
            return False
        kept = _resolved(tx, sentences)
        summary = Summary(
            room_id=part.room_id,
            level=max(part.level, 0),
            is_rolling=part.is_rolling,
            last_position=part.last_position,
            model=usage.model or part.model,
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
            created_at=deps.clock(),
        )
        if part.is_rolling:
            tx.execute(
                delete(Summary).where(col(Summary.room_id) == part.room_id, col(Summary.is_rolling))
            )
        if kept or not part.is_rolling:
            tx.add(summary)
            tx.flush()
            insert_sentences(tx, summary_id=summary.id, sentences=kept)
        _close(tx, deps, part, summary.id)
        return True


def _is_first(tx: Transaction, part: Part) -> bool:
    memory = tx.get_one(RoomMemory, part.room_id)
    if part.is_rolling:
        return memory.renewed_version < part.version
    left = tx.scalars(
        select(col(Summary.id)).where(
            col(Summary.id).in_(part.summary_ids), col(Summary.parent_id).is_(None)
        )
    ).all()
    return len(left) == len(part.summary_ids)


def _resolved(tx: Transaction, sentences: Sequence[CitedSentence]) -> list[CitedSentence]:
    """The sentences with the messages that they rest on in place of the sentences they are made
    from, which must all be there still."""
    wanted = {sentence_id for each in sentences for sentence_id in each.ids}
    messages: dict[int, set[int]] = {}
    for sentence_id, message_id in tx.execute(
        select(col(SummarySource.sentence_id), col(SummarySource.message_id)).where(
            col(SummarySource.sentence_id).in_(wanted)
        )
    ):
        messages.setdefault(sentence_id, set()).add(message_id)
    return [
        CitedSentence(each.text, tuple(sorted({m for id_ in each.ids for m in messages[id_]})))
        for each in sentences
        if each.ids and all(id_ in messages for id_ in each.ids)
    ]


def _close(tx: Transaction, deps: Deps, part: Part, summary_id: int) -> None:
    room_id = part.room_id
    values = {"due_at": func.now(), "attempts": 0, "outcome": ""}
    if part.is_rolling:
        values["renewed_version"] = part.version
        note_room_changed(tx, deps, room_id=room_id)
        tx.after_commit(lambda: deps.bus.nudge_room(room_id, "summary"))
    else:
        tx.execute(
            update(Summary)
            .where(col(Summary.id).in_(part.summary_ids))
            .values(parent_id=summary_id)
            .execution_options(synchronize_session=False)
        )
    tx.execute(
        update(RoomMemory)
        .where(col(RoomMemory.room_id) == room_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
