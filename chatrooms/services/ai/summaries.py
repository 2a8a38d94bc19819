"""What a room's summary says, for those who may read the room."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Message, Summary, SummarySentence, SummarySource
from chatrooms.domain.memory import CitedSentence
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import excerpt
from chatrooms.services.access import access_room
from chatrooms.services.ai.following import IS_SOURCE


@dataclass(frozen=True, slots=True)
class Source:
    """A message that a sentence rests on."""

    message_id: int
    author: str
    excerpt: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """A room's rolling summary."""

    sentences: tuple[CitedSentence, ...] = ()
    """Each with ids of messages, in the order of the room."""
    sources: tuple[Source, ...] = ()
    """Those messages, in the order in which they are first cited."""
    updated_at: datetime | None = None
    """None if there is no summary."""
    model: str = ""
    """Name of the model that wrote it."""


NO_SUMMARY = RoomSummary()


def get_room_summary(deps: Deps, *, actor_id: int, room_id: int) -> RoomSummary:
    """The room's rolling summary; without sentences if nothing was summarised yet.

    Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        summary = tx.scalars(
            select(Summary).where(col(Summary.room_id) == access.room_id, col(Summary.is_rolling))
        ).one_or_none()
        if summary is None:
            return NO_SUMMARY
        sentences = _sentences(tx, summary.id)
        sources = list_sources(tx, message_ids=[id_ for each in sentences for id_ in each.ids])
    known = {each.message_id for each in sources}
    return RoomSummary(
        # Withdrawing is what takes sentences back; this is for certain.
        sentences=tuple(each for each in sentences if known.issuperset(each.ids)),
        sources=sources,
        updated_at=summary.created_at,
        model=summary.model,
    )


def _sentences(tx: Transaction, summary_id: int) -> list[CitedSentence]:
    rows = tx.execute(
        select(
            col(SummarySentence.ordinal), col(SummarySentence.text), col(SummarySource.message_id)
        )
        .join(SummarySource, col(SummarySource.sentence_id) == col(SummarySentence.id))
        .where(col(SummarySentence.summary_id) == summary_id)
        .order_by(col(SummarySentence.ordinal), col(SummarySource.message_id))
    ).all()
    ids: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in rows:
        ids[row.ordinal, row.text].append(row.message_id)
    return [CitedSentence(text, tuple(found)) for (_, text), found in ids.items()]


def list_sources(tx: Transaction, *, message_ids: list[int]) -> tuple[Source, ...]:
    """These messages as far as they may be quoted, each once, in this order. The caller has checked
    that they may be read."""
    rows = tx.execute(
        select(col(Message.id), col(Message.body), col(Message.sent_at), col(Account.name))
        .join(Account, col(Account.id) == col(Message.author_id))
        .where(col(Message.id).in_(message_ids), IS_SOURCE)
    ).all()
    found = {row.id: Source(row.id, row.name, excerpt(row.body), row.sent_at) for row in rows}
    return tuple(found[each] for each in dict.fromkeys(message_ids) if each in found)
