"""Held messages of one author appear in the order in which they were written, whichever worker
judges which of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message
from chatrooms.domain.moderation import Status


def without_early(
    tx: Transaction, *, room_id: int, messages: Sequence[Message]
) -> tuple[list[Message], set[int]]:
    """The messages of a batch whose turn it is, and the authors of those of them that are held.

    A held message waits while another worker has an earlier one of its author's in this room; that
    worker calls `pass_turn`. The caller holds the room's lock.
    """
    authors = {message.author_id for message in messages if message.is_held}
    if not authors:
        return list(messages), set()
    rows = tx.execute(
        select(col(Message.author_id), func.min(col(Message.id)))
        .where(
            *_held_by(room_id, authors),
            col(Message.status) == Status.PENDING.value,
            col(Message.id).not_in([message.id for message in messages]),
        )
        .group_by(col(Message.author_id))
    ).all()
    first = {row[0]: row[1] for row in rows}
    kept = [m for m in messages if not m.is_held or m.id < first.get(m.author_id, m.id + 1)]
    return kept, {message.author_id for message in kept if message.is_held}


def pass_turn(tx: Transaction, *, room_id: int, authors: Collection[int]) -> bool:
    """Make what these authors wrote later due at once: another worker may have found that it was
    not its turn yet. Whether there is anything."""
    if not authors:
        return False
    later = tx.execute(
        update(Message)
        .where(*_held_by(room_id, authors))
        .values(judge_at=func.now())
        .returning(col(Message.id))
        .execution_options(synchronize_session=False)
    ).all()
    return bool(later)


def _held_by(room_id: int, authors: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Message.room_id) == room_id,
        col(Message.author_id).in_(authors),
        col(Message.position).is_(None),
        col(Message.judge_at).is_not(None),
        col(Message.deleted_at).is_(None),
    )
