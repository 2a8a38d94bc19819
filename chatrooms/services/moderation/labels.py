"""Decisions as labels: the texts that moderators of a room decided about, and how."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import CaseRow, Message
from chatrooms.domain.moderation import Queue
from chatrooms.services.moderation.decided import Decided, find_decided
from chatrooms.services.moderation.texts import Text, find_choices


@dataclass(frozen=True, slots=True)
class Label:
    """A text as a moderator decided about it."""

    text: str
    is_removed: bool
    is_sample: bool
    """Whether the model had let it pass and chance brought it to a moderator."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Labels of each kind."""

    kept: int
    removed: int


def count_labels(tx: Transaction, *, room_id: int) -> Counts:
    """How many labels of each kind `list_labels` would give."""
    decided = find_decided(tx, room_id=room_id)
    removed = [each.is_removed for each in _standing(tx, decided).values()]
    return Counts(kept=removed.count(False), removed=removed.count(True))


def list_labels(tx: Transaction, *, room_id: int, limit: int) -> list[Label]:
    """The newest labels of a room, the oldest of them first: of each message the last decision by
    a person that was not undone, an appeal's answer too. Left out are texts that their authors
    changed since or deleted, and what nobody but the model decided about."""
    standing = _standing(tx, find_decided(tx, room_id=room_id))
    ids = list(standing)
    rows = tx.execute(
        select(col(Message.id), col(Message.body), col(Message.has_poll)).where(_among(ids))
    ).all()
    choices = find_choices(tx, rows)
    texts = {row.id: Text(row.body, choices.get(row.id, ())).whole for row in rows}
    samples = set(
        tx.scalars(
            select(col(CaseRow.message_id)).where(
                col(CaseRow.message_id).in_(ids), col(CaseRow.queue) == Queue.SAMPLE.value
            )
        )
    )
    in_order = sorted(standing.values(), key=lambda each: (each.at, each.message_id))
    return [
        Label(texts[each.message_id], each.is_removed, each.message_id in samples)
        for each in in_order[-limit:]
    ]


def _among(ids: list[int]) -> Any:
    return col(Message.id).in_(ids)


def _standing(tx: Transaction, decided: Mapping[int, Decided]) -> dict[int, Decided]:
    """Those whose text is still the one that was decided about."""
    rows = tx.execute(
        select(col(Message.id), col(Message.edited_at)).where(
            _among(list(decided)), col(Message.deleted_at).is_(None), col(Message.body) != ""
        )
    )
    return {
        row.id: decided[row.id]
        for row in rows
        if row.edited_at is None or row.edited_at <= decided[row.id].at
    }
