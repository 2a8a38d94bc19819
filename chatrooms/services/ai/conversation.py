"""What one person asked in a room, and what of the answers may be shown at this moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import AssistantTurn
from chatrooms.domain.assistant import Kind, Outcome
from chatrooms.services.access import MAX_ID
from chatrooms.services.ai.cited import CitedMessage, find_outdated, read_cited

# Written once: pages read their turns at each question and each answer.
_NEWEST: Any = (
    select(AssistantTurn)
    .where(
        col(AssistantTurn.account_id) == bindparam("account"),
        col(AssistantTurn.room_id) == bindparam("room"),
        col(AssistantTurn.kind) == bindparam("kind"),
        col(AssistantTurn.id) <= bindparam("up_to"),
    )
    .order_by(col(AssistantTurn.id).desc())
    .limit(bindparam("limit"))
)
_ANSWERED: Any = _NEWEST.where(col(AssistantTurn.outcome) == Outcome.ANSWERED)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer, as far as it is there."""

    id: int
    kind: Kind
    client_id: str
    question: str
    answer: str
    outcome: Outcome
    error: str
    sources: tuple[CitedMessage, ...]
    rests_on: Mapping[int, int]
    """Which text of which messages the answer may rest on, by id."""
    elsewhere: tuple[int, ...]
    """Ids of other rooms from which some of them may be."""
    is_withdrawn: bool
    """Whether one of these messages was changed or taken away since it was read, or is in another
    room that the person lost: the answer is not shown any more."""
    by_words: bool
    """Whether messages were looked for by their words alone, because Chroma was away."""
    model: str
    rating: int
    attempt: int
    asked_at: datetime


def list_newest(
    tx: Transaction,
    *,
    account_id: int,
    room_id: int,
    kind: Kind,
    limit: int,
    up_to: int = MAX_ID,
    are_answered: bool = False,
) -> list[Turn]:
    """A person's newest turns in a room, or the newest up to the one with this id, the oldest of
    them first; with `are_answered` those alone that were answered. The caller has checked that the
    person may read the room.

    An answer that may rest on a message which was edited, removed or deleted since it was read is
    withdrawn, and so is one that rests on another room which the person may not read any more.
    """
    wanted = {
        "account": account_id,
        "room": room_id,
        "kind": kind,
        "up_to": up_to,
        "limit": limit,
    }
    rows = tx.scalars(_ANSWERED if are_answered else _NEWEST, wanted).all()
    return _as_shown(tx, rows[::-1], account_id=account_id, room_id=room_id)


def _as_shown(
    tx: Transaction, rows: Sequence[AssistantTurn], *, account_id: int, room_id: int
) -> list[Turn]:
    outdated = find_outdated(tx, [row.id for row in rows if row.answer])
    found = read_cited(
        tx,
        room_id=room_id,
        ids={each for row in rows for each in row.sources},
        elsewhere={each for row in rows for each in row.elsewhere},
        account_id=account_id,
    )
    return [_turn(row, found, outdated) for row in rows]


def _turn(row: AssistantTurn, found: dict[int, CitedMessage], outdated: Collection[int]) -> Turn:
    sources = tuple(found[each] for each in row.sources if each in found)
    is_withdrawn = row.id in outdated or len(sources) < len(row.sources)
    return Turn(
        id=row.id,
        kind=Kind(row.kind),
        client_id=row.client_id,
        question=row.question,
        answer="" if is_withdrawn else row.answer,
        outcome=Outcome(row.outcome),
        error=row.error,
        sources=() if is_withdrawn else sources,
        rests_on=dict(zip(row.rests_on, row.revisions, strict=True)),
        elsewhere=tuple(row.elsewhere),
        is_withdrawn=is_withdrawn,
        by_words=row.by_words,
        model=row.model,
        rating=row.rating,
        attempt=row.attempt,
        asked_at=row.asked_at,
    )
