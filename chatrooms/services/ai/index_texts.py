"""The texts that the index of meaning should hold, as the database has them now."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message, Summary, SummarySentence, table_of
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.services.access import is_id
from chatrooms.services.ai.cited import IS_CITABLE
from chatrooms.services.moderation.texts import Text, find_choices

Kind = Literal["message", "summary"]
_MESSAGES = table_of(Message)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the index a text stands, or would."""

    room_id: int
    kind: Kind
    item_id: int

    @property
    def entry_id(self) -> str:
        """Its id in the room's collection."""
        return f"{self.kind}-{self.item_id}"


@dataclass(frozen=True, slots=True)
class Indexable:
    """A text, and a number that changes when it does."""

    version: int
    text: str


def item_of(entry_id: str) -> tuple[str, int]:
    """The kind and id of what an entry of the index stands for. Raises: VectorsUnavailable if that
    is no entry of ours."""
    kind, _, number = entry_id.partition("-")
    if kind not in get_args(Kind) or not number.isdecimal() or not is_id(item_id := int(number)):
        raise VectorsUnavailable
    return kind, item_id


def collection_of(key: str, room_id: int) -> str:
    """The collection of a room with the vectors of the embedder of this key."""
    return f"{key}-room-{room_id}"


def can_be_found() -> tuple[ColumnElement[bool], ...]:
    """What a message must fulfil for the assistant to know of it."""
    return (
        IS_CITABLE,
        col(Message.body) != "",
    )


def sentences() -> Select[int, int, str]:
    """Room, id and text of the sentences of summaries that the index should hold: those made from
    messages, not those made from other summaries, which would say the same again."""
    return (
        select(col(Summary.room_id), col(SummarySentence.id), col(SummarySentence.text))
        .join(Summary, col(Summary.id) == col(SummarySentence.summary_id))
        .where(col(Summary.level) == 0, ~col(Summary.is_rolling))
    )


def count_findable(tx: Transaction, *, down_to: int = 0) -> int:
    """How many messages the index should hold, or of those with at least this id."""
    wanted = select(func.count()).where(*can_be_found(), col(Message.id) >= down_to)
    return tx.execute(wanted).scalar_one()


def find_indexable(tx: Transaction, places: Collection[Place]) -> dict[Place, Indexable]:
    """Those of these texts that may be found now."""
    messages = [each.item_id for each in places if each.kind == "message"]
    sentences = [each.item_id for each in places if each.kind == "summary"]
    found = _messages(tx, messages) if messages else {}
    return found | (_summaries(tx, sentences) if sentences else {})


def _messages(tx: Transaction, ids: Collection[int]) -> dict[Place, Indexable]:
    columns = _MESSAGES.c
    rows = tx.execute(
        select(columns.id, columns.room_id, columns.revision, columns.body, columns.has_poll).where(
            columns.id.in_(ids), *can_be_found()
        )
    ).all()
    choices = find_choices(tx, rows)
    return {
        Place(row.room_id, "message", row.id): Indexable(
            row.revision, Text(row.body, choices.get(row.id, ())).whole
        )
        for row in rows
    }


def _summaries(tx: Transaction, ids: Collection[int]) -> dict[Place, Indexable]:
    rows = tx.execute(sentences().where(col(SummarySentence.id).in_(ids))).all()
    return {
        Place(row.room_id, "summary", row.id): Indexable(zlib.crc32(row.text.encode()), row.text)
        for row in rows
    }
