"""What another policy or rule would have done to the messages of the last days.

Computed from stored verdicts: no text is scored again, so the answer is there at once. A rule that
is tried is matched against the stored texts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Message, RuleRow, VerdictRow
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.moderation import Decision, Policy, RuleAction, RuleHit, decide
from chatrooms.domain.permissions import Permission
from chatrooms.domain.rules import Rule, RuleDraft
from chatrooms.ml.characters import clean_text
from chatrooms.services.access import access_room
from chatrooms.services.moderation.cases import list_staff
from chatrooms.services.moderation.decided import Decided, find_decided
from chatrooms.services.moderation.matching import NOTHING, find_fits
from chatrooms.services.moderation.policies import PolicyDraft
from chatrooms.services.moderation.rules import check_rule

DAYS = (7, 30)
MAX_MESSAGES = 20_000
MAX_MATCHED = 5_000
"""Texts that a tried rule is matched against, newest first."""
_TRIED = 0


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
    people: int
    """How many people wrote those that change."""
    messages: tuple[Changed, ...]
    """One page of those that change, highest score first."""


@dataclass(frozen=True, slots=True)
class _Stored:
    message_id: int
    author_id: int
    score: float | None
    is_asked: bool
    before: Decision
    hits: tuple[RuleHit, ...]
    after: Decision = Decision.APPROVE


def simulate(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    days: int,
    policy: PolicyDraft | None = None,
    rule: RuleDraft | None = None,
    rule_id: int = 0,
    offset: int = 0,
    limit: int = 20,
) -> Simulation:
    """What a policy, or a rule that is added or put in the place of `rule_id`, would have done in a
    room in the last 7 or 30 days. For its moderators. Changes nothing.

    Raises: InvalidInput; as `access_room`.
    """
    if days not in DAYS:
        raise InvalidInput("Choose 7 or 30 days.")
    tried = Rule.of(id=_TRIED, seen=clean_text, **check_rule(rule)) if rule else None
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        chosen = policy.checked(access.policy) if policy else access.policy
        most = MAX_MATCHED if tried else MAX_MESSAGES
        stored = _stored(tx, access.room_id, since=deps.clock() - timedelta(days=days), most=most)
        if rule_id:
            stored = [_without(each, rule_id) for each in stored]
        if tried:
            stored = _with_rule(tx, tried, stored)
        staff = set(list_staff(tx, room_id=access.room_id))
        judged = [replace(each, after=_after(chosen, each, staff)) for each in stored]
        decided = find_decided(tx, room_id=access.room_id)
        changed = [each for each in judged if each.after is not each.before]
        changed.sort(key=lambda each: (-(each.score or 0), -each.message_id))
        page = changed[max(offset, 0) : max(offset, 0) + limit]
        messages = _read(tx, page, decided)
    return Simulation(
        looked_at=len(judged),
        is_all=len(judged) < most,
        counts=_counts(judged, decided),
        changed=len(changed),
        people=len({each.author_id for each in changed}),
        messages=messages,
    )


def _stored(tx: Transaction, room_id: int, *, since: datetime, most: int) -> list[_Stored]:
    actions = {
        row.id: row.action
        for row in tx.execute(
            select(col(RuleRow.id), col(RuleRow.action)).where(
                col(RuleRow.is_on), col(RuleRow.deleted_at).is_(None)
            )
        )
    }
    rows = tx.execute(
        select(
            col(VerdictRow.message_id),
            col(VerdictRow.score),
            col(VerdictRow.model),
            col(VerdictRow.decision),
            col(VerdictRow.rule_id),
            col(VerdictRow.rule),
            col(Message.author_id),
        )
        .join(
            Message,
            and_(
                col(Message.id) == col(VerdictRow.message_id),
                col(Message.revision) == col(VerdictRow.revision),
            ),
        )
        .where(
            col(VerdictRow.room_id) == room_id,
            col(VerdictRow.created_at) >= since,
            col(Message.deleted_at).is_(None),
        )
        .order_by(col(VerdictRow.created_at).desc(), col(VerdictRow.id).desc())
        .limit(most)
    )
    newest: dict[int, _Stored] = {}
    for row in rows:
        if row.message_id not in newest:
            newest[row.message_id] = _of(row, actions)
    return list(newest.values())


def _of(row: Any, actions: Mapping[int, str]) -> _Stored:
    hits: tuple[RuleHit, ...] = ()
    if row.rule_id in actions:
        hits = (RuleHit(row.rule_id, row.rule, RuleAction(actions[row.rule_id])),)
    return _Stored(
        message_id=row.message_id,
        author_id=row.author_id,
        score=row.score,
        is_asked=row.model != "",
        before=Decision(row.decision),
        hits=hits,
    )


def _without(each: _Stored, rule_id: int) -> _Stored:
    return replace(each, hits=tuple(hit for hit in each.hits if hit.rule_id != rule_id))


def _with_rule(tx: Transaction, rule: Rule, stored: Sequence[_Stored]) -> list[_Stored]:
    ids = [each.message_id for each in stored]
    messages = tx.scalars(select(Message).where(col(Message.id).in_(ids))).all()
    fits = find_fits(tx, rules=[rule], messages=messages)
    return [
        replace(each, hits=(*each.hits, *fits.get(each.message_id, NOTHING).hits))
        for each in stored
    ]


def _after(policy: Policy, each: _Stored, staff: set[int]) -> Decision:
    outcome = decide(policy, score=each.score, hits=each.hits, is_asked=each.is_asked)
    is_reviewed = outcome.decision is Decision.REVIEW
    return Decision.APPROVE if is_reviewed and each.author_id in staff else outcome.decision


def _counts(judged: Sequence[_Stored], decided: Mapping[int, Decided]) -> tuple[Count, ...]:
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


def _read(
    tx: Transaction, page: Sequence[_Stored], decided: Mapping[int, Decided]
) -> tuple[Changed, ...]:
    ids = [each.message_id for each in page]
    rows = tx.execute(
        select(col(Message.id), col(Message.body), col(Message.sent_at), col(Account.name))
        .join(Account, col(Account.id) == col(Message.author_id))
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
