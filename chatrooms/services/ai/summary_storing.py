"""Storing a summary of a room's messages, as far as it still holds.

Under the room's lock it is asked again whether somebody else was first, and whether each message
still says the same and may be cited.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import (
    LateMessage,
    Message,
    RoomMemory,
    Summary,
    SummaryRequest,
    SummarySentence,
    SummarySource,
)
from chatrooms.domain.memory import CitedSentence, Outcome
from chatrooms.domain.usage import Usage
from chatrooms.services.ai.cited import IS_CITABLE
from chatrooms.services.ai.index_requests import note_changed
from chatrooms.services.ai.summarising import Batch, check_is_on
from chatrooms.services.event_log import lock_room


def store(deps: Deps, batch: Batch, sentences: Sequence[CitedSentence], *, usage: Usage) -> bool:
    """Store the summary of a batch, without sentences that rest on a message which meanwhile says
    something else or may not be cited. False if somebody else was first: nothing is stored then.
    Raises: AssistantOff.
    """
    with transaction(deps.sessions) as tx:
        lock_room(tx, room_id=batch.room_id)
        check_is_on(tx, room_id=batch.room_id)
        if not _is_first(tx, batch):
            return False
        batch = replace(batch, is_last=batch.is_last and _is_reached(tx, batch))
        used = _note_used(tx, batch)
        kept = [each for each in sentences if used.issuperset(each.ids) and each.ids]
        if kept:
            _insert(tx, deps, batch, kept, usage)
        _close(tx, batch, Outcome.SUMMARISED if kept else Outcome.NOTHING)
        return True


def _is_first(tx: Transaction, batch: Batch) -> bool:
    waiting = tx.scalars(
        select(col(SummaryRequest.id)).where(
            col(SummaryRequest.id).in_(batch.request_ids), col(SummaryRequest.done_at).is_(None)
        )
    ).all()
    memory = tx.get(RoomMemory, batch.room_id)
    is_all = len(waiting) == len(batch.request_ids)
    return is_all and memory is not None and memory.summarised_to == batch.after


def _is_reached(tx: Transaction, batch: Batch) -> bool:
    """Whether the newest request goes no further than when it was taken: an import in between has
    it go on."""
    newest = tx.get_one(SummaryRequest, batch.request_ids[-1])
    return newest.last_seq <= batch.up_to


def _note_used(tx: Transaction, batch: Batch) -> set[int]:
    """Which messages of a batch may be cited as they were. What is in its range and not among them
    is noted for the next summary, unless it may not be."""
    now = tx.execute(
        select(col(Message.id), col(Message.revision)).where(
            col(Message.room_id) == batch.room_id,
            IS_CITABLE,
            col(Message.position).between(batch.after + 1, batch.up_to)
            | col(Message.id).in_(batch.revisions),
        )
    ).all()
    used = {row.id for row in now if batch.revisions.get(row.id) == row.revision}
    tx.execute(_USED, {"ids": list(used)})
    if others := [{"message_id": r.id, "room_id": batch.room_id} for r in now if r.id not in used]:
        tx.execute(insert(LateMessage).on_conflict_do_nothing(), others)
    return used


_USED = text("DELETE FROM late_messages WHERE message_id = ANY(:ids)")


def _insert(
    tx: Transaction, deps: Deps, batch: Batch, sentences: Sequence[CitedSentence], usage: Usage
) -> None:
    summary = Summary(
        room_id=batch.room_id,
        request_id=batch.request_ids[-1] if batch.is_last else None,
        last_position=batch.up_to,
        model=usage.model,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        created_at=deps.clock(),
    )
    tx.add(summary)
    tx.flush()
    stored = insert_sentences(tx, summary_id=summary.id, sentences=sentences)
    note_changed(tx, deps, room_id=batch.room_id, item_ids=stored, kind="summary")


def insert_sentences(
    tx: Transaction, *, summary_id: int, sentences: Sequence[CitedSentence]
) -> list[int]:
    """Store the sentences of a summary with the messages they rest on; their ids."""
    rows = [
        SummarySentence(summary_id=summary_id, ordinal=number, text=each.text)
        for number, each in enumerate(sentences)
    ]
    tx.add_all(rows)
    tx.flush()
    tx.add_all(
        SummarySource(sentence_id=row.id, message_id=message_id)
        for row, each in zip(rows, sentences, strict=True)
        for message_id in sorted(set(each.ids))
    )
    tx.flush()
    return [row.id for row in rows]


def _close(tx: Transaction, batch: Batch, outcome: Outcome) -> None:
    tx.execute(
        update(RoomMemory)
        .where(col(RoomMemory.room_id) == batch.room_id)
        .values(
            summarised_to=batch.up_to,
            version=col(RoomMemory.version) + int(outcome is Outcome.SUMMARISED),
            due_at=func.now(),
            attempts=0,
        )
        .execution_options(synchronize_session=False)
    )
    covered = update(SummaryRequest).where(col(SummaryRequest.id).in_(batch.request_ids))
    done = {"outcome": outcome.value, "done_at": func.now()}
    if batch.is_last:
        tx.execute(covered.values(**done))
        return
    tx.execute(covered.values(attempts=0, due_at=func.now()))
    is_reached = col(SummaryRequest.last_seq) <= batch.up_to
    is_newest = col(SummaryRequest.id) == batch.request_ids[-1]
    tx.execute(covered.where(is_reached, ~is_newest).values(**done))
