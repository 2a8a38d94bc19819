"""What authors are told of their own messages that moderation keeps back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AppealRow, AuditRow, Message, VerdictRow
from chatrooms.domain.moderation import Status, Withheld
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room

_BANDS = ((0.9, "very high"), (0.7, "high"), (0.5, "medium"))


@dataclass(frozen=True, slots=True)
class Standing:
    """One own message that others do not see."""

    message_id: int
    client_id: str
    thread_id: int | None
    body: str
    is_held: bool
    """Whether it never was on anybody else's screen."""
    status: Status
    rule: str
    """The rule that decided; empty if it was the model or a moderator."""
    reason: str
    """What a moderator gave as the reason."""
    words: tuple[str, ...]
    """What of the text drove the score up."""
    band: str
    """How high the model's score is, in words; empty if it has none or did not matter."""
    removal_id: int | None
    """The decision that can be appealed; None if nothing was removed."""
    is_appealed: bool
    is_denied: bool


def list_own(deps: Deps, *, actor_id: int, room_id: int, limit: int = 200) -> list[Standing]:
    """The actor's own messages in a room that others do not see, oldest first: those that are held,
    and those that are withheld. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        messages = tx.scalars(
            select(Message)
            .where(
                col(Message.room_id) == room_id,
                col(Message.author_id) == actor_id,
                col(Message.deleted_at).is_(None),
                or_(col(Message.position).is_(None), col(Message.withheld) != Withheld.NO),
            )
            .order_by(col(Message.id).desc())
            .limit(limit)
        ).all()[::-1]
        ids = [message.id for message in messages]
        verdicts, removals = _verdicts(tx, ids), _removals(tx, ids)
        appeals = _appeals(tx, [row.id for row in removals.values()])
    return [
        _standing(
            message,
            verdicts.get(message.id),
            removals.get(message.id) if message.status == Status.REMOVED else None,
            appeals,
        )
        for message in messages
    ]


def _verdicts(tx: Transaction, ids: Sequence[int]) -> dict[int, VerdictRow]:
    rows = tx.scalars(
        select(VerdictRow)
        .distinct(col(VerdictRow.message_id))
        .where(col(VerdictRow.message_id).in_(ids))
        .order_by(col(VerdictRow.message_id), col(VerdictRow.id).desc())
    )
    return {row.message_id: row for row in rows}


def _removals(tx: Transaction, ids: Sequence[int]) -> dict[int, AuditRow]:
    rows = tx.scalars(
        select(AuditRow)
        .distinct(col(AuditRow.message_id))
        .where(col(AuditRow.message_id).in_(ids), col(AuditRow.action) == "remove")
        .order_by(col(AuditRow.message_id), col(AuditRow.id).desc())
    )
    return {row.message_id or 0: row for row in rows}


def _appeals(tx: Transaction, removal_ids: Sequence[int]) -> dict[int, AppealRow]:
    rows = tx.scalars(select(AppealRow).where(col(AppealRow.removal_id).in_(removal_ids)))
    return {row.removal_id: row for row in rows}


def _standing(
    message: Message, verdict: VerdictRow | None, removal: AuditRow | None, appeals: dict[int, Any]
) -> Standing:
    appeal = appeals.get(removal.id) if removal else None
    by_model = verdict is not None and (removal is None or removal.by_id is None)
    evidence = verdict.evidence if verdict is not None and by_model else []
    score = verdict.score if verdict is not None and by_model and not verdict.rule else None
    return Standing(
        message_id=message.id,
        client_id=message.client_id,
        thread_id=message.thread_id,
        body=message.body,
        is_held=message.is_held,
        status=Status(message.status),
        rule=verdict.rule if verdict is not None and by_model else "",
        reason=removal.reason if removal is not None and removal.by_id is not None else "",
        words=tuple(str(each["words"]) for each in evidence),
        band=_band(score),
        removal_id=removal.id if removal else None,
        is_appealed=appeal is not None,
        is_denied=appeal is not None and appeal.is_granted is False,
    )


def _band(score: float | None) -> str:
    if score is None:
        return ""
    return next((name for least, name in _BANDS if score >= least), "low")
