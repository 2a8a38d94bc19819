"""Storing what model and rules made of messages, with what it was made from."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import AuditRow, VerdictRow, table_of
from chatrooms.domain.moderation import STOPPED, Policy
from chatrooms.services.moderation.outcomes import Verdict


def store(
    tx: Transaction, deps: Deps, *, room_id: int, policy: Policy, verdicts: Sequence[Verdict]
) -> None:
    """Store verdicts on messages of one room, and what the log tells of them. The caller holds the
    room's lock."""
    if not verdicts:
        return
    facts = {
        "mode": policy.mode.value,
        "flag_threshold": policy.flag_threshold,
        "remove_threshold": policy.remove_threshold,
    }
    rows = [
        {
            "message_id": each.message.id,
            "room_id": room_id,
            "revision": each.message.newest_revision,
            "score": each.scored.score,
            "model": each.scored.model,
            "evidence": _evidence(each),
            "rule_id": each.outcome.rule.rule_id if each.outcome.rule else None,
            "rule": each.outcome.rule.name if each.outcome.rule else "",
            "decision": each.outcome.decision.value,
            "policy": facts,
        }
        for each in verdicts
    ]
    stored = insert(table_of(VerdictRow)).returning(
        col(VerdictRow.id), sort_by_parameter_order=True
    )
    ids = tx.execute(stored, rows).scalars().all()
    _log(tx, deps, room_id, dict(zip(ids, verdicts, strict=True)))


def _log(tx: Transaction, deps: Deps, room_id: int, verdicts: Mapping[int, Verdict]) -> None:
    """Have the log tell what model and rules did. Letting pass is no entry of its own."""
    rows = [
        {
            "room_id": room_id,
            "action": each.outcome.decision.value,
            "message_id": each.message.id,
            "account_id": each.message.author_id,
            "reason": each.outcome.rule.name if each.outcome.rule else "",
            "detail": {"score": each.scored.score, "model": each.scored.model},
            "verdict_id": verdict_id,
            "created_at": deps.clock(),
        }
        for verdict_id, each in verdicts.items()
        if each.outcome.decision in STOPPED
    ]
    if rows:
        tx.execute(insert(table_of(AuditRow)), rows)


def _evidence(each: Verdict) -> list[dict[str, Any]]:
    by_rules = [
        {"words": words, "weight": 1.0, "start": start, "end": end, "rule": hit.name}
        for hit in each.outcome.hits
        for words, (start, end) in zip(hit.words, hit.places, strict=True)
    ]
    return [*by_rules, *each.scored.evidence]
