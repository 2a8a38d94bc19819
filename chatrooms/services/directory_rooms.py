"""What the directory shows of rooms, with what was found in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, bindparam, func, select, text
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Membership, Room, RoomActivity, Topic
from chatrooms.domain.events import RoomFacts
from chatrooms.domain.search import MARK_OFF, MARK_ON, Segment, pieces
from chatrooms.services.access_rooms import IS_PUBLISHED
from chatrooms.services.bans import is_banned
from chatrooms.services.rooms import facts_of

_ENGLISH: Any = text("'english'::regconfig")
_SIMPLE: Any = text("'simple'::regconfig")
_HOW = f"StartSel={MARK_ON}, StopSel={MARK_OFF}, HighlightAll=true"


@dataclass(frozen=True, slots=True)
class FoundRoom:
    """A room of the directory, with what was found in it."""

    facts: RoomFacts
    member_count: int
    is_member: bool
    active_at: datetime
    topic_slug: str
    """Of its place in the tree; empty if it has none."""
    topic_name: str
    name: tuple[Segment, ...]
    topic: tuple[Segment, ...]
    description: tuple[Segment, ...]
    tags: tuple[Segment, ...]
    is_near: bool
    """Whether it is here for its meaning alone: it has none of the words."""


def tsquery_of(words: Sequence[str]) -> Any:
    """All of the words, in any form; the last may be the beginning of one. As it is typed: the stem
    of "stars" begins "start" as well."""
    last = func.to_tsquery(_ENGLISH, words[-1]).op("||")(func.to_tsquery(_SIMPLE, f"{words[-1]}:*"))
    if len(words) == 1:
        return last
    return func.to_tsquery(_ENGLISH, " & ".join(words[:-1])).op("&&")(last)


def among(ids: list[int]) -> ColumnElement[bool]:
    """That a room is one of these: one array, whose length does not change the statement."""
    return col(Room.id) == any_(bindparam("ids", ids, ARRAY(BigInteger)))


def described(
    tx: Transaction, account_id: int, ids: list[int], *, words: Sequence[str], near: set[int]
) -> list[FoundRoom]:
    """What the directory shows of these rooms, in this order; without those that may not be shown
    any more."""
    if not ids:
        return []

    def marked(column: Any) -> Any:
        return func.ts_headline(_ENGLISH, column, tsquery_of(words), _HOW) if words else column

    rows = tx.execute(
        select(
            Room,
            col(Membership.account_id).is_not(None).label("is_member"),
            col(RoomActivity.active_at),
            func.coalesce(col(Topic.slug), "").label("topic_slug"),
            func.coalesce(col(Topic.name), "").label("topic_name"),
            marked(col(Room.name)).label("name"),
            marked(col(Room.topic)).label("topic"),
            marked(col(Room.description)).label("description"),
            marked(func.array_to_string(col(Room.tags), " ")).label("tags"),
        )
        .join(RoomActivity, col(RoomActivity.room_id) == col(Room.id))
        .outerjoin(Topic, col(Topic.id) == col(Room.topic_id))
        .outerjoin(
            Membership,
            (col(Membership.room_id) == col(Room.id)) & (col(Membership.account_id) == account_id),
        )
        .where(among(ids), IS_PUBLISHED, ~is_banned(room_id=col(Room.id), account_id=account_id))
    ).all()
    found = {row.Room.id: _found(row, is_near=row.Room.id in near) for row in rows}
    return [found[room_id] for room_id in ids if room_id in found]


def _found(row: Any, *, is_near: bool) -> FoundRoom:
    has_words = MARK_ON in f"{row.name}{row.topic}{row.description}{row.tags}"
    return FoundRoom(
        facts=facts_of(row.Room),
        member_count=row.Room.member_count,
        is_member=row.is_member,
        active_at=row.active_at,
        topic_slug=row.topic_slug,
        topic_name=row.topic_name,
        name=pieces(row.name),
        topic=pieces(row.topic),
        description=pieces(row.description),
        # Tags hold no blanks.
        tags=tuple(
            Segment(tag.replace(MARK_ON, "").replace(MARK_OFF, ""), MARK_ON in tag)
            for tag in row.tags.split()
        ),
        is_near=is_near and not has_words,
    )
