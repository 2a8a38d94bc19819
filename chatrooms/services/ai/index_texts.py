"""The texts that the index of meaning should hold, as the database has them now."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Select, String, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message, Room, Summary, SummarySentence, table_of
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.ml.recommend.room_text import room_text
from chatrooms.services.access import is_id
from chatrooms.services.access_rooms import IS_PUBLISHED
from chatrooms.services.ai.cited import IS_CITABLE
from chatrooms.services.moderation.texts import Text, find_choices

Kind = Literal["message", "summary", "room"]
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

    def collection(self, key: str) -> str:
        """The collection of this embedder's vectors that it is in."""
        return rooms_collection(key) if self.kind == "room" else collection_of(key, self.room_id)


@dataclass(frozen=True, slots=True)
class Indexable:
    """A text, and a number that changes when it does."""

    version: int
    text: str


def item_of(entry_id: str) -> tuple[str, int]:
    """The kind and id of what an entry of a room's collection stands for. Raises:
    VectorsUnavailable if that is no entry of ours."""
    kind, _, number = entry_id.partition("-")
    if (
        kind not in ("message", "summary")
        or not number.isdecimal()
        or not is_id(item_id := int(number))
    ):
        raise VectorsUnavailable
    return kind, item_id


def collection_of(key: str, room_id: int) -> str:
    """The collection of a room with the vectors of the embedder of this key."""
    return f"{key}-room-{room_id}"


def rooms_collection(key: str) -> str:
    """The collection of all public rooms with the vectors of the embedder of this key."""
    return f"{key}-rooms"


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
    rooms = [each.item_id for each in places if each.kind == "room"]
    found = _messages(tx, messages) if messages else {}
    found |= _summaries(tx, sentences) if sentences else {}
    return found | (_rooms(tx, rooms) if rooms else {})


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


def _rooms(tx: Transaction, ids: Collection[int]) -> dict[Place, Indexable]:
    text, blank = col(SummarySentence.text), literal_column("' '", String)
    summary = (
        select(func.string_agg(text, aggregate_order_by(blank, col(SummarySentence.ordinal))))
        .join(Summary, col(Summary.id) == col(SummarySentence.summary_id))
        # Where the assistant is off, nobody sees what was summarised before.
        .where(
            col(Summary.room_id) == col(Room.id), col(Summary.is_rolling), col(Room.has_assistant)
        )
        .correlate(Room)
        .scalar_subquery()
    )
    rows = tx.execute(
        select(
            col(Room.id),
            col(Room.name),
            col(Room.description),
            col(Room.topic),
            col(Room.tags),
            func.coalesce(summary, "").label("summary"),
        ).where(col(Room.id).in_(ids), IS_PUBLISHED)
    ).all()
    texts = {
        row.id: room_text(row.name, row.description, row.topic, row.tags, row.summary)
        for row in rows
    }
    return {
        Place(room_id, "room", room_id): Indexable(zlib.crc32(text.encode()), text)
        for room_id, text in texts.items()
    }
