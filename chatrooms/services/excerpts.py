"""Messages in short, as lists outside the timeline name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from chatrooms.db.tables import Account, Message, Room, table_of
from chatrooms.domain.events import Person
from chatrooms.domain.text import excerpt

MESSAGES, ROOMS, _AUTHORS = table_of(Message), table_of(Room), table_of(Account)


def with_place(*columns: Any) -> Any:
    """These columns of messages, with what names their rooms and authors."""
    return (
        select(
            MESSAGES.c.id,
            MESSAGES.c.sent_at,
            *columns,
            ROOMS.c.slug,
            ROOMS.c.name.label("room_name"),
            _AUTHORS.c.id.label("author_id"),
            _AUTHORS.c.username,
            _AUTHORS.c.name,
            _AUTHORS.c.hue,
            _AUTHORS.c.avatar,
            _AUTHORS.c.kind.label("author_kind"),
        )
        .select_from(MESSAGES)
        .join(ROOMS, ROOMS.c.id == MESSAGES.c.room_id)
        .join(_AUTHORS, _AUTHORS.c.id == MESSAGES.c.author_id)
    )


EXCERPTS: Any = with_place(MESSAGES.c.body, ROOMS.c.id.label("room_id"))
"""The rows of which `excerpts` makes messages in short."""

IS_SHOWN: Any = MESSAGES.c.withheld == ""
"""Whether moderation lets the text be seen."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A message in short, and where it is."""

    message_id: int
    room_id: int
    room_slug: str
    room_name: str
    author: Person
    text: str
    sent_at: datetime


def author_of(row: Any) -> Person:
    """The author in a row of `with_place`."""
    return Person(
        id=row.author_id,
        username=row.username,
        name=row.name,
        hue=row.hue,
        avatar=row.avatar,
        kind=row.author_kind,
    )


def excerpts(rows: Sequence[Any]) -> list[Excerpt]:
    """Rows of `EXCERPTS` as messages in short."""
    return [
        Excerpt(
            message_id=row.id,
            room_id=row.room_id,
            room_slug=row.slug,
            room_name=row.room_name,
            author=author_of(row),
            text=excerpt(row.body),
            sent_at=row.sent_at,
        )
        for row in rows
    ]
