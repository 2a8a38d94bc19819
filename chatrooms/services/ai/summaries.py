"""What a room's summary says, for those who may read the room."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message, Summary, SummarySentence, SummarySource
from chatrooms.domain.memory import CitedSentence
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.ai.cited import CitedMessage, read_cited


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """A room's rolling summary."""

    sentences: tuple[CitedSentence, ...] = ()
    """Each with ids of messages, in the order of the room."""
    sources: tuple[CitedMessage, ...] = ()
    """Those messages, in the order in which they are first cited."""
    updated_at: datetime | None = None
    """None if there is no summary."""
    model: str = ""
    """Name of the model that wrote it."""
    revisions: Mapping[int, int] = field(default_factory=dict[int, int])
    """Which text of each message the sentences rest on."""


NO_SUMMARY = RoomSummary()


def get_room_summary(deps: Deps, *, actor_id: int, room_id: int) -> RoomSummary:
    """The room's rolling summary; without sentences if nothing was summarised yet, or the assistant
    is turned off there.

    Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        if not access.facts.has_assistant:
            return NO_SUMMARY
        return read_room_summary(tx, room_id=access.room_id)


def read_room_summary(tx: Transaction, *, room_id: int) -> RoomSummary:
    """As `get_room_summary`; the caller has checked the right."""
    summary = tx.scalars(
        select(Summary).where(col(Summary.room_id) == room_id, col(Summary.is_rolling))
    ).one_or_none()
    if summary is None:
        return NO_SUMMARY
    sentences, revisions = _sentences(tx, summary.id)
    ids = dict.fromkeys(id_ for each in sentences for id_ in each.ids)
    found = read_cited(tx, room_id=room_id, ids=ids)
    return RoomSummary(
        # Withdrawing is what takes sentences back; this is for certain.
        sentences=tuple(each for each in sentences if found.keys() >= set(each.ids)),
        sources=tuple(found[id_] for id_ in ids if id_ in found),
        updated_at=summary.created_at,
        model=summary.model,
        revisions={id_: revision for id_, revision in revisions.items() if id_ in found},
    )


def _sentences(tx: Transaction, summary_id: int) -> tuple[list[CitedSentence], dict[int, int]]:
    """The sentences, and which text of each message they rest on: read at one moment, for a
    sentence goes in the transaction that changes such a message."""
    rows = tx.execute(
        select(
            col(SummarySentence.ordinal),
            col(SummarySentence.text),
            col(SummarySource.message_id),
            col(Message.revision),
        )
        .join(SummarySource, col(SummarySource.sentence_id) == col(SummarySentence.id))
        .join(Message, col(Message.id) == col(SummarySource.message_id))
        .where(col(SummarySentence.summary_id) == summary_id)
        .order_by(col(SummarySentence.ordinal), col(SummarySource.message_id))
    ).all()
    ids: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in rows:
        ids[row.ordinal, row.text].append(row.message_id)
    sentences = [CitedSentence(text, tuple(found)) for (_, text), found in ids.items()]
    return sentences, {row.message_id: row.revision for row in rows}
