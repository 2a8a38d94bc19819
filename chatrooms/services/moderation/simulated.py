"""Stored verdicts for the simulator: what was made of messages, and what the answer tells of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, true
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, Message, Room, RuleRow, VerdictRow, table_of
from chatrooms.domain.moderation import Decision, RuleAction, RuleHit
from chatrooms.services.moderation.decided import Decided

_ROOMS = table_of(Room)


@dataclass(frozen=True, slots=True)
class Count:
    """How many messages come to one outcome."""

    decision: Decision
    before: int
    after: int
    removed: int
    """Those of `after` that moderators removed."""
    kept: int
    """Those of `after` that moderators kept."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A message that would have come to another outcome."""

    message_id: int
    author: str
    body: str
    sent_at: datetime
    score: float | None
    before: Decision
    after: Decision
    room: str
    """The room's name."""
    decided: str
    """`removed` or `kept` by a moderator; empty if none decided."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What would have been."""

    looked_at: int
    is_all: bool
    """Whether those are all messages of the time."""
    counts: tuple[Count, ...]
    changed: int
    hidden: int
    """Those of them that the actor may not read: their texts are not told."""
    people: int
    """How many people wrote those that change."""
    messages: tuple[Changed, ...]
    """One page of those that change and may be read, highest score first."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was made of a message, and what another policy would."""

    message_id: int
    room_id: int
    author_id: int
    score: float | None
    is_asked: bool
    is_shown: bool
    """Whether everybody who may read the room sees its text."""
    before: Decision
    hits: tuple[RuleHit, ...]
    after: Decision = Decision.APPROVE


def list_stored(
    tx: Transaction, *, room_id: int | None, since: datetime, most: int
) -> list[Stored]:
    """The newest verdicts about the present texts of a room's messages or, without a room, of all;
    one per message."""
    actions = {
        row.id: row.action
        for row in tx.execute(
            select(col(RuleRow.id), col(RuleRow.action)).where(
                col(RuleRow.is_on), col(RuleRow.deleted_at).is_(None)
            )
        )
    }
    # Of all rooms they are in the order of their ids, so that reading ends with the newest.
    order = [] if room_id is None else [col(VerdictRow.created_at).desc()]
    rows = tx.execute(
        select(
            col(VerdictRow.message_id),
            col(VerdictRow.room_id),
            col(VerdictRow.score),
            col(VerdictRow.model),
            col(VerdictRow.decision),
            col(VerdictRow.rule_id),
            col(VerdictRow.rule),
            col(Message.author_id),
            and_(col(Message.position).is_not(None), col(Message.withheld) == "").label("is_shown"),
        )
        .join(
            Message,
            and_(
                col(Message.id) == col(VerdictRow.message_id),
                col(Message.revision) == col(VerdictRow.revision),
            ),
        )
        .where(
            true() if room_id is None else col(VerdictRow.room_id) == room_id,
            col(VerdictRow.created_at) >= since,
            col(Message.deleted_at).is_(None),
        )
        .order_by(*order, col(VerdictRow.id).desc())
        .limit(most)
    )
    newest: dict[int, Stored] = {}
    for row in rows:
        if row.message_id not in newest:
            newest[row.message_id] = _of(row, actions)
    return list(newest.values())


def _of(row: Any, actions: Mapping[int, str]) -> Stored:
    hits: tuple[RuleHit, ...] = ()
    if row.rule_id in actions:
        hits = (RuleHit(row.rule_id, row.rule, RuleAction(actions[row.rule_id])),)
    return Stored(
        message_id=row.message_id,
        room_id=row.room_id,
        author_id=row.author_id,
        score=row.score,
        is_asked=row.model != "",
        is_shown=row.is_shown,
        before=Decision(row.decision),
        hits=hits,
    )


def without(each: Stored, rule_id: int) -> Stored:
    """The same without what a rule made of it."""
    return replace(each, hits=tuple(hit for hit in each.hits if hit.rule_id != rule_id))


def count_outcomes(judged: Sequence[Stored], decided: Mapping[int, Decided]) -> tuple[Count, ...]:
    """How many messages come to each outcome."""
    before = Counter(each.before for each in judged)
    after = Counter(each.after for each in judged)
    removed, kept = Counter[Decision](), Counter[Decision]()
    for each in judged:
        found = decided.get(each.message_id)
        if found is not None:
            (removed if found.is_removed else kept)[each.after] += 1
    return tuple(
        Count(each, before[each], after[each], removed[each], kept[each]) for each in Decision
    )


def read_changed(
    tx: Transaction, page: Sequence[Stored], decided: Mapping[int, Decided]
) -> tuple[Changed, ...]:
    """These messages, for the answer."""
    ids = [each.message_id for each in page]
    rows = tx.execute(
        select(
            col(Message.id),
            col(Message.body),
            col(Message.sent_at),
            col(Account.name),
            _ROOMS.c.name.label("room"),
        )
        .join(Account, col(Account.id) == col(Message.author_id))
        .join(Room, col(Room.id) == col(Message.room_id))
        .where(col(Message.id).in_(ids))
    )
    texts = {row.id: row for row in rows}
    return tuple(
        Changed(
            message_id=each.message_id,
            author=texts[each.message_id].name,
            body=texts[each.message_id].body,
            sent_at=texts[each.message_id].sent_at,
            score=each.score,
            room=texts[each.message_id].room,
            before=each.before,
            after=each.after,
            decided=_word(decided.get(each.message_id)),
        )
        for each in page
    )


def _word(found: Decided | None) -> str:
    if found is None:
        return ""
    return "removed" if found.is_removed else "kept"
